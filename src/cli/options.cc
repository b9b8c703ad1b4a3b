#include "cli/options.h"

#include <map>

namespace debone::cli {

void add_format(CLI::App& app, Format& format, const std::string& what) {
  static const std::map<std::string, Format> formats{{"json", Format::json}, {"text", Format::text}};
  app.add_option("--format", format, what + ": text (the default) or json")
      ->type_name("FORMAT")
      ->transform(CLI::CheckedTransformer(formats).description(""));
}

}  // namespace debone::cli
