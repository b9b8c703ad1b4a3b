#include "run/spec.h"

#include <gtest/gtest.h>

#include "image/json.h"

namespace debone::run {
namespace {

using image::Json;

Container sample() {
  Container container;
  container.process.arguments = {"php", "-v"};
  container.process.environment = {{"A", "b"}};
  container.process.work_dir = "/srv";
  container.process.user = {33, 34, {2, 4}, "/"};
  return container;
}

Json spec(const Container& container) { return Json::parse(spec_text(container)); }

Json mount_at(const Json& spec, const std::string& destination) {
  for (const auto& mount : spec["mounts"]) {
    if (mount["destination"] == destination) return mount;
  }
  return {};
}

TEST(Spec, TheProcessIsTheContainers) {
  EXPECT_EQ(spec(sample())["process"].dump(),
            R"({"terminal":false,"user":{"uid":33,"gid":34,"additionalGids":[2,4]},"args":["php","-v"],"env":["A=b"],)"
            R"("cwd":"/srv","capabilities":{"bounding":["CAP_CHOWN","CAP_DAC_OVERRIDE","CAP_FSETID","CAP_FOWNER",)"
            R"("CAP_MKNOD","CAP_NET_RAW","CAP_SETGID","CAP_SETUID","CAP_SETFCAP","CAP_SETPCAP","CAP_NET_BIND_SERVICE",)"
            R"("CAP_SYS_CHROOT","CAP_KILL","CAP_AUDIT_WRITE"]},"noNewPrivileges":true})");
}

TEST(Spec, OnlyRootMayUseCapabilities) {
  auto container = sample();
  EXPECT_FALSE(spec(container)["process"]["capabilities"].contains("effective"));
  container.process.user = {};
  const auto capabilities = spec(container)["process"]["capabilities"];
  EXPECT_EQ(capabilities["effective"], capabilities["bounding"]);
  EXPECT_EQ(capabilities["permitted"], capabilities["bounding"]);
  EXPECT_FALSE(capabilities.contains("inheritable"));
}

TEST(Spec, CapabilitiesAndBindMountsOfOnesOwn) {
  auto container = sample();
  container.capabilities = {"CAP_SYS_PTRACE", "CAP_CHOWN"};
  container.binds = {{"/host/a", "/a", true}, {"/host/b", "/b", false}};
  const auto made = spec(container);
  const auto bounding = made["process"]["capabilities"]["bounding"];
  EXPECT_EQ(bounding.size(), 15);
  EXPECT_EQ(bounding.back(), "CAP_SYS_PTRACE");
  EXPECT_EQ(mount_at(made, "/a").dump(),
            R"({"destination":"/a","type":"bind","source":"/host/a","options":["rbind","ro"]})");
  EXPECT_EQ(mount_at(made, "/b")["options"].dump(), R"(["rbind","rw"])");
}

TEST(Spec, FindsCapabilities) {
  EXPECT_EQ(find_capability("sys_ptrace"), "CAP_SYS_PTRACE");
  EXPECT_EQ(find_capability("CAP_CHOWN"), "CAP_CHOWN");
  EXPECT_EQ(find_capability("ALL"), std::nullopt);
}

TEST(Spec, TheNetworkIsTheHostsAndDevicesAreDenied) {
  const auto linux = spec(sample())["linux"];
  EXPECT_EQ(linux["namespaces"].dump(), R"([{"type":"pid"},{"type":"ipc"},{"type":"uts"},{"type":"mount"}])");
  EXPECT_EQ(linux["resources"].dump(), R"({"devices":[{"allow":false,"access":"rwm"}]})");
  EXPECT_TRUE(linux.contains("maskedPaths"));
  EXPECT_TRUE(linux.contains("readonlyPaths"));
}

TEST(Spec, JoinsAPidNamespace) {
  auto container = sample();
  container.pid_namespace = "/b/pid-namespace";
  EXPECT_EQ(spec(container)["linux"]["namespaces"][0].dump(), R"({"type":"pid","path":"/b/pid-namespace"})");
}

TEST(Spec, MountsWhatIsAskedFor) {
  auto container = sample();
  container.read_only = true;
  container.tmpfs = {"/tmp"};
  container.shared = {"/etc/hosts"};
  container.folders = {{"/b/rootfs/data", "/data"}};
  const auto made = spec(container);
  EXPECT_EQ(made["root"].dump(), R"({"path":"rootfs","readonly":true})");
  EXPECT_EQ(
      mount_at(made, "/tmp").dump(),
      R"({"destination":"/tmp","type":"tmpfs","source":"tmpfs","options":["nosuid","nodev","noexec","mode=1777"]})");
  EXPECT_EQ(mount_at(made, "/etc/hosts").dump(),
            R"({"destination":"/etc/hosts","type":"bind","source":"/etc/hosts","options":["bind","ro"]})");
  EXPECT_EQ(mount_at(made, "/data").dump(),
            R"({"destination":"/data","type":"bind","source":"/b/rootfs/data","options":["bind","rw"]})");
  EXPECT_EQ(mount_at(made, "/sys")["type"], "sysfs");
}

TEST(Spec, WithoutRootItDoesWithoutWhatNeedsTheMachines) {
  auto container = sample();
  container.id_maps = IdMaps{{{0, 1000, 1}, {1, 100000, 65536}}, {{0, 1001, 1}, {1, 100000, 65536}}};
  auto made = spec(container);
  EXPECT_FALSE(made["linux"].contains("resources"));
  EXPECT_FALSE(made["process"]["user"].contains("additionalGids"));
  EXPECT_EQ(mount_at(made, "/sys")["type"], "none");
  EXPECT_EQ(mount_at(made, "/dev/pts")["options"].back(), "gid=5");
  container.id_maps = IdMaps{{{0, 1000, 1}}, {{0, 1001, 1}}};
  EXPECT_EQ(mount_at(spec(container), "/dev/pts")["options"].back(), "mode=0620");
}

}  // namespace
}  // namespace debone::run
