#include "run/id_maps.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <grp.h>
#include <pwd.h>
#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <string>

#include "base/error.h"
#include "base/file.h"
#include "base/process.h"
#include "base/text.h"

namespace debone::run {
namespace {

using base::Error;
using base::Exit;

constexpr std::uint64_t largest_subid_file = 1U << 20U;
constexpr const char* way_out = "run debone as root, or build with --to docker and load the image into an engine";

bool has(const std::vector<IdRange>& ranges, std::uint32_t id) {
  return std::ranges::any_of(
      ranges, [&](const IdRange& range) { return id >= range.inside && id - range.inside < range.count; });
}

std::optional<IdRange> subordinate_ids_of(const char* file, const std::string& name, const std::string& number) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(file, error)) return std::nullopt;
  return subordinate_ids(base::read_file(file, largest_subid_file), name, number);
}

bool may_make_namespaces() {
  return base::run_in_child([] { return ::unshare(CLONE_NEWUSER) == 0 ? 0 : 1; }) == 0;
}

void write_own(const char* file, const std::string& text) {
  const base::Fd fd(::open(file, O_WRONLY | O_CLOEXEC));
  if (!fd || ::write(fd.get(), text.data(), text.size()) < 0) {
    throw base::system_error("become root of a user namespace", file, errno).hint(way_out);
  }
}

std::string numbers(const IdRange& range) { return fmt::format("{} {} {}", range.inside, range.outside, range.count); }

// Of this process, in its new namespace. Who maps but his own id may write that himself, once he has given up setgroups
// (user_namespaces(7)).
void map_own(const IdMaps& maps) {
  write_own("/proc/self/setgroups", "deny");
  write_own("/proc/self/uid_map", numbers(maps.users.front()));
  write_own("/proc/self/gid_map", numbers(maps.groups.front()));
}

void set_map(const char* program, pid_t process, const std::vector<IdRange>& ranges) {
  std::vector<std::string> argv{program, std::to_string(process)};
  for (const auto& range : ranges) {
    for (const auto number : {range.inside, range.outside, range.count}) argv.push_back(std::to_string(number));
  }
  const auto done = base::run_and_capture(argv, largest_subid_file);
  if (done.status != 0) throw Error(Exit::internal, fmt::format("{} failed: {}", program, base::trim(done.err)));
}

// More ids than that are mapped by newuidmap, from outside: a process forked before the namespace is made waits until
// it is there.
class Mapper {
 public:
  explicit Mapper(const IdMaps& maps) {
    const pid_t process = ::getpid();
    process_ = ::fork();
    if (process_ < 0) throw Error(Exit::internal, "no process can be made");
    if (process_ != 0) return;
    made_.write = base::Fd();
    if (made_.drain() != "made") ::_exit(1);
    try {
      set_map("newuidmap", process, maps.users);
      set_map("newgidmap", process, maps.groups);
    } catch (const Error& error) {
      ::_exit(::write(report_.write.get(), error.what(), error.message().size()) < 0 ? 2 : 1);
    }
    ::_exit(0);
  }
  // To be called in the new namespace.
  void map() {
    base::write_all(made_.write.get(), "made", "pipe");
    made_.write = base::Fd();
    report_.write = base::Fd();
    const auto failure = report_.drain();
    int status = 0;
    while (::waitpid(process_, &status, 0) < 0 && errno == EINTR) continue;
    if (!failure.empty()) throw Error(Exit::internal, failure);
    if (status != 0) throw Error(Exit::internal, "the process that maps user ids was killed");
  }

 private:
  base::Pipe made_;
  base::Pipe report_;
  pid_t process_ = 0;
};

}  // namespace

std::optional<IdRange> subordinate_ids(std::string_view text, std::string_view name, std::string_view number) {
  constexpr std::uint64_t most = 0xFFFFFFFE;
  for (const auto line : base::lines(text)) {
    const auto fields = base::split(line, ':');
    if (fields.size() != 3 || fields[0].empty() || (fields[0] != name && fields[0] != number)) continue;
    const auto first = base::parse_decimal(fields[1]);
    const auto count = base::parse_decimal(fields[2]);
    if (!first || !count || *count == 0 || *first > most || *count > most - *first) continue;
    return IdRange{1, static_cast<std::uint32_t>(*first), static_cast<std::uint32_t>(*count)};
  }
  return std::nullopt;
}

bool IdMaps::has_user(std::uint32_t id) const { return has(users, id); }
bool IdMaps::has_group(std::uint32_t id) const { return has(groups, id); }

std::optional<IdMaps> own_id_maps() {
  if (::geteuid() == 0) return std::nullopt;
  if (!may_make_namespaces()) {
    throw Error(Exit::internal, "this machine lets nobody but root make a user namespace, and a container needs one")
        .hint(way_out);
  }
  IdMaps maps{{{0, ::geteuid(), 1}}, {{0, ::getegid(), 1}}};
  const passwd* self = ::getpwuid(::geteuid());
  const std::string name = self != nullptr ? self->pw_name : "";
  const auto number = std::to_string(::geteuid());
  const auto users = subordinate_ids_of("/etc/subuid", name, number);
  const auto groups = subordinate_ids_of("/etc/subgid", name, number);
  if (users && groups && base::find_program("newuidmap") && base::find_program("newgidmap")) {
    maps.users.push_back(*users);
    maps.groups.push_back(*groups);
  }
  return maps;
}

void become_root_of_namespace(const IdMaps& maps) {
  const auto parent = ::getppid();
  std::optional<Mapper> mapper;
  if (!maps.only_own()) mapper.emplace(maps);
  if (::unshare(CLONE_NEWUSER) != 0) throw Error(Exit::internal, "no user namespace can be made");
  if (mapper) {
    mapper->map();
  } else {
    map_own(maps);
  }
  const bool groups_left = maps.only_own() || ::setgroups(0, nullptr) == 0;
  if (::setresgid(0, 0, 0) != 0 || !groups_left || ::setresuid(0, 0, 0) != 0) {
    throw Error(Exit::internal, "cannot become root of a user namespace");
  }
  base::die_with_parent();
  if (::getppid() != parent) ::_exit(1);
}

void as_root_of_namespace(const IdMaps& maps, const std::function<void()>& fn) {
  const int status = base::run_in_child([&] {
    become_root_of_namespace(maps);
    fn();
    return 0;
  });
  if (status != 0) throw Error(Exit::internal, "the process that unpacks the image was killed");
}

}  // namespace debone::run
