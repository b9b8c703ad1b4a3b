#include "tree/programs.h"

#include <gtest/gtest.h>

#include "base/file.h"
#include "tree/test_tree.h"

namespace debone::tree {
namespace {

std::string found(const Tree& tree, const std::string& command, std::string_view search_path = "/usr/bin:/sbin",
                  std::string_view work_dir = "/srv") {
  const auto program = find_program(tree, search_path, work_dir, command);
  return program ? program->path.absolute() : "nothing";
}

Tree sample() {
  Tree tree;
  tree.put_file(path("usr/bin/php"), "php", 0755, 0, "");
  tree.put_file(path("usr/bin/data"), "data", 0644, 0, "");
  tree.put_file(path("sbin/data"), "data", 0755, 0, "");
  tree.put_file(path("sbin/text"), "text", 0644, 0, "");
  tree.put_file(path("srv/bin/app"), "app", 0755, 0, "");
  tree.put_symlink(path("usr/bin/link"), "/etc/alternatives/link", 0, "");
  tree.put_symlink(path("etc/alternatives/link"), "../../usr/bin/php", 0, "");
  tree.put_symlink(path("usr/bin/gone"), "nowhere", 0, "");
  tree.put_symlink(path("usr/bin/circle"), "circle", 0, "");
  tree.put_symlink(path("usr/bin/out"), "../../../out", 0, "");
  tree.put_directory(path("usr/bin/folder"), 0755, 0, "");
  return tree;
}

TEST(Programs, AreFoundAsExecvpFindsThem) {
  const auto tree = sample();
  EXPECT_EQ(found(tree, "php"), "/usr/bin/php");
  EXPECT_EQ(found(tree, "link"), "/usr/bin/link");
  EXPECT_EQ(find_program(tree, "/usr/bin", "/", "link")->node->content.bytes(), "php");
  EXPECT_EQ(found(tree, "data"), "/sbin/data") << "what may be executed goes first";
  EXPECT_EQ(found(tree, "text"), "/sbin/text") << "without such a file, one of that name";
  EXPECT_EQ(found(tree, "/srv/bin/app"), "/srv/bin/app");
  EXPECT_EQ(found(tree, "bin/app"), "/srv/bin/app");
  for (const auto* name : {"app", "gone", "circle", "out", "folder", "/usr/bin/folder", "/usr/../usr/bin/php", "../x"})
    EXPECT_EQ(found(tree, name), "nothing") << name;
  EXPECT_EQ(found(tree, "php", "usr/bin::."), "nothing") << "relative folders are not searched";
}

TEST(Programs, NameTheirInterpreter) {
  EXPECT_EQ(interpreter_of("#!/usr/bin/perl -w\nprint 1;\n"), "/usr/bin/perl");
  EXPECT_EQ(interpreter_of("#! /bin/sh"), "/bin/sh");
  EXPECT_EQ(interpreter_of("#!\n/bin/sh\n"), "");
  EXPECT_EQ(interpreter_of("#!"), "");
  EXPECT_EQ(interpreter_of("#!" + std::string(300, ' ') + "/bin/sh\n"), "") << "Linux reads 256 bytes of the line";
  EXPECT_EQ(interpreter_of("text"), std::nullopt);
  EXPECT_EQ(interpreter_of(""), std::nullopt);
  EXPECT_TRUE(interpreter_of(base::read_file("/bin/true", 1U << 24U))->starts_with("/lib"));
  EXPECT_EQ(base::error_of([] { interpreter_of("\177ELF and no more"); }).code(), base::Exit::trust);
}

TEST(Programs, ExecutableIsAFileThatSomebodyMayExecute) {
  Node node;
  node.type = NodeType::file;
  node.mode = 0644;
  EXPECT_FALSE(is_executable(node));
  node.mode = 0645;
  EXPECT_TRUE(is_executable(node));
  node.type = NodeType::directory;
  EXPECT_FALSE(is_executable(node));
}

}  // namespace
}  // namespace debone::tree
