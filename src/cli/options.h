// Options that several commands share, declared once so that they read and behave the same.
#pragma once

#include <CLI/CLI.hpp>

namespace debone::cli {

enum class Format { text, json };

// --format text|json
void add_format(CLI::App& app, Format& format);

}  // namespace debone::cli
