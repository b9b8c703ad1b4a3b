// effects::apply over one tar archive as a package's files, by every finisher: its configuration, libraries,
// certificates, schemas and other registries are read. A file DEBIAN/NAME is one of the package's control files.
#include <fmt/format.h>

#include <memory>

#include "effects/answers.h"
#include "effects/debug_tools.h"
#include "effects/effects.h"
#include "effects/maintainer_script.h"
#include "fuzz.h"
#include "tree/assemble.h"

namespace {

class Silent final : public debone::base::Events {
 public:
  void warning(const std::string& /*text*/) override {}
  void fetched(std::uint64_t /*done*/, std::uint64_t /*total*/) override {}
};

// Entries that name all finishers, for the package's postinst and for a trigger that it is interested in.
std::string table_for(std::string_view postinst) {
  using namespace debone::effects;
  std::string does = "  does:\n";
  for (const auto name : finisher_names()) does += fmt::format("    - finisher: {}\n", name);
  const auto script = read_script(postinst, {"fuzz", "1", "all"}, [](const Section&) { return false; });
  return fmt::format("- package: fuzz\n  trigger: all\n{}- package: fuzz\n  script: postinst\n  known: [{}]\n{}", does,
                     key_of(script.lines), does);
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace debone;
  fuzz::let_refuse([&] {
    package::Deb deb;
    deb.control = "Package: fuzz\nVersion: 1\nArchitecture: all\n";
    deb.record = debian::parse_package(deb.control, "amd64");
    deb.data = std::make_shared<const std::string>(fuzz::text_of(data, size));
    deb.entries = base::read_tar(*deb.data);
    for (const auto& entry : deb.entries) {
      constexpr std::string_view control = "./DEBIAN/";
      if (entry.name.starts_with(control))
        deb.control_files[entry.name.substr(control.size())] = std::string(entry.content);
      effects::applets_of(entry.content);
    }
    deb.control_files["triggers"] = "interest all\n";
    fuzz::let_refuse([&] { effects::questions_of(deb); });
    const std::vector debs{deb};
    auto tree = tree::assemble(debs);
    const recipe::Recipe recipe;
    const auto table = table_for(deb.control_files["postinst"]);
    const std::vector<effects::TableFile> files{{"table", table}};
    Silent events;
    effects::apply(tree, {&debs, &recipe, "amd64", 1700000000, nullptr, files, {}}, events);
  });
  return 0;
}
