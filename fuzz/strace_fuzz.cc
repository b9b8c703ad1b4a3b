// trace::Accesses and trace::report: strace's output, of any bytes, over a small image.
#include "base/rel_path.h"
#include "fuzz.h"
#include "trace/accesses.h"
#include "trace/report.h"

namespace {

debone::base::RelPath at(std::string_view text) { return *debone::base::RelPath::parse(text); }

debone::tree::Tree image() {
  debone::tree::Tree tree;
  tree.put_file(at("usr/bin/app"), "#!/bin/sh\n", 0755, 0, "");
  tree.put_file(at("usr/lib/libx.so.1.2"), "\177ELF", 0644, 0, "");
  tree.put_symlink(at("usr/lib/libx.so.1"), "libx.so.1.2", 0, "");
  tree.put_symlink(at("bin"), "usr/bin", 0, "");
  tree.put_symlink(at("circle"), "circle", 0, "");
  tree.put_symlink(at("up"), "../../..", 0, "");
  return tree;
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace debone;
  static const auto tree = image();
  static const std::vector<base::RelPath> mounts{at("proc"), at("dev")};
  static const std::vector<trace::Package> packages{{"app", "1", {at("usr/bin/app"), at("usr/lib/libx.so.1.2")}}};
  const auto text = fuzz::text_of(data, size);
  trace::Accesses accesses(tree, mounts, "/srv");
  accesses.add("1 execve(\"/usr/bin/app\", [...], 0x7 /* 3 vars */) = 0\n");
  accesses.add(text.substr(0, text.size() / 2));
  accesses.add(text.substr(text.size() / 2));
  accesses.finish();
  const auto report = trace::report(accesses, tree, packages, mounts);
  fuzz::require(accesses.began());
  fuzz::require(accesses.paths().size() <= trace::Accesses::most_paths);
  fuzz::require(!report.touched.empty());
  for (const auto& package : report.packages) fuzz::require(package.touched <= package.files);
  return 0;
}
