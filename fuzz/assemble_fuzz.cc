// tree::assemble over one tar archive as a package's files: no path and no link may lead out of the root.
#include <memory>

#include "fuzz.h"
#include "tree/assemble.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace debone;
  fuzz::let_refuse([&] {
    package::Deb deb;
    deb.record = debian::parse_package("Package: fuzz\nVersion: 1\nArchitecture: all\n", "amd64");
    deb.data = std::make_shared<const std::string>(fuzz::text_of(data, size));
    deb.entries = base::read_tar(*deb.data);
    const auto tree = tree::assemble({deb});
    for (const auto& [path, node] : tree.nodes()) {
      if (path.is_root()) continue;
      const auto* parent = tree.find(path.parent());
      fuzz::require(parent != nullptr && parent->type == tree::NodeType::directory);
    }
  });
  return 0;
}
