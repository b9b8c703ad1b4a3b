// /etc/xml: the root catalog and a catalog for each package, as the update-xmlcatalog(8) calls of the packages' scripts
// make them. The calls' own database in /var/lib/xml-core is left out, and so are the catalogs of a call before.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/text.h"
#include "effects/accounting.h"
#include "effects/finishers.h"

namespace debone::effects {
namespace {

using base::RelPath;

constexpr std::string_view tool = "update-xmlcatalog";

// The words of a call, of which one in double quotes may hold blanks; nothing where a shell would see more in it.
std::optional<std::vector<std::string>> words_of(std::string_view line) {
  if (line.find_first_of("$`\\'|&<>*?~") != std::string_view::npos) return std::nullopt;
  std::vector<std::string> words;
  bool is_quoted = false;
  bool is_in_word = false;
  for (const char c : line) {
    if (c == '"') {
      is_quoted = !is_quoted;
    } else if (!is_quoted && (c == ';' || c == '#' || c == '(' || c == ')')) {
      return std::nullopt;
    } else if (!is_quoted && (c == ' ' || c == '\t')) {
      is_in_word = false;
      continue;
    }
    if (!std::exchange(is_in_word, true)) words.emplace_back();
    if (c != '"') words.back() += c;
  }
  if (is_quoted) return std::nullopt;
  return words;
}

// An update-xmlcatalog --add call.
struct Call {
  std::string type;  // "public", "system" or "uri"
  std::string id;
  std::string package;
  std::string local;  // the catalog that the package's own is to name; empty in a call for the root catalog
};

class Reader {
 public:
  explicit Reader(std::string package) : package_(std::move(package)) {}

  std::vector<Call> calls(std::string_view script) const {
    std::vector<Call> found;
    for (const auto line : base::lines(script)) {
      const auto text = base::trim(line);
      if (!text.starts_with(tool) || !text.substr(tool.size()).starts_with(' ')) continue;
      found.push_back(call(text));
    }
    return found;
  }

 private:
  Call call(std::string_view text) const {
    const auto words = words_of(text);
    if (!words) throw wrong(text);
    std::map<std::string, std::string, std::less<>> values;
    for (std::size_t i = 1; i < words->size(); ++i) {
      const auto& option = (*words)[i];
      const bool is_flag = option == "--add" || option == "--sort" || option == "--root";
      const bool has_value = option == "--type" || option == "--id" || option == "--package" || option == "--local";
      if (!is_flag && (!has_value || i + 1 == words->size())) throw wrong(text);
      values[option] = is_flag ? "" : (*words)[++i];
    }
    Call found{values["--type"], values["--id"], values["--package"], values["--local"]};
    const bool is_of_root = values.contains("--root");
    const bool is_whole = values.contains("--add") && !found.id.empty() && !found.package.empty() &&
                          is_of_root == found.local.empty() &&
                          (found.type == "public" || found.type == "system" || found.type == "uri");
    if (!is_whole || found.package.find('/') != std::string::npos || !RelPath::parse(found.package + ".xml"))
      throw wrong(text);
    return found;
  }

  base::Error wrong(std::string_view text) const {
    return base::Error(base::Exit::trust, fmt::format("not understood: '{}'", base::printable(text)))
        .at(fmt::format("{} postinst", package_));
  }

  std::string package_;
};

// A catalog's entries, each by the element's name and first attribute.
using Catalog = std::map<std::string, std::string>;

void add(Catalog& catalog, const Call& call, const std::string& target, const std::string& package) {
  const bool is_uri = call.type == "uri";
  auto type = is_uri ? std::string("URI") : call.type;
  if (!is_uri) type[0] = static_cast<char>(type[0] - 'a' + 'A');
  const auto key = fmt::format("delegate{} {}{}StartString=\"{}\"", type, call.type, is_uri ? "" : "Id", call.id);
  const auto [entry, is_new] = catalog.emplace(key, target);
  if (is_new || entry->second == target) return;
  throw base::Error(base::Exit::trust,
                    fmt::format("another catalog is there already for {} '{}': {}, not {}", call.type,
                                base::printable(call.id), base::printable(entry->second), base::printable(target)))
      .at(fmt::format("{} postinst", package));
}

}  // namespace

void xml_catalogs(Context& context) {
  const auto header = context.tree.read(at("usr/share/xml-core/catalog.header"));
  const auto footer = context.tree.read(at("usr/share/xml-core/catalog.footer"));
  if (!header || !footer) return;
  std::map<std::string, Catalog> catalogs;  // by the file's name in /etc/xml
  for (const auto& account : context.scripts) {
    if (account.script != "postinst" || !context.names(account, "xml-catalogs")) continue;
    const auto* deb = context.package(account.package);
    for (const auto& call : Reader(account.package).calls(deb->control_files.at("postinst"))) {
      const auto own = call.package + ".xml";
      if (call.local.empty()) {
        if (catalogs.contains(own))
          add(catalogs["catalog"], call, fmt::format("catalog=\"file:///etc/xml/{}\"", own), account.package);
        continue;
      }
      const auto* local =
          context.tree.find_following(absolute_path(call.local, fmt::format("{} postinst", account.package)));
      // One that was cut is named by no catalog.
      if (local == nullptr || local->type != tree::NodeType::file) continue;
      add(catalogs[own], call, fmt::format("catalog=\"file://{}\"", call.local), account.package);
    }
  }
  for (const auto& [name, catalog] : catalogs) {
    std::string text;
    const auto add_lines = [&](std::string_view part) {
      for (const auto line : base::lines(part)) text.append(line).append("\n");
    };
    add_lines(*header);
    for (const auto& [key, target] : catalog) text += fmt::format("<{} {}/>\n", key, target);
    add_lines(*footer);
    context.write_if_absent(at("etc/xml") / at(name), std::move(text));
  }
}

}  // namespace debone::effects
