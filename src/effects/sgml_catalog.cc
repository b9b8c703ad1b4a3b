// SGML's super catalog, as update-catalog(8) --update-super makes it of the catalogs in /etc/sgml.
#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string_view>
#include <vector>

#include "base/text.h"
#include "effects/finishers.h"

namespace debone::effects {
namespace {

using base::RelPath;

bool is_blank(char c) { return std::string_view(" \t\r\n\f\v").find(c) != std::string_view::npos; }

struct Token {
  std::string_view text;
  bool is_quoted = false;
};

// The words of a catalog (https://www.oasis-open.org/specs/a401.htm) as update-catalog reads them, without comments.
class Tokens {
 public:
  explicit Tokens(std::string_view text) : rest_(text) {}

  std::optional<Token> next() {
    while (skip_blanks() || skip_comment()) {
    }
    if (rest_.empty()) return std::nullopt;
    const char quote = rest_.front();
    if (const auto end = rest_.find(quote, 1); (quote == '"' || quote == '\'') && end != std::string_view::npos) {
      const auto literal = rest_.substr(1, end - 1);
      rest_.remove_prefix(end + 1);
      return Token{literal, true};
    }
    const auto end = static_cast<std::size_t>(std::ranges::find_if(rest_, is_blank) - rest_.begin());
    const auto text = rest_.substr(0, end);
    rest_.remove_prefix(end);
    return Token{text};
  }

 private:
  bool skip_blanks() {
    const auto end = static_cast<std::size_t>(std::ranges::find_if_not(rest_, is_blank) - rest_.begin());
    rest_.remove_prefix(end);
    return end > 0;
  }
  bool skip_comment() {
    const auto end = rest_.starts_with("--") ? rest_.find("--", 2) : std::string_view::npos;
    if (end == std::string_view::npos) return false;
    rest_.remove_prefix(end + 2);
    return true;
  }

  std::string_view rest_;
};

// Whether every catalog that it names is there; another is passed over, as the real tool does with a warning.
bool is_complete(const Context& context, std::string_view text) {
  Tokens tokens(text);
  std::string base = "/etc/sgml";
  while (const auto token = tokens.next()) {
    const auto keyword = base::lower(token->text);
    if (token->is_quoted || (keyword != "catalog" && keyword != "base")) continue;
    const auto value = tokens.next();
    if (!value) break;
    if (keyword == "base") {
      base = value->text;
      continue;
    }
    const auto path = base::link_destination(
        RelPath(), value->text.starts_with('/') ? std::string(value->text) : fmt::format("{}/{}", base, value->text));
    const auto* node = path ? context.tree.find_following(*path) : nullptr;
    if (node == nullptr || node->type != tree::NodeType::file) return false;
  }
  return true;
}

}  // namespace

void sgml_catalog(Context& context) {
  std::vector<RelPath> catalogs;
  for (const auto& path : context.files_in(at("etc/sgml"), ".cat")) {
    if (path.name().starts_with('.')) continue;
    const auto text = context.tree.read(path);
    if (text && is_complete(context, *text)) catalogs.push_back(path);
  }
  std::string text =
      "--\n"
      "## This file is created by update-catalog with update-super.\n"
      "## Please see update-catalog(8) for how to modify this file.\n"
      "--\n";
  for (const auto& path : catalogs) text += fmt::format("CATALOG {}\n", path.absolute());
  context.write_if_absent(at("var/lib/sgml-base/supercatalog"), std::move(text));
  context.link_if_absent(at("etc/sgml/catalog"), "/var/lib/sgml-base/supercatalog");
}

}  // namespace debone::effects
