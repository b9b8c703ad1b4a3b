#include "archive/indexes.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "archive/url.h"
#include "base/error.h"
#include "base/parallel.h"
#include "base/text.h"

namespace debone::archive {
namespace {

using base::Error;
using base::Exit;

// What an index may decompress to where the Release does not say; trixie's main has 57 MB.
constexpr std::uint64_t text_limit = 512U << 20U;

constexpr std::string_view index_record = "package-index";

constexpr std::array<const char*, 4> suffixes{".xz", ".zst", ".gz", ""};  // the best first

bool holds(const std::vector<std::string>& all, const std::string& one) {
  return std::find(all.begin(), all.end(), one) != all.end();
}

// Some tools write "./Packages" for flat repositories.
const debian::IndexFile* find(const debian::ReleaseFields& release, const std::string& path) {
  auto at = release.sha256.find(path);
  if (at == release.sha256.end()) at = release.sha256.find("./" + path);
  return at == release.sha256.end() ? nullptr : &at->second;
}

// The plan for `folder` + "Packages" in its best compression, or nothing where the Release has none.
std::optional<IndexPlan> plan_index(const SuitePlan& suite, const debian::ReleaseFields& release,
                                    const std::string& folder) {
  for (const char* suffix : suffixes) {
    const auto path = folder + "Packages" + suffix;
    const auto* file = find(release, path);
    if (file == nullptr) continue;
    IndexPlan plan;
    plan.compression = base::compression_of_name(path);
    plan.blob.digest = file->sha256;
    plan.blob.size = file->size;
    plan.blob.absent_hint = "its Release names it; the mirror may be in the middle of an update: try again later";
    const auto url = suite.url_of(path);
    plan.place = shown_url(url);
    if (release.acquire_by_hash) {
      plan.blob.urls.push_back(suite.url_of(fmt::format("{}by-hash/SHA256/{}", folder, file->sha256.hex())));
    }
    plan.blob.urls.push_back(url);
    if (const auto* text = find(release, folder + "Packages")) plan.text = *text;
    return plan;
  }
  return std::nullopt;
}

Error nothing_there(const SuitePlan& suite, const debian::ReleaseFields& release, const std::string& component,
                    const std::string& architecture) {
  if (!release.architectures.empty() && !holds(release.architectures, architecture)) {
    return Error(Exit::usage, fmt::format("{} has no packages for {}", suite.label, architecture))
        .at(suite.place)
        .hint(fmt::format("it has them for {}", base::join(release.architectures, ", ")));
  }
  if (suite.components.empty()) {
    return Error(Exit::usage, fmt::format("{} has no Packages file", suite.label)).at(suite.place);
  }
  std::vector<std::string> names;  // security.debian.org writes "updates/main"
  for (const auto& name : release.components) names.push_back(name.substr(name.rfind('/') + 1));
  if (holds(names, component)) {
    return Error(Exit::network,
                 fmt::format("names the component '{}', but no Packages file of it for {}", component, architecture))
        .at(shown_url(suite.url_of("InRelease")))
        .hint("only who keeps this archive can mend that");
  }
  return Error(Exit::usage, fmt::format("{} has no component '{}' for {}", suite.label, component, architecture))
      .at(suite.place)
      .hint(names.empty() ? "its Release does not say which it has"
                          : fmt::format("it has {}", base::join(names, ", ")));
}

// Decompressed and, where the Release names the text too, held to that.
std::string decompressed(const IndexPlan& plan, std::string bytes) {
  if (plan.compression == base::Compression::none) return bytes;
  auto text = base::decompress(bytes, plan.compression, plan.text ? plan.text->size : text_limit);
  if (plan.text && (text.size() != plan.text->size || base::Digest::of(text) != plan.text->sha256)) {
    throw Error(Exit::trust, "decompresses to another text than its Release names");
  }
  return text;
}

// An index as it was kept, or nothing. Its identity is the file that the Release vouches for, and stands in what was
// kept as well: another's can never be taken for it.
std::optional<debian::PackageIndex> kept(const IndexPlan& plan, const std::string& architecture,
                                         const store::Store& store) {
  const auto identity = plan.blob.digest.hex();
  auto bytes = store.read_record(index_record, fmt::format("{} {}", architecture, identity));
  if (!bytes) return std::nullopt;
  return debian::PackageIndex::open(*std::move(bytes), architecture, plan.place, identity);
}

debian::PackageIndex read_and_keep(const IndexPlan& plan, const std::string& architecture, std::string bytes,
                                   store::Store& store) {
  const auto identity = plan.blob.digest.hex();
  try {
    auto index = debian::PackageIndex::parse(decompressed(plan, std::move(bytes)), architecture, plan.place, identity);
    store.write_record(index_record, fmt::format("{} {}", architecture, identity), index.compiled());
    return index;
  } catch (Error& error) {
    error.place_if_none(plan.place);
    throw;
  }
}

}  // namespace

std::vector<IndexPlan> plan_indexes(const SuitePlan& suite, const debian::ReleaseFields& release,
                                    const std::string& architecture) {
  std::vector<IndexPlan> plans;
  const auto add = [&](const std::string& folder) {
    auto plan = plan_index(suite, release, folder);
    if (plan) plans.push_back(std::move(*plan));
    return plan.has_value();
  };
  if (suite.components.empty() && !add("")) throw nothing_there(suite, release, "", architecture);
  // https://wiki.debian.org/DebianRepository/Format#Architectures
  const bool apart = holds(release.architectures, "all") && !release.all_in_binary_indexes;
  for (const auto& component : suite.components) {
    const bool own = add(fmt::format("{}/binary-{}/", component, architecture));
    const bool all = apart && add(fmt::format("{}/binary-all/", component));
    if (!own && !all) throw nothing_there(suite, release, component, architecture);
  }
  return plans;
}

std::vector<debian::PackageIndex> load_indexes(const std::vector<IndexPlan>& plans, const std::string& architecture,
                                               Fetcher& fetcher, store::Store& store, unsigned jobs) {
  std::vector<std::optional<debian::PackageIndex>> indexes(plans.size());
  base::parallel_for(plans.size(), jobs, [&](std::size_t i) { indexes[i] = kept(plans[i], architecture, store); });
  // A blob that was damaged in the store is noticed when it is read, and gone then: the second round fetches it.
  for (int round = 0; round < 2; ++round) {
    std::vector<Blob> missing;
    for (std::size_t i = 0; i < plans.size(); ++i) {
      if (!indexes[i]) missing.push_back(plans[i].blob);
    }
    if (missing.empty()) break;
    fetcher.blobs(missing, store);
    base::parallel_for(plans.size(), jobs, [&](std::size_t i) {
      if (indexes[i]) return;
      auto bytes = store.read(plans[i].blob.digest, plans[i].blob.size);
      if (bytes) indexes[i] = read_and_keep(plans[i], architecture, *std::move(bytes), store);
    });
  }
  std::vector<debian::PackageIndex> out;
  for (std::size_t i = 0; i < plans.size(); ++i) {
    if (!indexes[i]) {
      throw Error(Exit::internal, "was fetched, and cannot be read back from the store").at(plans[i].place);
    }
    out.push_back(*std::move(indexes[i]));
  }
  return out;
}

}  // namespace debone::archive
