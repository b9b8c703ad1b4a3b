#include <gtest/gtest.h>

#include "base/process.h"
#include "base/text.h"
#include "effects/testing.h"

namespace debone::effects {
namespace {

using testing::Image;
using testing::Texts;

struct Package {
  std::string name;
  std::string call;
};

// update-alternatives itself is the measure, run for the same packages on a copy of the tree.
TEST(Alternatives, EqualUpdateAlternatives) {
  const std::vector<Package> packages{
      {"first",
       "--install /usr/bin/editor editor /usr/bin/ed 10 --slave /usr/share/man/editor.1 editor.1 /usr/share/man/ed.1"},
      {"second",
       "--install /usr/bin/editor editor /usr/bin/vi 30 --slave /usr/share/man/editor.1 editor.1 /usr/share/man/vi.1 "
       "--slave /usr/share/man/de/editor.1 editor.de.1 /usr/share/man/de/vi.1"},
      {"third", "--install /usr/bin/editor editor /usr/bin/nano 30"},
      {"fourth", "--install /usr/bin/editor editor /usr/bin/emacs 30"},
      {"fifth", "--install /usr/bin/pager pager /usr/bin/less 77"},
      {"sixth", "--install /usr/bin/awk awk /usr/bin/gone 99"},
      {"seventh", "--install /usr/bin/own own /usr/bin/vi 1"},
      {"eighth", "--install /usr/bin/negative negative /usr/bin/vi -20"},
      {"ninth", "--install /usr/bin/negative negative /usr/bin/ed -10"},
      {"tenth", "--install /usr/bin/a-pager a-pager /usr/bin/pager 0"},
  };
  Image image;
  for (const auto* name : {"ed", "vi", "nano", "emacs", "less", "own", "update-alternatives"})
    image.file(fmt::format("usr/bin/{}", name), name, 0755);
  for (const auto* name : {"ed.1", "vi.1"}) image.file(fmt::format("usr/share/man/{}", name), name);
  image.directory("etc/alternatives");
  image.directory("var/lib/dpkg/alternatives");
  image.directory("var/log");

  const base::TempDir real("alternatives");
  image.write_to(real.path());
  for (const auto& package : packages) {
    std::vector<std::string> command{"update-alternatives", "--quiet", "--root", real.path().string()};
    for (const auto word : base::words(package.call)) command.emplace_back(word);
    base::run_and_capture(command, 1U << 16U);
    image.add(package.name, {}, {{"postinst", "#!/bin/sh\nupdate-alternatives " + package.call + "\n"}});
  }
  image.run(alternatives);

  Texts expected;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(real.path()))
    if (entry.is_symlink())
      expected[entry.path().lexically_relative(real.path())] = std::filesystem::read_symlink(entry.path());
  Texts links;
  for (const auto& [path, node] : image.tree.nodes())
    if (node.type == tree::NodeType::symlink) links[path.str()] = node.link_target;
  EXPECT_EQ(links, expected);

  Texts admin_files;
  for (const auto& entry : std::filesystem::directory_iterator(real.path() / "var/lib/dpkg/alternatives")) {
    const auto path = entry.path().lexically_relative(real.path()).string();
    admin_files[path] = base::read_file(entry.path(), 1U << 16U);
    EXPECT_EQ(image.text(path), admin_files[path]) << path;
  }
  EXPECT_GT(admin_files.size(), 4U);
  EXPECT_EQ(links["usr/bin/editor"], "/etc/alternatives/editor");
  EXPECT_EQ(image.recorder->warnings,
            std::vector<std::string>{"/usr/bin/own is no link, so the alternative 'own' leaves it alone"});
}

TEST(Alternatives, NothingIsRememberedForAToolThatIsNotThere) {
  Image image;
  image.add("tool", {{"usr/bin/tool", ""}},
            {{"postinst", "update-alternatives --install /usr/bin/a a /usr/bin/tool 1\n"}});
  image.run(alternatives);
  EXPECT_EQ(image.text("usr/bin/a"), "-> /etc/alternatives/a");
  EXPECT_EQ(image.text("var/lib/dpkg/alternatives/a"), "(nothing)");
}

TEST(Alternatives, OneOfTheTableIsMadeWhereWhatItAsksForIs) {
  constexpr std::string_view table =
      "- package: tool\n  trigger: go\n  does:\n"
      "    - alternative: {name: a, link: /usr/bin/a, path: /usr/bin/tool, priority: 1}\n"
      "    - alternative: {name: b, link: /usr/bin/b, path: /usr/bin/tool, priority: 1, if-exists: /usr/bin/none}\n";
  Image image;
  image.table = {{"table", table}};
  image.add("tool", {{"usr/bin/tool", ""}}, {{"triggers", "interest go\n"}});
  image.run(alternatives);
  EXPECT_EQ(image.text("usr/bin/a"), "-> /etc/alternatives/a");
  EXPECT_EQ(image.text("usr/bin/b"), "(nothing)");
}

TEST(Alternatives, NothingIsReadOfAPackageThatTheRecipeSpeaksFor) {
  Image image;
  image.add("tool", {{"usr/bin/tool", ""}},
            {{"postinst", "update-alternatives --install /usr/bin/a a /usr/bin/tool 1\n"}});
  image.recipe.effects.emplace_back().package = "tool";
  image.run(alternatives);
  EXPECT_EQ(image.text("usr/bin/a"), "(nothing)");
}

}  // namespace
}  // namespace debone::effects
