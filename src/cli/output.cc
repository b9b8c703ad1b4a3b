#include "cli/output.h"

#include <cerrno>
#include <csignal>
#include <cstdio>

#include "base/error.h"

namespace debone::cli {
namespace {

void check(bool written) {
  if (written) return;
  if (errno == EPIPE) {  // the reader has seen enough (`| head`): end as every filter does
    std::signal(SIGPIPE, SIG_DFL);
    std::raise(SIGPIPE);
  }
  throw base::Error(base::Exit::internal, "cannot write to standard output");
}

}  // namespace

void print(std::string_view text) { check(std::fwrite(text.data(), 1, text.size(), stdout) == text.size()); }

void flush_output() { check(std::fflush(stdout) == 0); }

void print_error(std::string_view text) { std::fwrite(text.data(), 1, text.size(), stderr); }

}  // namespace debone::cli
