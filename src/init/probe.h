// Does a service answer? Each function gives an empty text where it does, else the reason why not. They block, for
// `limit` at most as far as the network goes; a name server may take longer.
#pragma once

#include <string>
#include <string_view>

#include "init/duration.h"
#include "init/file.h"
#include "init/target.h"

namespace debone::init {

// The reason where there was no time.
inline constexpr const char* no_answer = "no answer in time";

// Connects to tcp and unix, asks http for its path (a status from 200 to 399 is good), looks whether the file is there.
std::string probe(const Target& target, Duration limit);

// Of the beginning of an HTTP answer, its status line: an empty text where the status is good, else why not.
std::string judge_http(std::string_view answer);

// PHP-FPM's ping page `path` over FastCGI, at a tcp or unix target: the answer is "pong".
std::string probe_fcgi(const Target& target, const std::string& path, Duration limit);

// A connection to a target of kind tcp, http or unix; throws Failure.
Fd connect_to(const Target& target, Clock::time_point deadline);

// Sends all of it; throws Failure.
void send_all(int fd, std::string_view bytes, Clock::time_point deadline);
// What has arrived, up to 4 KiB; empty at the end. Throws Failure.
std::string receive(int fd, Clock::time_point deadline);

}  // namespace debone::init
