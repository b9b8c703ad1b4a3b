// How --help looks: CLI11's own layout, with every text wrapped for a terminal of 100 columns.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <string_view>

namespace debone::cli {

// The paragraphs of `text`, each wrapped at `width` columns.
std::string wrap(std::string_view text, std::size_t width);

class HelpFormatter : public CLI::Formatter {
 public:
  std::string make_option_desc(const CLI::Option* option) const override;
  std::string make_description(const CLI::App* app) const override;
};

}  // namespace debone::cli
