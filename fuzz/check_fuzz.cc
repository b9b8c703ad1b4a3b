// `debone check` of an image of anybody's making: one tar as its layer, the first program in it as its entrypoint.
#include <memory>
#include <tuple>

#include "check/check.h"
#include "fuzz.h"
#include "image/read.h"
#include "recipe/init_block.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace debone;
  fuzz::let_refuse([&] {
    tree::Tree tree;
    image::add_layer(tree, std::make_shared<const std::string>(fuzz::text_of(data, size)), "layer:1");
    check::Process process;
    process.user = "www-data";
    process.work_dir = "/srv";
    process.library_path = "/usr/lib";
    process.command = {"a", "-F"};
    for (const auto& [path, node] : tree.nodes()) {
      if (node.type == tree::NodeType::file && (node.mode & 0111U) != 0) {
        process.command = {path.absolute()};
        break;
      }
    }
    if (const auto text = tree.read(*base::RelPath::parse_absolute(recipe::init_config)))
      process.init = recipe::init_of(*text, {});
    auto findings = check::findings_of({.tree = tree, .process = process});
    for (std::size_t i = 1; i < findings.size(); ++i) {
      const auto& before = findings[i - 1];
      fuzz::require(std::tie(before.id, before.path) <= std::tie(findings[i].id, findings[i].path));
    }
    const auto count = findings.size();
    const auto verdict = check::judge(std::move(findings), {});
    fuzz::require(verdict.findings.size() == count && verdict.allowed.empty());
    check::grouped(verdict.findings);
  });
  return 0;
}
