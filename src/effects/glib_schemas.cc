// What libglib2.0-0's postinst and its trigger have glib-compile-schemas do, without --strict: a file that is wrong is
// left out as a whole, and told of.
#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "effects/finishers.h"
#include "effects/settings_schemas.h"

namespace debone::effects {
namespace {

using base::RelPath;

constexpr std::size_t max_size = std::size_t{1} << 20U;  // of a file; the largest of the archive have some 100 kB

bool is_enums(const RelPath& path) { return path.name().ends_with(".enums.xml"); }

}  // namespace

void glib_schemas(Context& context) {
  const auto directory = at("usr/share/glib-2.0/schemas");
  std::vector<RelPath> files;
  std::vector<RelPath> overrides;
  for (const auto type : {tree::NodeType::file, tree::NodeType::symlink}) {
    for (const auto& path : context.list(directory, type)) {
      if (path.name().ends_with(".gschema.xml") || is_enums(path)) files.push_back(path);
      if (path.name().ends_with(".gschema.override")) overrides.push_back(path);
    }
  }
  std::ranges::sort(files, {}, [](const RelPath& path) { return std::pair(!is_enums(path), path); });
  std::ranges::sort(overrides);
  const auto warn = [&](const RelPath& path, std::string_view what) {
    context.events.warning(fmt::format("{} is left out of gschemas.compiled: {}", path.absolute(), what));
  };
  const auto read = [&](const RelPath& path) -> std::optional<std::string_view> {
    const auto text = context.tree.read(path);
    if (text && text->size() <= max_size) return text;
    warn(path, text ? fmt::format("it is over {} bytes", max_size) : "there is no file");
    return std::nullopt;
  };

  SettingsSchemas schemas;
  for (const auto& path : files) {
    const auto text = read(path);
    if (!text) continue;
    try {
      schemas.add_file(*text);
    } catch (const base::Error& error) {
      warn(path, fmt::format("{}: {}", error.place(), error.message()));
    }
  }
  for (const auto& path : overrides) {
    const auto text = read(path);
    if (text) schemas.override_defaults(*text, [&](const std::string& what) { warn(path, what); });
  }
  if (!files.empty()) context.write(directory / at("gschemas.compiled"), gvdb_file(schemas.table()));
}

}  // namespace debone::effects
