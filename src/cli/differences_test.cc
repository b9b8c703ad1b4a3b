#include "cli/differences.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "cli/differences_text.h"

namespace debone::cli {
namespace {

base::RelPath at(std::string_view path) { return *base::RelPath::parse(path); }

SideFile file(std::string_view content, std::string package = "", std::uint32_t mode = 0644) {
  SideFile made;
  made.mode = mode;
  made.size = content.size();
  made.sha256 = base::Digest::of(content);
  made.package = std::move(package);
  return made;
}

SideFile directory(std::uint32_t mode = 0755) {
  SideFile made;
  made.type = tree::NodeType::directory;
  made.mode = mode;
  return made;
}

SideFile link(std::string target) {
  SideFile made;
  made.type = tree::NodeType::symlink;
  made.mode = 0777;
  made.link_target = std::move(target);
  return made;
}

resolve::LockedPackage package(std::string name, std::string version, std::uint64_t size = 0) {
  resolve::LockedPackage made;
  made.name = std::move(name);
  made.version = std::move(version);
  made.architecture = "amd64";
  made.size = size;
  return made;
}

resolve::LockedArchitecture architecture(std::string name, std::vector<resolve::LockedPackage> packages) {
  resolve::LockedArchitecture made;
  made.name = std::move(name);
  made.packages = std::move(packages);
  return made;
}

Side image_of(std::vector<resolve::LockedPackage> packages, const std::map<std::string, SideFile>& files,
              std::uint64_t size = 1000000) {
  Side side;
  side.kind = "image";
  side.packages.architectures = {architecture("amd64", std::move(packages))};
  side.config.emplace();
  side.image.emplace();
  side.image->size = size;
  for (const auto& [path, each] : files) side.image->files[at(path)] = each;
  return side;
}

Side lock_of(std::vector<resolve::LockedArchitecture> architectures, Settings accounts = {}) {
  Side side;
  side.kind = "lock";
  side.packages.architectures = std::move(architectures);
  side.accounts = std::move(accounts);
  return side;
}

std::string text(const Side& before, const Side& after, bool every_path = false) {
  return text_of(differences(before, after), before, after, every_path);
}

TEST(Differences, PathsOfAChangedPackageAreCountedInItsLine) {
  const auto before = image_of({package("app", "1", 20), package("gone", "1", 3), package("same", "1")},
                               {{"bin", directory()},
                                {"bin/app", file("old", "app")},
                                {"bin/gone", file("x", "gone")},
                                {"bin/same", file("x", "same")},
                                {"etc", directory()},
                                {"etc/passwd", file("12")}});
  const auto after = image_of({package("app", "2", 1040), package("new", "1", 5), package("same", "1")},
                              {{"bin", directory()},
                               {"bin/app", file("new", "app")},
                               {"bin/same", file("changed", "same")},
                               {"etc", directory()},
                               {"etc/passwd", file("1234")},
                               {"share", directory()},
                               {"share/new", directory()},
                               {"share/new/data", file("data", "new")}},
                              1500000);
  EXPECT_EQ(text(before, after),
            "packages\n"
            "  ~ app 1 -> 2 (+1.02 kB, 1 path)\n"
            "  - gone 1 (-3 B, 1 path)\n"
            "  + new 1 (+5 B, 1 path)\n"
            "paths\n"
            "  ~ /bin/same: content (1 B -> 7 B)\n"
            "  ~ /etc/passwd: content (2 B -> 4 B)\n"
            "3 packages and 7 paths differ; 1.00 MB -> 1.50 MB (+500 kB)\n");
  EXPECT_EQ(text(before, after, true),
            "packages\n"
            "  ~ app 1 -> 2 (+1.02 kB)\n"
            "  - gone 1 (-3 B)\n"
            "  + new 1 (+5 B)\n"
            "paths\n"
            "  ~ /bin/app: content\n"
            "  - /bin/gone (1 B)\n"
            "  ~ /bin/same: content (1 B -> 7 B)\n"
            "  ~ /etc/passwd: content (2 B -> 4 B)\n"
            "  + /share/\n"
            "  + /share/new/\n"
            "  + /share/new/data (4 B)\n"
            "3 packages and 7 paths differ; 1.00 MB -> 1.50 MB (+500 kB)\n");
}

TEST(Differences, AFolderThatCameOrWentAsAWholeIsOneLine) {
  const auto before = image_of({}, {{"a", directory()}, {"a/b", directory(01777)}, {"a/b/x", file("12")}});
  const auto after = image_of({package("new", "1")}, {{"c", directory()},
                                                      {"c/d", directory()},
                                                      {"c/d/own", file("1")},
                                                      {"c/of", file("1", "new")},
                                                      {"c/loose", file("123", "", 04755)},
                                                      {"empty", directory(02755)}});
  EXPECT_EQ(text(before, after),
            "packages\n"
            "  + new 1 (1 path)\n"
            "paths\n"
            "  - /a/ (2 paths, 2 B)\n"
            "  + /c/d/ (1 path, 1 B)\n"
            "  + /c/loose (3 B, mode 4755)\n"
            "  + /empty/ (mode 2755)\n"
            "1 package and 9 paths differ; 1.00 MB -> 1.00 MB\n");
}

TEST(Differences, EachThingThatMayDifferOfAPath) {
  auto owned = file("x");
  owned.uid = 33;
  owned.gid = 34;
  auto capable = file("x");
  capable.xattrs["security.capability"] = "\x01";
  const auto before = image_of({}, {{"attributes", file("x")},
                                    {"link", link("old")},
                                    {"link\n", link("x")},
                                    {"mode", file("x")},
                                    {"owner", file("x")},
                                    {"several", file("abc")},
                                    {"type", file("x")}});
  const auto after = image_of({}, {{"attributes", capable},
                                   {"link", link("\x1b[1m")},
                                   {"mode", file("x", "", 04755)},
                                   {"owner", owned},
                                   {"several", file("abcd", "", 0600)},
                                   {"type", link("x")}});
  EXPECT_EQ(text(before, after),
            "paths\n"
            "  ~ /attributes: extended attributes\n"
            "  ~ /link: link to old -> \\x1b[1m\n"
            "  - /link\\n -> x\n"
            "  ~ /mode: mode 644 -> 4755\n"
            "  ~ /owner: owner 0:0 -> 33:34\n"
            "  ~ /several: content (3 B -> 4 B), mode 644 -> 600\n"
            "  ~ /type: file -> link to x\n"
            "7 paths differ; 1.00 MB -> 1.00 MB\n");
}

TEST(Differences, Settings) {
  auto before = image_of({}, {});
  auto after = image_of({}, {});
  before.config = Settings{{{"entrypoint", ""}, {"/bin/a", "b c"}},
                           {{"environment", "GONE"}, ""},
                           {{"environment", "PATH"}, "/bin"},
                           {{"port", "80/tcp"}, true},
                           {{"user", ""}, "root"}};
  after.config = Settings{{{"entrypoint", ""}, {"/bin/a", "b", "c"}},
                          {{"environment", "PATH"}, "/usr/bin"},
                          {{"label", "a"}, "x\ny"},
                          {{"user", ""}, "root"},
                          {{"work-dir", ""}, "/srv"}};
  EXPECT_EQ(text(before, after),
            "configuration\n"
            "  ~ entrypoint: [\"/bin/a\",\"b c\"] -> [\"/bin/a\",\"b\",\"c\"]\n"
            "  - environment GONE=\n"
            "  ~ environment PATH: /bin -> /usr/bin\n"
            "  + label a=x\\ny\n"
            "  - port 80/tcp\n"
            "  + work-dir /srv\n"
            "6 settings differ; 1.00 MB -> 1.00 MB\n");
}

TEST(Differences, OfLocksForSeveralArchitectures) {
  const auto before = lock_of({architecture("amd64", {package("a", "1", 1000), package("b", "1", 10)}),
                               architecture("arm64", {package("a", "1", 1000)})},
                              {{{"group", "a"}, 5}, {{"user", "a"}, 5}});
  const auto after = lock_of({architecture("amd64", {package("a", "2", 2500), package("b", "1", 10)}),
                              architecture("arm64", {package("a", "2", 1000)})},
                             {{{"group", "a"}, 6}, {{"group", "b"}, 7}, {{"user", "a"}, 5}});
  EXPECT_EQ(text(before, after),
            "packages for amd64\n"
            "  ~ a 1 -> 2 (.deb +1.50 kB)\n"
            "packages for arm64\n"
            "  ~ a 1 -> 2\n"
            "accounts\n"
            "  ~ group a: 5 -> 6\n"
            "  + group b=7\n"
            "2 packages and 2 accounts differ\n");
  EXPECT_EQ(text(before, before), "no difference in 3 packages and the accounts\n");
}

TEST(Differences, OfALockAndItsImage) {
  auto kept = package("a", "1", 1000);
  kept.sha256 = base::Digest::of("a.deb");
  auto data_only = package("b", "1");
  data_only.state = resolve::LockedState::data_only;
  auto read = package("base-passwd", "1");
  read.state = resolve::LockedState::read;
  auto left_out = package("perl-base", "1");
  left_out.state = resolve::LockedState::left_out;
  auto lock = lock_of({architecture("amd64", {kept, data_only, read, left_out}), architecture("arm64", {})});
  restrict_to(lock, {"amd64"});
  auto image = image_of({package("a", "1", 5), package("b", "1")}, {{"x", file("x")}});
  make_comparable(lock, image);
  EXPECT_EQ(text(lock, image), "no difference in 2 packages\n");
  auto other = image_of({package("a", "1.1", 5), package("b", "1")}, {});
  make_comparable(lock, other);
  EXPECT_EQ(text(lock, other), "packages\n  ~ a 1 -> 1.1\n1 package differs\n");
}

TEST(Differences, OfEqualImagesThatAreNotTheSame) {
  auto before = image_of({package("a", "1")}, {{"x", file("x")}});
  auto after = before;
  EXPECT_EQ(text(before, after), "no difference in 1 package, the configuration and 1 path\n");
  after.image->digest = base::Digest::of("another");
  EXPECT_EQ(text(before, after),
            "no difference in 1 package, the configuration and 1 path; times or the packing of layers differ\n");
}

TEST(Differences, AsJson) {
  auto before = image_of({package("a", "1", 3)}, {{"bin/a", file("abc", "a")}, {"l", link("x")}}, 10);
  before.what = "old";
  auto after = image_of({package("a", "2", 3)}, {{"bin/a", file("abd", "a", 0755)}, {"l", link("x")}}, 12);
  after.what = "new\x1b";
  (*after.config)[{"environment", "A"}] = "1";
  EXPECT_EQ(json_of(differences(before, after), before, after).dump(),
            R"({"equal":false,)"
            R"("before":{"what":"old","kind":"image","digest":"sha256:)" +
                base::Digest().hex() +
                R"(","size":10,"compressed_size":0},)"
                R"("after":{"what":"new\\x1b","kind":"image","digest":"sha256:)" +
                base::Digest().hex() +
                R"(","size":12,"compressed_size":0},)"
                R"("packages":[{"name":"a","architecture":"amd64",)"
                R"("before":{"version":"1","architecture":"amd64","size":3},)"
                R"("after":{"version":"2","architecture":"amd64","size":3}}],)"
                R"("config":[{"setting":"environment","name":"A","before":null,"after":"1"}],)"
                R"("files":[{"path":"/bin/a","package":"a",)"
                R"("before":{"type":"file","mode":"0644","uid":0,"gid":0,"size":3,"sha256":")" +
                base::Digest::of("abc").hex() +
                R"("},"after":{"type":"file","mode":"0755","uid":0,"gid":0,"size":3,"sha256":")" +
                base::Digest::of("abd").hex() + R"("}}]})");
  const auto lock = lock_of({architecture("amd64", {package("a", "1", 3)})});
  EXPECT_EQ(json_of(differences(lock, lock), lock, lock).dump(),
            R"({"equal":true,"before":{"what":"","kind":"lock"},"after":{"what":"","kind":"lock"},)"
            R"("packages":[],"accounts":[]})");
}

TEST(Differences, AsADrawing) {
  auto before = image_of({package("a", "1"), package("b", "1")},
                         {{"bin/a", file("abc", "a")}, {"etc/x", file("1")}, {"etc/y", file("1")}}, 1000);
  before.what = "old";
  auto after = image_of({package("a", "2"), package("c", "1")},
                        {{"bin/a", file("abd", "a")}, {"bin/c", file("c", "c")}, {"bin/d", file("d", "c")}}, 2000);
  after.what = "a \"new\" one";
  (*after.config)[{"environment", "A"}] = "1";
  EXPECT_EQ(dot_of(differences(before, after), before, after), R"(digraph diff {
  rankdir=LR;
  node [fontname="sans-serif"];
  A [label="old\n1.00 kB", shape=box, style=bold];
  B [label="a \"new\" one\n2.00 kB", shape=box, style=bold];
  n0 [label="~ a 1 -> 2", shape=box, color="#b35900"];
  n1 [label="- b 1", shape=box, color="#b42318"];
  n2 [label="+ c 1", shape=box, color="#1a7f37"];
  n3 [label="+ environment A", shape=note, color="#1a7f37"];
  n4 [label="- 2 paths\nin /etc", shape=folder, color="#b42318"];
  n5 [label="~ 1 path\nof a", shape=folder, color="#b35900"];
  n6 [label="+ 2 paths\nof c", shape=folder, color="#1a7f37"];
  A -> n0 [color="#b35900"];
  n0 -> B [color="#b35900"];
  A -> n1 [color="#b42318"];
  n2 -> B [color="#1a7f37"];
  n3 -> B [color="#1a7f37"];
  A -> n4 [color="#b42318"];
  A -> n5 [color="#b35900"];
  n5 -> B [color="#b35900"];
  n6 -> B [color="#1a7f37"];
}
)");
  const auto lock = lock_of({architecture("amd64", {package("a", "1", 3)}), architecture("arm64", {})});
  const auto other = lock_of({architecture("amd64", {package("a", "1", 3)}),  //
                              architecture("arm64", {package("b", "1")})});
  EXPECT_NE(dot_of(differences(lock, other), lock, other).find(R"(label="+ b 1\narm64")"), std::string::npos);
}

TEST(Differences, ALockWithoutThatArchitecture) {
  auto lock = lock_of({architecture("amd64", {}), architecture("arm64", {})});
  lock.what = "x.lock";
  try {
    restrict_to(lock, {"amd64", "i386"});
    FAIL();
  } catch (const base::Error& error) {
    EXPECT_EQ(error.render(),
              "error: x.lock: it has no packages for i386\n"
              "  hint: it has those for amd64, arm64\n");
    EXPECT_EQ(error.code(), base::Exit::usage);
  }
}

}  // namespace
}  // namespace debone::cli
