// A place for a container's processes that ends with debone: a PID namespace, whose processes the kernel kills with its
// first, which is killed when debone ends. So that nothing runs on, whatever ends debone; and who is not root has in it
// what runc and strace need of root.
#pragma once

#include <functional>
#include <optional>

#include "run/id_maps.h"

namespace debone::run {

// Whose signals from the terminal's keyboard they are: of all in debone's process group, or of debone alone, which
// forwards them.
enum class Terminal { shared, own_session };

// Runs `fn` as the first process of a new PID namespace, with a /proc to match, and as root of a new user namespace
// where there are maps; otherwise as base::run_in_child, whose result, Errors, signals and `meanwhile` are these.
// `on_entering` is called before all that in the child, to close what is not the enclosure's. Throws Error (internal)
// where the machine allows no such namespace.
int in_enclosure(const std::optional<IdMaps>& maps, Terminal terminal, const std::function<int()>& fn,
                 const std::function<void()>& meanwhile = {}, const std::function<void()>& on_entering = {});

}  // namespace debone::run
