// The command line's one way in.
#pragma once

namespace debone::cli {

// Runs the command that argv names and returns the process's exit status (base/error.h). The one place where an
// Error is rendered.
int main(int argc, char** argv);

}  // namespace debone::cli
