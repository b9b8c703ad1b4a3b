#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "effects/finishers.h"

namespace debone::effects {

void ghostscript_fonts(Context& context) {
  const auto target = at("var/lib/ghostscript/fonts");
  if (!context.is_directory(target)) return;
  for (const auto& [name, directory] : {std::pair{"cidfmap", "cidfmap.d"}, std::pair{"Fontmap", "fontmap.d"}}) {
    std::vector<base::RelPath> parts;
    for (const auto type : {tree::NodeType::file, tree::NodeType::symlink})
      for (const auto& path : context.list(at("etc/ghostscript") / at(directory), type))
        if (path.name().ends_with(".conf") && !path.name().starts_with('.')) parts.push_back(path);
    std::ranges::sort(parts);
    std::string text;
    for (const auto& path : parts) text += context.tree.read(path).value_or("");
    context.write_if_absent(target / at(name), std::move(text));
  }
}

}  // namespace debone::effects
