#include "cli/help.h"

#include "base/text.h"

namespace debone::cli {
namespace {

constexpr std::size_t screen = 100;

}  // namespace

std::string wrap(std::string_view text, std::size_t width) {
  std::string out;
  for (const auto paragraph : base::lines(text)) {
    if (!out.empty()) out += '\n';
    std::size_t column = 0;
    for (const auto word : base::words(paragraph)) {
      if (column > 0 && column + 1 + word.size() > width) {
        out += '\n';
        column = 0;
      } else if (column > 0) {
        out += ' ';
        ++column;
      }
      out += word;
      column += word.size();
    }
  }
  return out;
}

std::string HelpFormatter::make_option_desc(const CLI::Option* option) const {
  return wrap(option->get_description(), screen - column_width_);  // CLI11 indents the lines
}

std::string HelpFormatter::make_description(const CLI::App* app) const {
  return wrap(app->get_description(), screen) + "\n";
}

}  // namespace debone::cli
