#include "php/project.h"

#include <fmt/format.h>

#include "base/error.h"
#include "base/text.h"
#include "php/json.h"

namespace debone::php {
namespace {

using base::Error;
using base::Exit;

// A file with what errors call it.
class Document {
 public:
  Document(std::string_view text, std::string file) : file_(std::move(file)), root_(parse_json(text, file_)) {
    if (root_.kind != Json::Kind::object) throw wrong(root_, "the file", Json::Kind::object);
  }

  const Json& root() const { return root_; }
  std::string place(const Json& value) const { return fmt::format("{}:{}", file_, value.line); }

  // The member of that key, or null where it is absent or null.
  const Json* member(const Json& object, std::string_view key, Json::Kind kind) const {
    const auto* value = object.find(key);
    if (value == nullptr || value->kind == Json::Kind::null) return nullptr;
    // PHP writes an empty object as an empty list.
    const bool empty = value->kind == Json::Kind::list && value->items.empty();
    if (kind == Json::Kind::object && empty) return nullptr;
    if (value->kind != kind) throw wrong(*value, fmt::format("'{}'", key), kind);
    return value;
  }

  std::string text(const Json& object, std::string_view key) const {
    const auto* value = member(object, key, Json::Kind::text);
    return value == nullptr ? std::string() : value->text;
  }

  Error wrong(const Json& value, const std::string& what, Json::Kind kind) const {
    return Error(Exit::usage, fmt::format("{} must be {}, not {}", what, name_of(kind), name_of(value.kind)))
        .at(place(value));
  }

 private:
  std::string file_;
  Json root_;
};

// Names without a vendor are of the platform, but for `composer` and its plugins' interface, which are of no use later.
bool is_platform(std::string_view name) {
  return name.find('/') == std::string_view::npos && name != "composer" && !name.starts_with("composer-");
}

void read_requirements(const Document& document, const Json* links, const std::string& of, Project& project) {
  if (links == nullptr) return;
  for (const auto& [written, value] : links->members) {
    const auto name = base::lower(written);
    if (value.kind != Json::Kind::text) throw document.wrong(value, fmt::format("'{}'", written), Json::Kind::text);
    if (is_platform(name)) {
      project.requirements.push_back({name, value.text, of, document.place(value)});
    } else if (of.empty()) {
      project.requires_packages.insert(name);
    }
  }
}

void read_provided(const Document& document, const Json& package, Project& project) {
  for (const auto* const key : {"provide", "replace"}) {
    const auto* links = document.member(package, key, Json::Kind::object);
    if (links == nullptr) continue;
    for (const auto& link : links->members) {
      const auto name = base::lower(link.first);
      if (is_platform(name)) {
        project.provided.insert(name);
      } else {
        project.not_locked.erase(name);
      }
    }
  }
}

void read_lock(const Document& lock, Project& project) {
  read_requirements(lock, lock.member(lock.root(), "platform", Json::Kind::object), "", project);
  project.not_locked = project.requires_packages;
  const auto* packages = lock.member(lock.root(), "packages", Json::Kind::list);
  if (packages == nullptr) return;
  if (packages->items.size() > most_packages) {
    throw Error(Exit::usage, fmt::format("more than {} packages", most_packages)).at(lock.place(*packages));
  }
  for (const auto& package : packages->items) {
    if (package.kind != Json::Kind::object) throw lock.wrong(package, "a package", Json::Kind::object);
    const auto name = lock.text(package, "name");
    if (name.empty()) throw Error(Exit::usage, "a package has no name").at(lock.place(package));
    project.not_locked.erase(base::lower(name));
    read_requirements(lock, lock.member(package, "require", Json::Kind::object), name, project);
    read_provided(lock, package, project);
  }
}

}  // namespace

Project read_project(std::string_view json, const std::string& json_file, std::optional<std::string_view> lock,
                     const std::string& lock_file) {
  Project project;
  const Document document(json, json_file);
  const auto& root = document.root();
  project.name = document.text(root, "name");
  read_requirements(document, document.member(root, "require", Json::Kind::object), "", project);
  read_provided(document, root, project);
  if (const auto* config = document.member(root, "config", Json::Kind::object)) {
    if (const auto* platform = document.member(*config, "platform", Json::Kind::object)) {
      project.target_php = document.text(*platform, "php");
    }
  }
  if (const auto* extra = document.member(root, "extra", Json::Kind::object)) {
    project.public_dir = document.text(*extra, "public-dir");
  }
  if (lock) read_lock(Document(*lock, lock_file), project);
  return project;
}

}  // namespace debone::php
