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

constexpr std::string_view enums = ".enums.xml";
constexpr std::string_view made = "gschemas.compiled";

}  // namespace

void glib_schemas(Context& context) {
  const auto directory = at("usr/share/glib-2.0/schemas");
  auto files = context.files_in(directory, enums);
  const auto others = context.files_in(directory, ".gschema.xml");
  files.insert(files.end(), others.begin(), others.end());
  const auto warn = [&](const RelPath& path, std::string_view what) {
    context.events.warning(fmt::format("{} is left out of {}: {}", path.absolute(), made, what));
  };
  const auto read = [&](const RelPath& path) { return context.read_for(made, path, max_size); };

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
  for (const auto& path : context.files_in(directory, ".gschema.override")) {
    const auto text = read(path);
    if (text) schemas.override_defaults(*text, [&](const std::string& what) { warn(path, what); });
  }
  if (!files.empty()) context.write(directory / at(made), gvdb_file(schemas.table()));
}

}  // namespace debone::effects
