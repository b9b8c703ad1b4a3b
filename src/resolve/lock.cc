#include "resolve/lock.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <memory>
#include <tuple>

#include "base/error.h"
#include "base/rel_path.h"
#include "base/text.h"
#include "debian/names.h"
#include "debian/version.h"
#include "recipe/fields.h"
#include "recipe/unique.h"
#include "recipe/values.h"

namespace debone::resolve {
namespace {

using recipe::fail;
using recipe::Fields;
using recipe::Node;
using recipe::Unique;

constexpr std::uint64_t form = 1;  // of locks, counted up where an older debone would misread one

constexpr const char* renew = "`debone update RECIPE` writes it anew";

// What git leaves in a file that two branches changed.
void refuse_conflicts(std::string_view text, const std::string& file) {
  int number = 0;
  for (const auto line : base::lines(text)) {
    ++number;
    if (!line.starts_with("<<<<<<< ") && !line.starts_with(">>>>>>> ") && line != "=======") continue;
    throw base::Error(base::Exit::usage, "a merge conflict that is not resolved")
        .at(recipe::Place{file, number, 1}.str())
        .hint("take either side, and let `debone lock RECIPE` bring it in line with the recipe");
  }
}

std::uint64_t number_of(const Node& node, std::string_view key) {
  const auto number = base::parse_decimal(recipe::text_of(node, key));
  if (!number || node.quoted) fail(node, fmt::format("'{}' must be a number", key));
  return *number;
}

void require_form(const Node& root) {
  const auto* stated = root.find("lock");
  if (stated == nullptr) fail(root, "this is not a lock: it has no 'lock'", renew);
  const auto number = number_of(*stated, "lock");
  if (number > form) {
    fail(*stated,
         fmt::format("this lock has form {}, which a newer debone wrote; this one reads form {}", number, form),
         "take a newer debone, or let `debone update RECIPE` write it anew");
  }
  if (number < form) fail(*stated, fmt::format("there is no form {} of locks", number), renew);
}

// A text of one line.
std::string line_of(const Node& node, std::string_view key) {
  const auto& text = recipe::text_of(node, key);
  if (text.find('\n') != std::string::npos) fail(node, fmt::format("'{}' has more than one line", key));
  return text;
}

std::string optional_line(const Fields& fields, std::string_view key) {
  const auto* node = fields.find(key);
  return node == nullptr ? "" : line_of(*node, key);
}

std::vector<std::string> lines_of(const Fields& fields, std::string_view key) {
  std::vector<std::string> lines;
  const auto* node = fields.find(key);
  if (node == nullptr) return lines;
  for (const auto& item : items_of(*node, key)) lines.push_back(line_of(*item, key));
  return lines;
}

base::Digest digest_of(const Node& node) {
  const auto digest = base::Digest::from_hex(recipe::text_of(node, "sha256"));
  if (!digest) fail(node, fmt::format("'{}' is not a SHA-256: 64 hex digits", node.text));
  return *digest;
}

std::int64_t date_of(const Node& node) {
  const auto date = base::parse_iso_time(recipe::text_of(node, "date"));
  if (!date) fail(node, fmt::format("'{}' is not a time such as 2026-11-24T01:42:03Z", node.text));
  return *date;
}

InputSource source_of(const Node& node) {
  const Fields fields(node, "a source of the lock",
                      {"debian", "name", "deb", "suite", "components", "key", "packages", "priority"});
  InputSource source;
  source.debian = optional_line(fields, "debian");
  source.name = optional_line(fields, "name");
  source.deb = optional_line(fields, "deb");
  if (source.id().empty()) fail(node, "a source of the lock has neither 'debian' nor 'name' nor 'deb'");
  source.suite = optional_line(fields, "suite");
  source.components = lines_of(fields, "components");
  source.key = optional_line(fields, "key");
  source.packages = lines_of(fields, "packages");
  if (const auto* found = fields.find("priority")) source.priority = recipe::priority(*found);
  source.place = node.place();
  return source;
}

LockedSuite suite_of(const Node& node) {
  const Fields fields(node, "a suite", {"label", "origin", "suite", "codename", "date", "key", "sha256"});
  return {line_of(fields.require("label"), "label"),
          optional_line(fields, "origin"),
          optional_line(fields, "suite"),
          optional_line(fields, "codename"),
          date_of(fields.require("date")),
          recipe::fingerprint(fields.require("key")),
          digest_of(fields.require("sha256")),
          node.place()};
}

LockedAccount account_of(const Node& node) {
  const Fields fields(node, "an account", {"name", "id"});
  return {recipe::account_name(fields.require("name"), "name"), recipe::id_of(fields.require("id"), "id"),
          node.place()};
}

LockedState state_of(const Node& node) {
  constexpr std::array states{LockedState::kept,  LockedState::data_only, LockedState::read,
                              LockedState::files, LockedState::debug,     LockedState::left_out};
  constexpr std::array<std::string_view, 6> names{"kept", "data-only", "read", "files", "debug", "left-out"};
  const auto& name = recipe::choice_of(node, "state", names);
  return states[static_cast<std::size_t>(std::ranges::find(names, name) - names.begin())];
}

std::string version_of(const Node& node) {
  try {
    return debian::Version::parse(recipe::text_of(node, "version")).str();
  } catch (const base::Error& error) {
    if (error.code() == base::Exit::usage) throw;
    fail(node, error.message());
  }
}

std::string name_at(const Node& node, std::string_view key) {
  const auto& name = recipe::text_of(node, key);
  if (!debian::is_package_name(name)) fail(node, fmt::format("'{}' cannot be '{}'", key, name));
  return name;
}

// "pool/main/h/hello/hello_2.10-5_amd64.deb"
std::string path_of(const Node& node, std::string_view below) {
  const auto path = base::RelPath::parse(recipe::text_of(node, "path"));
  if (!path || path->is_root()) fail(node, fmt::format("'{}' is no path below {}", node.text, below));
  return node.text;
}

LockedPackage package_of(const Node& node, const Lock& lock, std::string_view architecture) {
  const Fields fields(node, "a package", {"name", "version", "arch", "state", "why", "from", "size", "sha256", "path"});
  LockedPackage package;
  package.place = node.place();
  package.name = name_at(fields.require("name"), "name");
  package.version = version_of(fields.require("version"));
  const auto& arch = fields.require("arch");
  package.architecture = name_at(arch, "arch");
  if (package.architecture != "all" && package.architecture != architecture) {
    fail(arch, fmt::format("a package for {} among those for {}", package.architecture, architecture));
  }
  const auto& state = fields.require("state");
  package.state = state_of(state);
  if (package.state == LockedState::debug &&
      std::ranges::count(lock.inputs.debug, package.name, &InputItem::package) == 0)
    fail(state, fmt::format("'{}' is not what the debug variants have", package.name));
  if (package.state == LockedState::files &&
      std::ranges::count(lock.inputs.files, package.name, &InputItem::package) == 0)
    fail(state, fmt::format("'{}' is not among the lock's 'files'", package.name));
  package.reason = line_of(fields.require("why"), "why");
  const auto& from = fields.require("from");
  package.from = line_of(from, "from");
  const bool of_suite = lock.find_suite(package.from) != nullptr;
  if (!of_suite && std::ranges::find(lock.inputs.sources, package.from, &InputSource::deb) == lock.inputs.sources.end())
    fail(from, fmt::format("'{}' is neither a suite of this lock nor a .deb among its sources", package.from));
  const bool left_out = package.state == LockedState::left_out;
  for (const auto* key : {"size", "sha256", "path"}) {
    const auto* found = fields.find(key);
    const bool wanted = !left_out && (key != std::string_view("path") || of_suite);
    if (found != nullptr && !wanted) fail(*found, fmt::format("'{}' does not belong to this package", key));
    if (found == nullptr && wanted) fail(node, fmt::format("a package has no '{}'", key));
  }
  if (left_out) return package;
  package.size = number_of(fields.require("size"), "size");
  package.sha256 = digest_of(fields.require("sha256"));
  if (of_suite) package.path = path_of(fields.require("path"), "an archive's root");
  return package;
}

LockedArchitecture architecture_of(const recipe::Member& member, const Lock& lock) {
  LockedArchitecture architecture;
  architecture.name = recipe::architecture(*member.key);
  architecture.place = member.key->place();
  Unique names("package");
  for (const auto& item : items_of(*member.value, architecture.name)) {
    architecture.packages.push_back(package_of(*item, lock, architecture.name));
    names.add(*item, architecture.packages.back().name);
  }
  std::ranges::sort(architecture.packages, {}, &LockedPackage::name);
  return architecture;
}

// The architecture that a key of `with-apt` or `unresolved` names.
LockedArchitecture& architecture_at(const Node& key, Lock& lock) {
  const auto at = std::ranges::find(lock.architectures, key.text, &LockedArchitecture::name);
  if (at == lock.architectures.end()) fail(key, fmt::format("the lock has no packages for '{}'", key.text));
  return *at;
}

void read_unresolved(const Node& node, Lock& lock) {
  for (const auto& member : members_of(node, "unresolved")) {
    auto& into = architecture_at(*member.key, lock).unresolved;
    for (const auto& item : items_of(*member.value, "unresolved")) {
      const Fields fields(*item, "an item of 'unresolved'", {"path", "soname"});
      into.push_back({path_of(fields.require("path"), "the image's root"), line_of(fields.require("soname"), "soname"),
                      item->place()});
    }
    std::ranges::sort(into, {}, [](const LockedNeed& need) { return std::tie(need.path, need.soname); });
  }
}

void read_base(const Node& node, Lock& lock) {
  for (const auto& member : members_of(node, "base")) {
    architecture_at(*member.key, lock).base = digest_of(*member.value);
  }
}

void read_with_apt(const Node& node, Lock& lock) {
  for (const auto& member : members_of(node, "with-apt")) {
    auto& into = architecture_at(*member.key, lock);
    const Fields fields(*member.value, "an item of 'with-apt'", {"packages", "size"});
    into.apt_packages = number_of(fields.require("packages"), "packages");
    into.apt_size = number_of(fields.require("size"), "size");
  }
}

// What apt would weigh stands last in a lock: one without it was cut short.
void require_end(const Lock& lock) {
  for (const auto& architecture : lock.architectures) {
    if (architecture.apt_packages > 0) continue;
    throw base::Error(base::Exit::usage,
                      fmt::format("nothing of {} stands in 'with-apt': the lock was cut short", architecture.name))
        .at(architecture.place.str())
        .hint(renew);
  }
}

// Each item of the list `key`, read by `read`; none where the lock has no such list. No two have the same `id`.
template <typename Read, typename Id>
auto list_of(const Fields& fields, std::string_view key, std::string kind, Read read, Id id) {
  std::vector<decltype(read(fields.node()))> all;
  Unique seen(std::move(kind));
  if (const auto* node = fields.find(key)) {
    for (const auto& item : items_of(*node, key)) {
      all.push_back(read(*item));
      seen.add(*item, id(all.back()));
    }
  }
  return all;
}

InputItem request_of(const Node& node) { return item_of(recipe::package_request(node)); }

InputItem name_item_of(const Node& node) {
  const auto name = recipe::package_name(node);
  return {name, name, node.place()};
}

InputItem cut_of(const Node& node) {
  const auto cut = line_of(node, "cuts");
  return {cut, cut, node.place()};
}

void read_inputs(const Fields& fields, Inputs& inputs) {
  constexpr std::array<std::string_view, 2> modes{"lean", "full"};
  const auto text = [](const InputItem& item) { return item.text; };
  const auto& name = fields.require("name");
  inputs.name = recipe::recipe_name(name);
  inputs.name_place = name.place();
  if (const auto* extends = fields.find("extends")) {
    inputs.extends = line_of(*extends, "extends");
    inputs.extends_place = extends->place();
  }
  const auto& closure = fields.require("closure");
  const bool full = recipe::choice_of(closure, "closure", modes) == "full";
  inputs.closure = full ? recipe::ClosureMode::full : recipe::ClosureMode::lean;
  inputs.closure_place = closure.place();
  inputs.sources = list_of(fields, "sources", "source", source_of, [](const auto& source) { return source.id(); });
  inputs.requests = list_of(fields, "requests", "package", request_of, text);
  inputs.files = list_of(fields, "files", "package", request_of, text);
  inputs.keep = list_of(fields, "keep", "package", name_item_of, text);
  inputs.exclude = list_of(fields, "exclude", "package", name_item_of, text);
  if (const auto* starts = fields.find("starts")) {
    inputs.starts = line_of(*starts, "starts");
    inputs.starts_place = starts->place();
  }
  inputs.cuts = list_of(fields, "cuts", "cut", cut_of, text);
  inputs.debug = list_of(fields, "debug", "package", name_item_of, text);
}

}  // namespace

std::vector<const LockedPackage*> LockedArchitecture::taken() const {
  std::vector<const LockedPackage*> found;
  for (const auto& package : packages) {
    if (package.is_taken()) found.push_back(&package);
  }
  return found;
}

const LockedPackage* LockedArchitecture::debug() const {
  const auto found = std::ranges::find(packages, LockedState::debug, &LockedPackage::state);
  return found == packages.end() ? nullptr : &*found;
}

std::string told_size(const LockedArchitecture& architecture) {
  const auto all = architecture.packages.size();
  const auto taken = architecture.taken().size() + (architecture.debug() != nullptr ? 1U : 0U);
  return fmt::format("{} package{}{}", all, all == 1 ? "" : "s",
                     taken == all ? "" : fmt::format(" ({} left out)", all - taken));
}

const LockedArchitecture* Lock::find(std::string_view architecture) const {
  const auto at = std::ranges::find(architectures, architecture, &LockedArchitecture::name);
  return at == architectures.end() ? nullptr : &*at;
}

const LockedSuite* Lock::find_suite(std::string_view label) const {
  const auto at = std::ranges::find(suites, label, &LockedSuite::label);
  return at == suites.end() ? nullptr : &*at;
}

Lock parse_lock(std::string_view text, const std::string& file) {
  refuse_conflicts(text, file);
  const auto origin = std::make_shared<const recipe::Origin>(recipe::Origin{file, "", "lock"});
  const auto root = recipe::read_yaml(text, origin, {largest_lock, 400'000});
  require_form(*root);
  const Fields fields(*root, "the lock", {"lock",   "name",  "extends", "base",     "closure",    "sources", "requests",
                                          "files",  "keep",  "exclude", "debug",    "starts",     "cuts",    "suites",
                                          "waived", "users", "groups",  "packages", "unresolved", "with-apt"});
  Lock lock;
  lock.inputs.file = file;
  read_inputs(fields, lock.inputs);
  lock.suites = list_of(fields, "suites", "suite", suite_of, [](const auto& suite) { return suite.label; });
  lock.waived = lines_of(fields, "waived");
  const auto name = [](const LockedAccount& account) { return account.name; };
  lock.users = list_of(fields, "users", "user", account_of, name);
  lock.groups = list_of(fields, "groups", "group", account_of, name);
  for (const auto& member : members_of(fields.require("packages"), "packages")) {
    lock.architectures.push_back(architecture_of(member, lock));
  }
  std::ranges::sort(lock.architectures, {}, &LockedArchitecture::name);
  if (const auto* found = fields.find("base")) read_base(*found, lock);
  for (const auto& architecture : lock.architectures) {
    if (architecture.base.has_value() == lock.inputs.extends.empty()) {
      throw base::Error(base::Exit::usage, lock.inputs.extends.empty()
                                               ? fmt::format("a base for {}, and no 'extends'", architecture.name)
                                               : fmt::format("no base for {}", architecture.name))
          .at(architecture.place.str())
          .hint(renew);
    }
  }
  if (const auto* found = fields.find("unresolved")) read_unresolved(*found, lock);
  if (const auto* found = fields.find("with-apt")) read_with_apt(*found, lock);
  require_end(lock);
  return lock;
}

}  // namespace debone::resolve
