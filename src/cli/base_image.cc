#include "cli/base_image.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "base/text.h"
#include "cli/add_missing.h"
#include "cli/build_image.h"
#include "cli/find_recipe.h"
#include "cli/listed_packages.h"
#include "cli/lock_file.h"
#include "cli/select_packages.h"
#include "debian/control.h"
#include "image/layout.h"
#include "image/read.h"
#include "layer/emission.h"

namespace debone::cli {
namespace {

using base::Error;

constexpr std::string_view record_kind = "base-facts";

base::RelPath at(std::string_view path) { return *base::RelPath::parse(path); }

// Of a stanza the fields that are not named; a field goes on where a line begins with a blank.
std::string without_fields(std::string_view stanza, const std::vector<std::string_view>& fields) {
  std::string rest;
  bool skipped = false;
  for (const auto line : base::lines(stanza)) {
    if (base::trim(line).empty()) continue;
    if (!line.starts_with(' ') && !line.starts_with('\t')) {
      const auto name = base::lower(line.substr(0, line.find(':')));
      skipped = std::ranges::find(fields, name) != fields.end();
    }
    if (!skipped) rest += fmt::format("{}\n", line);
  }
  return rest;
}

// From status.d, as debone and other makers of images without dpkg write it.
std::vector<debian::PackageRecord> records_of(const tree::Tree& tree, const std::string& architecture) {
  std::vector<debian::PackageRecord> records;
  const auto folder = at("var/lib/dpkg/status.d");
  const auto [begin, end] = tree.below(folder);
  for (auto i = begin; i != end; ++i) {
    const auto& [path, node] = *i;
    if (node.type != tree::NodeType::file || path.parent() != folder || path.name().ends_with(".md5sums")) continue;
    try {
      auto record = debian::parse_package(node.content.bytes(), architecture);
      if (!debian::Stanza::parse(node.content.bytes()).find(package::files_field)) {
        record.stanza = node.content.bytes();
        records.push_back(std::move(record));
      }
    } catch (Error& error) {
      error.place_if_none(path.absolute());
      throw;
    }
  }
  std::ranges::sort(records, {}, &debian::PackageRecord::name);
  return records;
}

// Each node says whose it is; what it was made of matters no more.
void set_origins(tree::Tree& tree) {
  const auto owners = listed_files(tree);
  std::vector<base::RelPath> paths;
  for (const auto& [path, node] : tree.nodes()) paths.push_back(path);
  for (const auto& path : paths) {
    const auto owner = owners.find(path);
    tree.at(path).origin = owner == owners.end() ? "base" : "base:" + owner->second;
  }
}

BaseImage read_base(const recipe::Extends& extends, const std::string& architecture) {
  const auto platform = image::platform_of(architecture);
  const auto asked = platform.variant.empty() ? platform.architecture : platform.architecture + "/" + platform.variant;
  const auto stored = image::StoredImage::open(extends.path, asked);
  BaseImage base;
  base.digest = stored.manifest_digest();
  base.config = stored.config();
  for (std::size_t i = 0; i < stored.layers().size(); ++i) {
    base.layers.push_back(std::make_shared<const layer::Layer>(stored.layer(i)));
  }
  base.tree = image::file_system(stored);
  return base;
}

BaseImage build_base(const recipe::Extends& extends, const std::string& architecture, const BuildContext& context) {
  const auto what = extends.path.empty() ? extends.written : extends.path.string();
  const auto recipe = find_recipe(what);
  const auto lock = find_lock(what, recipe, context.archive.offline);
  auto own = context;
  own.wants_layers = true;
  const auto selection = lock ? select_from_lock(lock->lock, recipe, architecture, what, own)
                              : select_by_resolving(recipe, architecture, own);
  auto built = build_image(recipe, selection, {recipe::Variant::latest}, own);
  auto& image = built.variants.front();
  BaseImage base;
  base.config = image.config;
  base.layers = image.layers;
  std::vector<image::Named> names{{"", {std::move(image)}}};
  base.digest = image::Layout(names, [](const std::string&) { return std::map<std::string, std::string>(); })
                    .written()
                    .front()
                    .digest;
  base.tree = std::move(built.tree);
  base.waived = selection.waived;
  return base;
}

// What differs between the bases of one process; another name of the same one is part of it.
std::string key_of(const recipe::Extends& extends, const std::string& architecture, const archive::Options& options) {
  auto key = fmt::format("{}\n{}\n{}\n", architecture, extends.written, extends.path.string());
  for (const auto& [name, source] : options.replacements)
    key += fmt::format("{}={},{}\n", name, source.url, source.key_file.string());
  return key;
}

std::shared_ptr<const BaseImage> opened(const recipe::Recipe& recipe, const std::string& architecture,
                                        const BuildContext& context) {
  const auto& extends = *recipe.extends;
  return base::while_doing(fmt::format("opening the base of {}", recipe.name), [&] {
    auto base = extends.is_image ? read_base(extends, architecture) : build_base(extends, architecture, context);
    base.name = extends.written;
    base.records = records_of(base.tree, architecture);
    set_origins(base.tree);
    if (const auto label = base.config.labels.find(image::finishers_label); label != base.config.labels.end()) {
      for (const auto name : base::words(label->second)) base.finishers.emplace_back(name);
    }
    return std::make_shared<const BaseImage>(std::move(base));
  });
}

}  // namespace

std::shared_ptr<const BaseImage> open_base(const recipe::Recipe& recipe, const std::string& architecture,
                                           const BuildContext& context) {
  if (context.bases == nullptr) return opened(recipe, architecture, context);
  auto& kept = (*context.bases)[key_of(*recipe.extends, architecture, context.archive)];
  if (kept == nullptr) kept = opened(recipe, architecture, context);
  return kept;
}

debian::PackageIndex index_of(const BaseImage& base, const std::string& architecture) {
  std::string text;
  for (const auto& record : base.records) {
    text += without_fields(record.stanza, {"depends", "pre-depends", "recommends", "suggests", "enhances", "essential",
                                           "filename", "size", "sha256"});
    text += fmt::format("Filename: {}\nSize: 0\nSHA256: {}\n\n", record.id(), base::Digest::of("").hex());
  }
  return debian::PackageIndex::parse(text, architecture, base.name);
}

package::Facts facts_of(const BaseImage& base, const std::string& architecture, const BuildContext& context) {
  const auto key = base.digest.hex();
  if (const auto kept = context.store.read_record(record_kind, key)) {
    if (auto facts = package::decode(*kept, architecture)) return *std::move(facts);
  }
  package::Deb all;
  all.control = "Package: debone-base\nVersion: 0\nArchitecture: all\n";
  all.record = debian::parse_package(all.control, architecture);
  for (auto& segment : layer::emission(base.tree)) std::ranges::move(segment, std::back_inserter(all.entries));
  auto facts = package::inspect(all);
  context.store.write_record(record_kind, key, package::encode(facts));
  return facts;
}

recipe::Recipe inherit(recipe::Recipe recipe, const image::Config& base) {
  recipe.environment.insert(base.environment.begin(), base.environment.end());
  if (recipe.cmd.empty() && recipe.entrypoint.empty()) recipe.cmd = base.cmd;
  if (recipe.entrypoint.empty()) recipe.entrypoint = base.entrypoint;
  if (recipe.run_as.empty()) recipe.run_as = base.user;
  if (recipe.work_dir.empty()) recipe.work_dir = base.work_dir;
  if (recipe.stop_signal.empty()) recipe.stop_signal = base.stop_signal;
  add_missing(recipe.ports, base.ports);
  add_missing(recipe.volumes, base.volumes);
  return recipe;
}

}  // namespace debone::cli
