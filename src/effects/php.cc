// What php-common's phpenmod and the postinsts of phpX.Y-* do: see /usr/lib/php/php-helper for the rules.
#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <vector>

#include "base/text.h"
#include "effects/finishers.h"

namespace debone::effects {
namespace {

using base::RelPath;

std::vector<std::string> names(const std::vector<RelPath>& paths) {
  std::vector<std::string> found;
  found.reserve(paths.size());
  for (const auto& path : paths) found.emplace_back(path.name());
  return found;
}

// "8.4": the versions that have a SAPI registered in /usr/lib/php/X.Y/sapi.
std::vector<std::string> versions(const Context& context) {
  std::vector<std::string> found;
  for (const auto& name : names(context.list(at("usr/lib/php"), tree::NodeType::directory)))
    if (context.is_directory(at(fmt::format("usr/lib/php/{}/sapi", name)))) found.push_back(name);
  return found;
}

// The number of the first line `; priority=N`, as it stands there; 20 where there is none.
std::string priority(std::string_view ini) {
  for (auto line : base::lines(ini)) {
    if (!line.starts_with(';')) continue;
    line = base::trim(line.substr(1));
    constexpr std::string_view key = "priority";
    if (!line.starts_with(key)) continue;
    line = base::trim(line.substr(key.size()));
    if (!line.starts_with('=')) continue;
    line = base::trim(line.substr(1));
    if (!line.empty() && std::ranges::all_of(line, base::is_digit)) return std::string(line);
  }
  return "20";
}

// The bundled modules' settings lie in /usr/share/phpX.Y-PACKAGE/NAME/*.ini; ucf copies them.
void copy_modules(Context& context, const std::string& version) {
  const auto available = fmt::format("etc/php/{}/mods-available", version);
  for (const auto& package : context.list(at("usr/share"), tree::NodeType::directory)) {
    if (!package.name().starts_with(fmt::format("php{}-", version))) continue;
    for (const auto& directory : context.list(package, tree::NodeType::directory))
      for (const auto& ini : context.list(directory, tree::NodeType::file))
        if (ini.name().ends_with(".ini")) context.copy_if_absent(ini, at(available) / at(ini.name()));
  }
}

void enable_modules(Context& context, const std::string& version, const std::vector<std::string>& sapis) {
  const auto state = fmt::format("var/lib/php/modules/{}", version);
  for (const auto& ini : context.files_in(at(fmt::format("etc/php/{}/mods-available", version)), ".ini")) {
    const auto text = context.tree.read(ini);
    if (!text) continue;
    const auto name = std::string(ini.name().substr(0, ini.name().size() - 4));
    context.write_if_absent(at(fmt::format("{}/registry/{}", state, name)), "");
    for (const auto& sapi : sapis) {
      const auto enabled = fmt::format("etc/php/{}/{}/conf.d", version, sapi);
      if (!context.is_directory(at(enabled))) continue;
      context.link_if_absent(at(fmt::format("{}/{}-{}", enabled, priority(*text), ini.name())),
                             fmt::format("/etc/php/{}/mods-available/{}", version, ini.name()));
      context.write_if_absent(at(fmt::format("{}/{}/enabled_by_maint/{}", state, sapi, name)), "");
    }
  }
}

}  // namespace

void php(Context& context) {
  for (const auto& version : versions(context)) {
    const auto sapis = names(context.list(at(fmt::format("usr/lib/php/{}/sapi", version)), tree::NodeType::file));
    copy_modules(context, version);
    for (const auto& sapi : sapis) {
      const auto template_name = sapi == "cli" ? "php.ini-production.cli" : "php.ini-production";
      context.copy_if_absent(at(fmt::format("usr/lib/php/{}/{}", version, template_name)),
                             at(fmt::format("etc/php/{}/{}/php.ini", version, sapi)));
    }
    enable_modules(context, version, sapis);
  }
}

}  // namespace debone::effects
