// The two sides of one FastCGI request (FastCGI 1.0), as far as a ping needs them.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace debone::init {

// The bytes that ask for `path` by GET.
std::string fcgi_request(const std::string& path);

// What the responder wrote, of all the bytes that it sent; nothing where they are no whole answer.
std::optional<std::string> fcgi_answer(std::string_view bytes);

// Of such an answer: an empty text where it is the ping's, else why not.
std::string judge_ping(std::string_view answer);

}  // namespace debone::init
