#include "init/capabilities.h"

namespace debone::init {
namespace {

// In the order of linux/capability.h.
constexpr std::string_view names[capability_count] = {"CHOWN",
                                                      "DAC_OVERRIDE",
                                                      "DAC_READ_SEARCH",
                                                      "FOWNER",
                                                      "FSETID",
                                                      "KILL",
                                                      "SETGID",
                                                      "SETUID",
                                                      "SETPCAP",
                                                      "LINUX_IMMUTABLE",
                                                      "NET_BIND_SERVICE",
                                                      "NET_BROADCAST",
                                                      "NET_ADMIN",
                                                      "NET_RAW",
                                                      "IPC_LOCK",
                                                      "IPC_OWNER",
                                                      "SYS_MODULE",
                                                      "SYS_RAWIO",
                                                      "SYS_CHROOT",
                                                      "SYS_PTRACE",
                                                      "SYS_PACCT",
                                                      "SYS_ADMIN",
                                                      "SYS_BOOT",
                                                      "SYS_NICE",
                                                      "SYS_RESOURCE",
                                                      "SYS_TIME",
                                                      "SYS_TTY_CONFIG",
                                                      "MKNOD",
                                                      "LEASE",
                                                      "AUDIT_WRITE",
                                                      "AUDIT_CONTROL",
                                                      "SETFCAP",
                                                      "MAC_OVERRIDE",
                                                      "MAC_ADMIN",
                                                      "SYSLOG",
                                                      "WAKE_ALARM",
                                                      "BLOCK_SUSPEND",
                                                      "AUDIT_READ",
                                                      "PERFMON",
                                                      "BPF",
                                                      "CHECKPOINT_RESTORE"};

}  // namespace

std::optional<unsigned> capability_of(std::string_view name) {
  if (name.starts_with("CAP_")) name.remove_prefix(4);
  for (unsigned number = 0; number < capability_count; ++number) {
    if (names[number] == name) return number;
  }
  return std::nullopt;
}

}  // namespace debone::init
