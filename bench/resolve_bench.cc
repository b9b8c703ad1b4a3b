// What a warm resolve costs: package indexes read from their compiled form in a store, and the catalog's php-fpm solved
// twice, as a build does. DEBONE_PACKAGES names the Packages files, "LABEL=PATH LABEL=PATH ..."; bench/warm_resolve.py
// has apt fetch them, and puts the figures beside apt's own.
#include <benchmark/benchmark.h>

#include <cstdlib>
#include <string>
#include <vector>

#include "base/file.h"
#include "base/text.h"
#include "resolve/solve.h"
#include "store/store.h"

namespace {

using namespace debone;

constexpr const char* architecture = "amd64";
constexpr std::string_view kind = "package-index";

struct File {
  std::string label;
  std::string path;
};

std::vector<File> files() {
  const char* const named = std::getenv("DEBONE_PACKAGES");
  std::vector<File> all;
  for (const auto word : base::words(named == nullptr ? "" : named)) {
    const auto equals = word.find('=');
    all.push_back({std::string(word.substr(0, equals)), std::string(word.substr(equals + 1))});
  }
  return all;
}

debian::PackageIndex parsed(const File& file) {
  return debian::PackageIndex::parse(base::read_file(file.path, 1U << 30U), architecture, file.label, file.path);
}

// A store that holds the compiled forms.
const store::Store& warm_store() {
  static const base::TempDir folder("debone-bench");
  static const store::Store& store = []() -> const store::Store& {
    static store::Store made(folder.path());
    for (const auto& file : files()) made.write_record(kind, file.path, parsed(file).compiled());
    return made;
  }();
  return store;
}

std::vector<debian::PackageIndex> read() {
  std::vector<debian::PackageIndex> indexes;
  for (const auto& file : files()) {
    auto bytes = warm_store().read_record(kind, file.path);
    indexes.push_back(debian::PackageIndex::open(*std::move(bytes), architecture, file.label, file.path).value());
  }
  return indexes;
}

bool has_files(benchmark::State& state) {
  if (files().empty()) state.SkipWithError("DEBONE_PACKAGES names no Packages files: run bench/warm_resolve.py");
  return !files().empty();
}

// The first time: the text is read through and compiled.
void compile_indexes(benchmark::State& state) {
  if (!has_files(state)) return;
  for (auto _ : state) {
    for (const auto& file : files()) benchmark::DoNotOptimize(parsed(file).size());
  }
}
BENCHMARK(compile_indexes)->Unit(benchmark::kMillisecond);

void read_indexes(benchmark::State& state) {
  if (!has_files(state)) return;
  for (auto _ : state) benchmark::DoNotOptimize(read().size());
}
BENCHMARK(read_indexes)->Unit(benchmark::kMillisecond);

void solve(benchmark::State& state) {
  if (!has_files(state)) return;
  std::vector<recipe::Request> requests;
  for (const char* const name :
       {"php8.4-fpm", "php8.4-cli", "php8.4-mysql", "php8.4-gd", "php8.4-mbstring", "php8.4-xml", "php8.4-opcache",
        "php8.4-readline", "base-passwd", "ca-certificates", "openssl", "netbase", "tzdata"}) {
    requests.push_back({name, {}, {}, {}});
  }
  std::vector<debian::PackageIndex> indexes;
  for (auto _ : state) {
    state.PauseTiming();
    indexes = read();  // anew: a stanza once parsed stays so
    std::vector<resolve::Available> available;
    std::vector<std::string> essential{"base-files"};
    for (const auto& index : indexes) available.push_back({.index = &index, .label = "trixie"});
    state.ResumeTiming();
    benchmark::DoNotOptimize(resolve::solve(requests, {"base-files"}, available, architecture).packages.size());
    for (const auto& index : indexes) {
      for (const auto id : index.essential()) essential.push_back(index.at(id).name);
    }
    benchmark::DoNotOptimize(resolve::solve(requests, essential, available, architecture).packages.size());
  }
}
BENCHMARK(solve)->Unit(benchmark::kMillisecond);

}  // namespace
