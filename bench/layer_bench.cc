// How long a tree takes to become a layer. The tree is this machine's own /usr/lib and /usr/bin up to 140 MB, about
// what php-fpm's image holds: real programs and libraries compress as those of an image do.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <filesystem>
#include <vector>

#include "base/file.h"
#include "layer/layer.h"

namespace {

using namespace debone;
namespace fs = std::filesystem;

constexpr std::uint64_t wanted = 140'000'000;
constexpr std::size_t packages = 80;

const tree::Tree& sample() {
  static const tree::Tree tree = [] {
    tree::Tree made;
    std::uint64_t size = 0;
    for (const auto* folder : {"/usr/bin", "/usr/lib"}) {
      std::vector<fs::path> files;
      for (const auto& entry :
           fs::recursive_directory_iterator(folder, fs::directory_options::skip_permission_denied)) {
        if (entry.is_regular_file() && !entry.is_symlink()) files.push_back(entry.path());
      }
      std::ranges::sort(files);
      for (const auto& file : files) {
        if (size + fs::file_size(file) > wanted) continue;
        auto bytes = base::read_file(file, wanted);
        size += bytes.size();
        const auto package = "package:" + std::to_string(std::hash<std::string>{}(file.parent_path()) % packages);
        made.put_file(*base::RelPath::parse_absolute(file.string()), std::move(bytes), 0644, 0, package);
      }
    }
    return made;
  }();
  return tree;
}

void pack(benchmark::State& state) {
  const auto& tree = sample();
  std::uint64_t tar = 0;
  std::uint64_t compressed = 0;
  for (auto _ : state) {
    const auto layer = layer::pack(tree, static_cast<unsigned>(state.range(0)));
    tar = layer.uncompressed_size;
    compressed = layer.size;
  }
  state.counters["tar_bytes"] = static_cast<double>(tar);
  state.counters["layer_bytes"] = static_cast<double>(compressed);
  state.SetBytesProcessed(static_cast<std::int64_t>(tar) * static_cast<std::int64_t>(state.iterations()));
}
BENCHMARK(pack)->Arg(1)->Arg(2)->Unit(benchmark::kMillisecond)->UseRealTime();

}  // namespace
