#include "run/id_maps.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <grp.h>
#include <pwd.h>
#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
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

bool has(const std::vector<IdRange>& ranges, std::uint32_t id) {
  return std::ranges::any_of(
      ranges, [&](const IdRange& range) { return id >= range.inside && id - range.inside < range.count; });
}

std::optional<IdRange> subordinate_ids_of(const char* file, const std::string& name, const std::string& number) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(file, error)) return std::nullopt;
  return subordinate_ids(base::read_file(file, largest_subid_file), name, number);
}

struct Pipe {
  Pipe() {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw Error(Exit::internal, "no pipe can be made");
    read = base::Fd(ends[0]);
    write = base::Fd(ends[1]);
  }
  // Everything until the other end is closed.
  std::string drain() const {
    std::string all;
    std::array<char, 4096> buffer{};
    for (;;) {
      const auto got = ::read(read.get(), buffer.data(), buffer.size());
      if (got < 0 && errno == EINTR) continue;
      if (got <= 0) return all;
      all.append(buffer.data(), static_cast<std::size_t>(got));
    }
  }
  base::Fd read;
  base::Fd write;
};

int wait_for(pid_t child) {
  int status = 0;
  while (::waitpid(child, &status, 0) < 0) {
    if (errno != EINTR) return -1;
  }
  return status;
}

bool may_make_namespaces() {
  const pid_t child = ::fork();
  if (child < 0) throw Error(Exit::internal, "no process can be made");
  if (child == 0) ::_exit(::unshare(CLONE_NEWUSER) == 0 ? 0 : 1);
  return wait_for(child) == 0;
}

void set_map(const char* program, pid_t child, const std::vector<IdRange>& ranges) {
  std::vector<std::string> argv{program, std::to_string(child)};
  for (const auto& range : ranges) {
    for (const auto number : {range.inside, range.outside, range.count}) argv.push_back(std::to_string(number));
  }
  const auto done = base::run_and_capture(argv, largest_subid_file);
  if (done.status != 0) throw Error(Exit::internal, fmt::format("{} failed: {}", program, base::trim(done.err)));
}

// In the child: waits for its maps, becomes root and works. What went wrong is written to `report`.
[[noreturn]] void work_as_root(Pipe& ready, Pipe& mapped, Pipe& report, const std::function<void()>& fn) {
  const auto say = [&](std::string_view text) {
    if (::write(report.write.get(), text.data(), text.size()) < 0) ::_exit(2);
    ::_exit(1);
  };
  mapped.write = base::Fd();
  if (::unshare(CLONE_NEWUSER) != 0) say("no user namespace can be made");
  if (::write(ready.write.get(), "r", 1) != 1) ::_exit(2);
  ready.write = base::Fd();
  if (mapped.drain() != "m") ::_exit(2);
  if (::setresgid(0, 0, 0) != 0 || ::setgroups(0, nullptr) != 0 || ::setresuid(0, 0, 0) != 0) {
    say("cannot become root of a user namespace");
  }
  try {
    fn();
  } catch (const Error& error) {
    say(error.place().empty() ? error.message() : fmt::format("{}: {}", error.place(), error.message()));
  } catch (const std::exception& error) {
    say(error.what());
  }
  ::_exit(0);
}

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
        .hint("run debone as root, or build with --to docker and load the image into an engine");
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

void as_root_of_namespace(const IdMaps& maps, const std::function<void()>& fn) {
  Pipe ready;
  Pipe mapped;
  Pipe report;
  const pid_t child = ::fork();
  if (child < 0) throw Error(Exit::internal, "no process can be made");
  if (child == 0) work_as_root(ready, mapped, report, fn);
  ready.write = base::Fd();
  report.write = base::Fd();
  try {
    if (ready.drain().empty()) throw Error(Exit::internal, report.drain());
    set_map("newuidmap", child, maps.users);
    set_map("newgidmap", child, maps.groups);
  } catch (...) {
    mapped.write = base::Fd();  // without its maps the child ends
    wait_for(child);
    throw;
  }
  base::write_all(mapped.write.get(), "m", "pipe");
  mapped.write = base::Fd();
  const auto failure = report.drain();
  const int status = wait_for(child);
  if (!failure.empty()) throw Error(Exit::internal, failure);
  if (status != 0) throw Error(Exit::internal, "the process that unpacks the image was killed");
}

}  // namespace debone::run
