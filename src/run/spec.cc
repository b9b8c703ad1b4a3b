#include "run/spec.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.h"
#include "image/json.h"

namespace debone::run {
namespace {

using image::Json;

// https://github.com/moby/moby/blob/master/daemon/pkg/oci/caps/defaults.go
constexpr std::array default_capabilities{"CAP_CHOWN",   "CAP_DAC_OVERRIDE", "CAP_FSETID",           "CAP_FOWNER",
                                          "CAP_MKNOD",   "CAP_NET_RAW",      "CAP_SETGID",           "CAP_SETUID",
                                          "CAP_SETFCAP", "CAP_SETPCAP",      "CAP_NET_BIND_SERVICE", "CAP_SYS_CHROOT",
                                          "CAP_KILL",    "CAP_AUDIT_WRITE"};

// What else there is: capabilities(7), as of Linux 6.12.
constexpr std::array other_capabilities{
    "CAP_AUDIT_CONTROL",   "CAP_AUDIT_READ",     "CAP_BLOCK_SUSPEND",  "CAP_BPF",        "CAP_CHECKPOINT_RESTORE",
    "CAP_IPC_LOCK",        "CAP_IPC_OWNER",      "CAP_LEASE",          "CAP_MAC_ADMIN",  "CAP_MAC_OVERRIDE",
    "CAP_NET_ADMIN",       "CAP_NET_BROADCAST",  "CAP_PERFMON",        "CAP_SYS_ADMIN",  "CAP_SYS_BOOT",
    "CAP_SYS_MODULE",      "CAP_SYS_NICE",       "CAP_SYS_PACCT",      "CAP_SYS_PTRACE", "CAP_SYS_RAWIO",
    "CAP_SYS_RESOURCE",    "CAP_SYS_TIME",       "CAP_SYS_TTY_CONFIG", "CAP_SYSLOG",     "CAP_WAKE_ALARM",
    "CAP_DAC_READ_SEARCH", "CAP_LINUX_IMMUTABLE"};

// https://github.com/moby/moby/blob/master/oci/defaults.go
constexpr std::array masked_paths{"/proc/asound",     "/proc/acpi",        "/proc/interrupts",
                                  "/proc/kcore",      "/proc/keys",        "/proc/latency_stats",
                                  "/proc/timer_list", "/proc/timer_stats", "/proc/sched_debug",
                                  "/proc/scsi",       "/sys/firmware",     "/sys/devices/virtual/powercap"};
constexpr std::array readonly_paths{"/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"};

constexpr std::uint32_t tty_group = 5;  // Debian's, base-passwd

Json mount(const std::string& destination, const std::string& type, const std::string& source,
           const std::vector<std::string>& options) {
  Json out;
  out["destination"] = destination;
  out["type"] = type;
  out["source"] = source;
  out["options"] = options;
  return out;
}

Json mounts(const Container& container) {
  const bool rootless = container.id_maps.has_value();
  Json out = Json::array();
  out.push_back(mount("/proc", "proc", "proc", {"nosuid", "noexec", "nodev"}));
  out.push_back(mount("/dev", "tmpfs", "tmpfs", {"nosuid", "strictatime", "mode=755", "size=65536k"}));
  std::vector<std::string> pts{"nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620"};
  if (!rootless || container.id_maps->has_group(tty_group)) pts.push_back(fmt::format("gid={}", tty_group));
  out.push_back(mount("/dev/pts", "devpts", "devpts", pts));
  out.push_back(mount("/dev/shm", "tmpfs", "shm", {"nosuid", "noexec", "nodev", "mode=1777", "size=65536k"}));
  out.push_back(mount("/dev/mqueue", "mqueue", "mqueue", {"nosuid", "noexec", "nodev"}));
  // A new sysfs needs a network namespace of one's own, or the machine's root.
  out.push_back(rootless ? mount("/sys", "none", "/sys", {"rbind", "nosuid", "noexec", "nodev", "ro"})
                         : mount("/sys", "sysfs", "sysfs", {"nosuid", "noexec", "nodev", "ro"}));
  // In a user namespace the mount keeps what flags it has, and the user's own rights guard the file.
  const std::vector<std::string> bind =
      rootless ? std::vector<std::string>{"bind"} : std::vector<std::string>{"bind", "ro"};
  for (const auto& file : container.shared) out.push_back(mount(file, "bind", file, bind));
  for (const auto& [source, destination] : container.folders) {
    out.push_back(mount(destination, "bind", source.string(), {"bind", "rw"}));
  }
  for (const auto& [source, destination, read_only] : container.binds) {
    out.push_back(mount(destination, "bind", source.string(), {"rbind", read_only ? "ro" : "rw"}));
  }
  for (const auto& path : container.tmpfs) {
    out.push_back(mount(path, "tmpfs", "tmpfs", {"nosuid", "nodev", "noexec", "mode=1777"}));
  }
  return out;
}

// Who is not root may have given up setgroups for his namespace: such a container gets no supplementary groups.
Json process(const Process& process, const std::vector<std::string>& more_capabilities, bool can_set_groups) {
  Json out;
  out["terminal"] = process.terminal;
  auto& user = out["user"];
  user["uid"] = process.user.uid;
  user["gid"] = process.user.gid;
  if (can_set_groups && !process.user.groups.empty()) user["additionalGids"] = process.user.groups;
  out["args"] = process.arguments;
  out["env"] = Json::array();
  for (const auto& [name, value] : process.environment) out["env"].push_back(fmt::format("{}={}", name, value));
  out["cwd"] = process.work_dir;
  // As in docker, who is not root may not use what he could keep.
  std::vector<std::string> capabilities(default_capabilities.begin(), default_capabilities.end());
  for (const auto& one : more_capabilities)
    if (std::ranges::find(capabilities, one) == capabilities.end()) capabilities.push_back(one);
  out["capabilities"]["bounding"] = capabilities;
  if (process.user.uid == 0) {
    out["capabilities"]["effective"] = capabilities;
    out["capabilities"]["permitted"] = capabilities;
  }
  out["noNewPrivileges"] = true;
  return out;
}

Json linux(const Container& container) {
  Json out;
  out["namespaces"] = Json::array();
  const auto add_namespace = [&](const char* type) {
    Json made;
    made["type"] = type;
    out["namespaces"].push_back(std::move(made));
  };
  for (const auto* type : {"pid", "ipc", "uts", "mount"}) add_namespace(type);
  if (!container.pid_namespace.empty()) out["namespaces"][0]["path"] = container.pid_namespace.string();
  if (!container.id_maps) {
    // Beyond the harmless devices that runc itself allows; who is not root cannot make any in the first place.
    Json rule;
    rule["allow"] = false;
    rule["access"] = "rwm";
    out["resources"]["devices"] = Json::array({std::move(rule)});
  }
  out["maskedPaths"] = masked_paths;
  out["readonlyPaths"] = readonly_paths;
  return out;
}

}  // namespace

std::vector<std::string> mounted_paths(const Container& container) {
  std::vector<std::string> paths;
  for (const auto& one : mounts(container)) paths.push_back(one["destination"].get<std::string>());
  return paths;
}

std::optional<std::string> find_capability(std::string_view name) {
  auto wanted = base::lower(name);
  if (!wanted.starts_with("cap_")) wanted = "cap_" + wanted;
  const auto is_wanted = [&](const char* one) { return base::lower(one) == wanted; };
  if (const auto one = std::ranges::find_if(default_capabilities, is_wanted); one != default_capabilities.end())
    return *one;
  if (const auto one = std::ranges::find_if(other_capabilities, is_wanted); one != other_capabilities.end())
    return *one;
  return std::nullopt;
}

std::string spec_text(const Container& container) {
  Json out;
  out["ociVersion"] = "1.0.2";
  out["process"] = process(container.process, container.capabilities, !container.id_maps.has_value());
  out["root"]["path"] = "rootfs";
  out["root"]["readonly"] = container.read_only;
  out["hostname"] = "debone";
  out["mounts"] = mounts(container);
  out["linux"] = linux(container);
  return image::to_text(out);
}

}  // namespace debone::run
