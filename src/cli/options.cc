#include "cli/options.h"

#include "cli/one_of.h"

namespace debone::cli {

void add_format(CLI::App& app, Format& format, const std::string& what) {
  add_choice<Format>(app, "--format", format, {{"json", Format::json}, {"text", Format::text}},
                     what + ": text (the default) or json", "FORMAT");
}

}  // namespace debone::cli
