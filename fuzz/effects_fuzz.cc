// effects::apply over one tar archive as a package's files: its configuration, libraries and certificates are read.
#include <memory>

#include "effects/effects.h"
#include "fuzz.h"
#include "tree/assemble.h"

namespace {

class Silent final : public debone::base::Events {
 public:
  void warning(const std::string& /*text*/) override {}
  void fetched(std::uint64_t /*done*/, std::uint64_t /*total*/) override {}
};

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace debone;
  fuzz::let_refuse([&] {
    package::Deb deb;
    deb.control = "Package: fuzz\nVersion: 1\nArchitecture: all\n";
    deb.record = debian::parse_package(deb.control, "amd64");
    deb.data = std::make_shared<const std::string>(fuzz::text_of(data, size));
    deb.entries = base::read_tar(*deb.data);
    const std::vector debs{deb};
    auto tree = tree::assemble(debs);
    const recipe::Recipe recipe;
    Silent events;
    effects::apply(tree, {&debs, &recipe, "amd64", 1700000000}, events);
  });
  return 0;
}
