// dpkg as oracle: the same .debs, unpacked by `dpkg --root` and assembled, must give the same files.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>

#include "base/file.h"
#include "base/process.h"
#include "tree/assemble.h"
#include "tree/test_tree.h"

namespace debone::tree {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t limit = 1U << 20U;

struct Made {
  std::string name;
  std::vector<base::TestHeader> entries;
  std::string fields;
};

class DpkgOracle : public testing::Test {
 protected:
  // Owners are those of whoever runs the test, so that root is not needed.
  static std::string own_id(unsigned id) { return fmt::format("{:07o}", id); }

  // Unpacks the packages in their order and lists the result as listing() does.
  std::vector<std::string> unpacked(const std::vector<std::string>& names,
                                    const std::vector<std::string>& links_into_usr) {
    const auto root = folder_.path() / "root";
    fs::remove_all(root);
    for (const auto* below : {"var/lib/dpkg/info", "var/lib/dpkg/updates", "var/log"})
      base::make_directories(root / below);
    base::write_file_atomically(root / "var/lib/dpkg/status", "");
    for (const auto& name : links_into_usr) {
      base::make_directories(root / "usr" / name);
      fs::create_symlink("usr/" + name, root / name);
    }
    std::vector<std::string> command{"dpkg",
                                     "--root=" + root.string(),
                                     "--log=/dev/null",
                                     "--force-not-root",
                                     "--force-bad-path",
                                     "--force-depends",
                                     "--unpack"};
    for (const auto& name : names) command.push_back((folder_.path() / (name + ".deb")).string());
    const auto done = base::run_and_capture(command, limit);
    dpkg_error_ = done.err;
    dpkg_status_ = done.status;
    fs::remove_all(root / "var/lib/dpkg");
    for (const auto* made : {"var/lib", "var/log", "var"}) fs::remove(root / made, ignored_);

    std::map<std::string, std::string> lines;  // in the order of paths, as listing() has them
    for (const auto& entry : fs::recursive_directory_iterator(root)) {
      const auto where = entry.path().lexically_relative(root).string();
      const auto mode = static_cast<unsigned>(entry.symlink_status().permissions()) & 07777U;
      if (entry.is_symlink()) {
        lines[where] = fmt::format("{} -> {}", where, fs::read_symlink(entry.path()).string());
      } else if (entry.is_directory()) {
        lines[where] = fmt::format("{}/ {:o}", where, mode);
      } else {
        lines[where] = fmt::format("{} {:o} '{}'", where, mode, base::read_file(entry.path(), limit));
      }
    }
    std::vector<std::string> listed;
    listed.reserve(lines.size());
    for (const auto& [where, line] : lines) listed.push_back(line);
    return listed;
  }

  package::Deb make(const Made& package) {
    std::string data;
    for (auto entry : package.entries) {
      entry.uid = own_id(::getuid());
      entry.gid = own_id(::getgid());
      entry.user.clear();
      entry.group.clear();
      data += base::tar_entry(entry);
    }
    const auto fields = package.fields + "Description: made for a test\n";
    const auto bytes =
        package::deb(package::control_tar(package::control_text(package.name, "1", fields)), data + base::tar_end());
    base::write_file_atomically(folder_.path() / (package.name + ".deb"), bytes);
    return package::read_deb(bytes, "amd64", package.name, limit);
  }

  // Compares the two for the packages in that order.
  void compare(const std::vector<Made>& packages, const std::vector<std::string>& links_into_usr = {}) {
    std::vector<package::Deb> debs;
    std::vector<std::string> names;
    for (const auto& package : packages) {
      debs.push_back(make(package));
      names.push_back(package.name);
    }
    const auto theirs = unpacked(names, links_into_usr);
    ASSERT_EQ(dpkg_status_, 0) << dpkg_error_;
    EXPECT_EQ(listing(assemble(debs)), theirs);
  }

  void both_refuse(const std::vector<Made>& packages) {
    std::vector<package::Deb> debs;
    std::vector<std::string> names;
    for (const auto& package : packages) {
      debs.push_back(make(package));
      names.push_back(package.name);
    }
    unpacked(names, {});
    EXPECT_NE(dpkg_status_, 0);
    EXPECT_THAT(dpkg_error_, testing::HasSubstr("trying to overwrite"));
    EXPECT_THROW(assemble(debs), base::Error);
  }

 private:
  // In memory where there is such a place: dpkg syncs its database to the disk at each step.
  base::TempDir folder_{"debone-dpkg", fs::is_directory("/dev/shm") ? "/dev/shm" : ""};
  std::string dpkg_error_;
  int dpkg_status_ = 0;
  std::error_code ignored_;
};

TEST_F(DpkgOracle, AgreesOnModesAndSharedDirectories) {
  const Made a{"aa",
               {dir("./"), dir("./etc/"), dir("./etc/d/", 0750), {.name = "./etc/d/f", .content = "x", .mode = 04711}},
               ""};
  const Made b{
      "bb", {dir("./"), dir("./etc/"), dir("./etc/d/", 0700), {.name = "./etc/d/g", .content = "y", .mode = 0600}}, ""};
  compare({a, b});
  compare({b, a});
}

TEST_F(DpkgOracle, AgreesOnLinksAndDirectories) {
  // Relative links alone: an absolute one would lead dpkg out of its --root.
  const Made with_link{"aa", {dir("./"), dir("./run/"), dir("./opt/"), link("./opt/run", "../run")}, ""};
  const Made same_link{"bb", {dir("./"), dir("./opt/"), link("./opt/run", "./../run")}, ""};
  const Made with_directory{"cc", {dir("./"), dir("./opt/"), dir("./opt/run/"), file("./opt/run/f", "x")}, ""};
  compare({with_link, same_link});
  compare({with_link, with_directory});
  compare({with_directory, with_link});
}

TEST_F(DpkgOracle, AgreesOnReplaces) {
  const Made old{"aa", {dir("./"), file("./f", "old"), file("./g", "old")}, ""};
  const Made replacing{"bb", {dir("./"), file("./f", "new"), link("./g", "f")}, "Replaces: aa (<< 2)\n"};
  compare({old, replacing});
  compare({replacing, old});
  const Made mutual{"cc", {dir("./"), file("./f", "third")}, "Replaces: aa, bb\n"};
  const Made back{"aa", {dir("./"), file("./f", "back")}, "Replaces: cc\n"};
  compare({mutual, back});
  compare({back, mutual});
}

TEST_F(DpkgOracle, AgreesOnHardLinks) {
  compare({{"aa", {dir("./"), file("./f", "x"), hard_link("./g", "./f"), dir("./d/"), hard_link("./d/h", "./f")}, ""}});
}

TEST_F(DpkgOracle, AgreesOnMergedUsr) {
  const Made base_files{
      "base-files", {dir("./"), dir("./bin/"), dir("./lib/"), dir("./usr/"), dir("./usr/bin/"), dir("./usr/lib/")}, ""};
  const Made libc{
      "libc6",
      {dir("./"), dir("./lib/"), dir("./lib/x/"), file("./lib/x/libc.so", "c"),
       hard_link("./lib/x/ld.so", "./lib/x/libc.so"), dir("./lib64/"), link("./lib64/ld.so", "/lib/x/ld.so")},
      ""};
  const Made dash{"dash", {dir("./"), dir("./bin/"), file("./bin/dash", "d"), link("./bin/sh", "dash")}, ""};
  compare({base_files, libc, dash}, {"bin", "lib", "lib64"});
  compare({dash, libc, base_files}, {"bin", "lib", "lib64"});
}

TEST_F(DpkgOracle, AgreesOnConflicts) {
  const Made a{"aa", {dir("./"), file("./f"), link("./l", "none"), dir("./d/")}, ""};
  both_refuse({a, {"bb", {dir("./"), file("./f")}, ""}});
  both_refuse({a, {"bb", {dir("./"), link("./f", "x")}, ""}});
  both_refuse({a, {"bb", {dir("./"), link("./l", "none")}, ""}});
  both_refuse({a, {"bb", {dir("./"), dir("./l/")}, ""}});
  both_refuse({a, {"bb", {dir("./"), dir("./f/")}, ""}});
  both_refuse({a, {"bb", {dir("./"), file("./d")}, ""}});
}

}  // namespace
}  // namespace debone::tree
