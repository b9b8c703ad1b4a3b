// Options that several commands share, declared once so that they read and behave the same.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

namespace debone::cli {

enum class Format { text, json };

// --format text|json; `what` begins its line of help.
void add_format(CLI::App& app, Format& format, const std::string& what = "What the result on stdout is");

}  // namespace debone::cli
