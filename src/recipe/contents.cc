#include "recipe/contents.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "recipe/cuts.h"
#include "recipe/fields.h"
#include "recipe/unique.h"
#include "recipe/values.h"

namespace debone::recipe {
namespace {

std::optional<std::string> address(const Fields& fields, std::string_view key) {
  const auto* node = fields.find(key);
  return node == nullptr ? std::nullopt : std::optional(url(*node, key));
}

std::vector<std::string> components(const Node& node) {
  std::vector<std::string> names;
  Unique seen("component");
  for (const auto& item : items_of(node, "components")) {
    names.push_back(component_name(*item));
    seen.add(*item, names.back());
  }
  if (names.empty()) fail(node, "'components' is empty");
  return names;
}

// `contents` has the mirrors that hold for every Debian source without its own.
DebianSource debian_source(const Node& node, const Fields& contents) {
  const Fields fields(node, "a Debian source",
                      {"debian", "components", "mirror", "security-mirror", "snapshot", "priority", "packages"});
  DebianSource source;
  source.codename = debian_codename(fields.require("debian"));
  if (const auto* found = fields.find("components")) source.components = components(*found);
  source.mirror = address(fields.find("mirror") != nullptr ? fields : contents, "mirror");
  source.security_mirror = address(fields.find("security-mirror") != nullptr ? fields : contents, "security-mirror");
  source.snapshot = address(fields, "snapshot");
  return source;
}

Key key_at_url(const Node& node, std::string_view name, const Node* print) {
  const auto address = url(node, name);
  if (print == nullptr) {
    fail(node, "a key from an address needs its fingerprint",
         fmt::format("write key: {{url: {}, fingerprint: ...}}", address));
  }
  return {address, fingerprint(*print)};
}

bool is_web_address(const Node& node) { return node.text.starts_with("http://") || node.text.starts_with("https://"); }

Key key(const Node& node) {
  if (node.kind == Node::Kind::scalar) {
    if (is_web_address(node)) return key_at_url(node, "key", nullptr);
    return {disk_path(node, "key").string(), std::nullopt};
  }
  const Fields fields(node, "'key'", {"url", "file", "fingerprint"});
  const auto* at_url = fields.find("url");
  const auto* file = fields.find("file");
  const auto* print = fields.find("fingerprint");
  if ((at_url == nullptr) == (file == nullptr)) fail(node, "'key' needs either 'url' or 'file'");
  if (at_url != nullptr) {
    if (text_of(*at_url, "url").starts_with("file:")) fail(*at_url, "a key on this machine is a 'file', not a 'url'");
    return key_at_url(*at_url, "url", print);
  }
  if (text_of(*file, "file"); is_web_address(*file)) fail(*file, "a key from an address is a 'url', not a 'file'");
  return {disk_path(*file, "file").string(), print == nullptr ? std::nullopt : std::optional(fingerprint(*print))};
}

AptSource apt_source(const Node& node) {
  const Fields fields(node, "a repository",
                      {"name", "url", "suite", "components", "key", "snapshot", "priority", "packages"});
  AptSource source;
  source.name = source_name(fields.require("name"));
  source.url = url(fields.require("url"), "url");
  const auto& suite = fields.require("suite");
  source.suite = text_of(suite, "suite");
  if (source.suite.find_first_of(" \t\r\n") != std::string::npos || source.suite.starts_with('/') ||
      source.suite.find("..") != std::string::npos) {
    fail(suite, fmt::format("'{}' cannot be a suite", source.suite));
  }
  const bool flat = source.suite.ends_with('/');
  if (const auto* found = fields.find("components")) {
    if (flat) {
      fail(*found, fmt::format("the suite '{}' ends with a slash, so it has no components", source.suite),
           "remove 'components', or the slash");
    }
    source.components = components(*found);
  } else if (!flat) {
    fail(node, "a repository has no 'components'", "a flat repository's suite ends with a slash, such as ./");
  }
  source.key = key(fields.require("key"));
  source.snapshot = address(fields, "snapshot");
  return source;
}

DebSource deb_source(const Node& node) {
  const Fields fields(node, "a .deb source", {"deb", "priority"});
  const auto& deb = fields.require("deb");
  DebSource source{disk_path(deb, "deb"), deb.text};
  if (source.path.extension() != ".deb") fail(deb, fmt::format("'{}' is not a .deb file's name", deb.text));
  return source;
}

Source source(const Node& node, const Fields& contents) {
  Source found{.what = {}, .packages = {}, .place = node.place()};
  if (node.find("debian") != nullptr) {
    found.what = debian_source(node, contents);
  } else if (node.find("deb") != nullptr) {
    found.what = deb_source(node);
  } else if (node.find("name") != nullptr || node.find("url") != nullptr) {
    found.what = apt_source(node);
  } else {
    fail(node, "this is not a source",
         "write {debian: CODENAME}, {name, url, suite, components, key} or {deb: ./FILE.deb}");
  }
  if (const auto* number = node.find("priority")) found.priority = priority(*number);
  if (const auto* packages = node.find("packages")) {
    Unique seen("package");
    for (const auto& item : items_of(*packages, "packages")) {
      found.packages.push_back(package_name(*item));
      seen.add(*item, found.packages.back());
    }
    // An empty list would read as "nothing" and mean "everything".
    if (found.packages.empty())
      fail(*packages, "'packages' is empty", "remove it, or name what this source may supply");
  }
  return found;
}

PackageFiles package_files(const Node& node) {
  const Fields fields(node, "an item of 'files'", {"package", "paths"});
  PackageFiles files{package_request(fields.require("package")), {}, node.place()};
  const auto& paths = fields.require("paths");
  Unique seen("path");
  for (const auto& item : items_of(paths, "paths")) {
    files.paths.push_back(text_of(*item, "paths"));
    seen.add(*item, files.paths.back());
    try {
      globs_of(files.paths.back());
    } catch (base::Error& error) {
      error.place_if_none(item->place().str());
      throw;
    }
  }
  if (files.paths.empty()) fail(paths, "'paths' is empty", "write ['/**'] for all of the package's files");
  return files;
}

void read_files(const Node& node, Recipe& recipe) {
  Unique names("package");
  for (const auto& item : items_of(node, "files")) {
    const auto& files = recipe.files.emplace_back(package_files(*item));
    const auto& name = files.package.name;
    names.add(*item, name);
    if (std::ranges::count(recipe.packages, name, &Request::name) > 0) {
      fail(*item, fmt::format("'{}' is in 'packages' and in 'files'", name),
           "the package brings all of its files; take it out of either");
    }
  }
}

}  // namespace

std::string identity_of(const Source& source) {
  if (const auto* debian = std::get_if<DebianSource>(&source.what)) return debian->codename;
  if (const auto* apt = std::get_if<AptSource>(&source.what)) return apt->name;
  return std::get<DebSource>(source.what).path.string();
}

void read_contents(const Node& node, Recipe& recipe) {
  const Fields fields(node, "'contents'", {"sources", "packages", "files", "mirror", "security-mirror"});
  address(fields, "mirror");  // wrong ones are errors also where no source uses them
  address(fields, "security-mirror");
  const auto wanted = [&](std::string_view key) { return recipe.extends ? fields.find(key) : &fields.require(key); };
  const auto* sources = wanted("sources");
  Unique source_names("source");
  for (const auto& item : sources == nullptr ? std::vector<NodePtr>() : items_of(*sources, "sources")) {
    recipe.sources.push_back(source(*item, fields));
    source_names.add(*item, identity_of(recipe.sources.back()));
  }
  if (sources != nullptr && recipe.sources.empty()) fail(*sources, "'sources' is empty", "write [{debian: trixie}]");

  const auto* packages = wanted("packages");
  Unique names("package");
  for (const auto& item : packages == nullptr ? std::vector<NodePtr>() : items_of(*packages, "packages")) {
    recipe.packages.push_back(package_request(*item));
    names.add(*item, recipe.packages.back().name);
  }
  if (const auto* files = fields.find("files")) read_files(*files, recipe);
  if (packages != nullptr && recipe.packages.empty()) fail(*packages, "'packages' is empty");
}

}  // namespace debone::recipe
