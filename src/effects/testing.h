// For the tests of this folder: an image put together by hand, and looking at what a finisher made of it.
#pragma once

#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/file.h"
#include "effects/accounting.h"
#include "effects/context.h"
#include "effects/finishers.h"
#include "effects/maintainer_script.h"

namespace debone::effects::testing {

using Texts = std::map<std::string, std::string>;

class Recorder : public base::Events {
 public:
  void warning(const std::string& text) override { warnings.push_back(text); }
  void fetched(std::uint64_t, std::uint64_t) override {}
  std::vector<std::string> warnings;
};

class Image {
 public:
  static constexpr std::int64_t created = 1'700'000'000;
  static constexpr std::int64_t packaged = 1'600'000'000;

  Image() { recipe.file = "test.yaml"; }

  // A package whose files (path to content) are in its archive and in the tree.
  package::Deb& add(const std::string& name, const Texts& files = {}, const Texts& control_files = {}) {
    auto& deb = read_only(name, files, control_files);
    for (const auto& entry : deb.entries) {
      tree::Node node;
      node.type = tree::NodeType::file;
      node.mode = entry.mode;
      node.mtime = packaged;
      node.origin = "package:" + name;
      node.content = tree::Content(deb.data, entry.content);
      tree.put(at(entry.name), std::move(node));
    }
    return deb;
  }

  // A package that is read but not unpacked.
  package::Deb& read_only(const std::string& name, const Texts& files, const Texts& control_files = {}) {
    auto& deb = *debs.emplace(debs.end());
    deb.record.name = name;
    deb.control = fmt::format("Package: {}\nVersion: 1\nArchitecture: all\n", name);
    deb.control_files = control_files;
    std::string data;
    for (const auto& [path, content] : files) data += content;
    deb.data = std::make_shared<const std::string>(std::move(data));
    std::size_t offset = 0;
    for (const auto& [path, content] : files) {
      base::TarEntry entry;
      entry.name = "./" + path;
      entry.mode = 0644;
      entry.content = std::string_view(*deb.data).substr(offset, content.size());
      offset += content.size();
      deb.entries.push_back(entry);
    }
    return deb;
  }

  // A package whose postinst the table knows, as one that takes the step.
  package::Deb& add_known(const std::string& step, const std::string& name, const std::string& postinst) {
    const auto script = read_script(postinst, {name, "", ""}, [](const Section&) { return false; });
    entries += fmt::format("- package: {}\n  script: postinst\n  known: [{}]\n  does: [{{{}}}]\n", name,
                           key_of(script.lines), step);
    table = {{"effects/test.yaml", entries}};
    return add(name, {}, {{"postinst", postinst}});
  }

  void file(std::string_view path, std::string content, std::uint32_t mode = 0644) {
    tree.put_file(at(path), std::move(content), mode, packaged, "package:other");
  }
  void directory(std::string_view path) { tree.put_directory(at(path), 0755, packaged, "package:other"); }
  void link(std::string_view path, std::string target) {
    tree.put_symlink(at(path), std::move(target), packaged, "package:other");
  }

  void run(void (*finisher)(Context&)) {
    const Input input = inputs();
    const Table known(input.table);
    const auto scripts = account_for(input, known);
    Context context{tree, input, *recorder, "effect:test", scripts, &known};
    finisher(context);
  }
  Input inputs() const { return {&debs, &recipe, architecture, created, nullptr, table}; }

  // What is there: a file's text, or "-> TARGET" of a link, or "(nothing)".
  std::string text(std::string_view path) const {
    const auto* node = tree.find(tree.resolve(at(path), false));
    if (node == nullptr) return "(nothing)";
    if (node->type == tree::NodeType::symlink) return "-> " + node->link_target;
    return node->type == tree::NodeType::file ? std::string(node->content.bytes()) : "(directory)";
  }
  // "2775 0:8"
  std::string mode(std::string_view path) const {
    const auto* node = tree.find(tree.resolve(at(path), false));
    return node == nullptr ? "(nothing)" : fmt::format("{:o} {}:{}", node->mode, node->uid, node->gid);
  }
  // Links and files below a directory with what `text` says of them.
  Texts below(std::string_view directory) const {
    Texts found;
    const auto [begin, end] = tree.below(tree.resolve(at(directory), true));
    for (auto entry = begin; entry != end; ++entry)
      if (entry->second.type != tree::NodeType::directory) found[entry->first.str()] = text(entry->first.str());
    return found;
  }

  // The tree on the disk, owners apart.
  void write_to(const std::filesystem::path& root) const {
    for (const auto& [path, node] : tree.nodes()) {
      const auto target = root / path.str();
      switch (node.type) {
        case tree::NodeType::directory: std::filesystem::create_directories(target); break;
        case tree::NodeType::symlink: std::filesystem::create_symlink(node.link_target, target); break;
        case tree::NodeType::file: std::ofstream(target, std::ios::binary) << node.content.bytes(); break;
      }
    }
  }

  std::vector<package::Deb> debs;
  recipe::Recipe recipe;
  tree::Tree tree;
  std::unique_ptr<Recorder> recorder = std::make_unique<Recorder>();
  std::string architecture = "amd64";
  std::vector<TableFile> table;
  std::string entries;  // of add_known
};

// What the error that `act` throws looks like to a person.
template <typename Act>
std::string error_of(const Act& act) {
  try {
    act();
  } catch (const base::Error& error) {
    return error.render();
  }
  return "(no error)";
}

}  // namespace debone::effects::testing
