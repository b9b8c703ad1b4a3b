#include <string>
#include <utility>

#include "effects/finishers.h"

namespace debone::effects {

void ghostscript_fonts(Context& context) {
  const auto target = at("var/lib/ghostscript/fonts");
  if (!context.is_directory(target)) return;
  for (const auto& [name, directory] : {std::pair{"cidfmap", "cidfmap.d"}, std::pair{"Fontmap", "fontmap.d"}}) {
    std::string text;
    for (const auto& path : context.files_in(at("etc/ghostscript") / at(directory), ".conf"))
      if (!path.name().starts_with('.')) text += context.tree.read(path).value_or("");
    context.write_if_absent(target / at(name), std::move(text));
  }
}

}  // namespace debone::effects
