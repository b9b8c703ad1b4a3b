// How a user who is not root becomes root of a container: a user namespace in which his own id is 0, and, where
// /etc/subuid and /etc/subgid give him more (subuid(5)) and newuidmap is installed, those are 1 and up.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>
#include <vector>

namespace debone::run {

struct IdRange {
  std::uint32_t inside = 0;
  std::uint32_t outside = 0;
  std::uint32_t count = 1;
};

struct IdMaps {
  std::vector<IdRange> users;
  std::vector<IdRange> groups;
  bool only_own() const { return users.size() == 1; }
  bool has_user(std::uint32_t id) const;
  bool has_group(std::uint32_t id) const;
};

// What the text of /etc/subuid or /etc/subgid gives a user, known by name or by number, as ids 1 and up inside: of
// several lines the first. Malformed lines are nobody's.
std::optional<IdRange> subordinate_ids(std::string_view text, std::string_view name, std::string_view number);

// The maps for this process's user, or nothing for root, who needs none. Throws Error (internal) where the machine lets
// nobody but root make a user namespace.
std::optional<IdMaps> own_id_maps();

// Makes this process root of a new user namespace with these maps. It must have one thread, and a parent that
// base::run_in_child forked it from.
void become_root_of_namespace(const IdMaps& maps);

// Runs `fn` in a child process that is that, and waits for it. An Error thrown by `fn` is thrown here.
void as_root_of_namespace(const IdMaps& maps, const std::function<void()>& fn);

}  // namespace debone::run
