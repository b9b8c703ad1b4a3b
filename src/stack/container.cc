#include "stack/container.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#include "base/text.h"
#include "image/json.h"

namespace debone::stack {
namespace {

// So often may a container without a health check begin anew before it has failed.
constexpr std::uint64_t most_restarts = 3;

constexpr const char* service_label = "com.docker.compose.service";

Container container_of(const image::JsonObject& object) {
  const auto state = object.object("State");
  const auto config = object.object("Config");
  Container container;
  container.id = object.text("Id");
  container.service = config.object("Labels").text(service_label);
  container.status = state.text("Status");
  container.health = state.object("Health").text("Status");
  if (container.health == "none") container.health.clear();
  container.exit_status = state.number("ExitCode");
  container.restarts = object.number("RestartCount");
  container.started = state.text("StartedAt");
  container.environment = config.texts("Env");
  for (const auto& mount : object.objects("Mounts")) {
    if (mount.text("Type") == "volume") container.volumes.push_back(mount.text("Destination"));
  }
  if (container.id.empty()) throw object.error("a container without an id");
  return container;
}

}  // namespace

std::optional<std::string> Container::variable(std::string_view name) const {
  for (const auto& entry : environment) {
    if (entry.starts_with(name) && entry.substr(name.size()).starts_with('=')) return entry.substr(name.size() + 1);
  }
  return std::nullopt;
}

std::vector<Container> parse_containers(std::string_view json) {
  std::vector<Container> containers;
  for (const auto& object : image::JsonObject::parse_list(json, "docker container inspect")) {
    containers.push_back(container_of(object));
  }
  std::ranges::sort(containers, {}, [](const Container& one) { return std::tie(one.service, one.id); });
  return containers;
}

Condition condition_of(const Container& container, const Container* before) {
  if (container.status == "exited") return container.exit_status == 0 ? Condition::ready : Condition::failed;
  if (container.status == "dead") return Condition::failed;
  if (!container.health.empty() && container.status == "running") {
    if (container.health == "healthy") return Condition::ready;
    return container.health == "unhealthy" ? Condition::failed : Condition::waiting;
  }
  if (before == nullptr) return Condition::waiting;
  const bool is_same_start = before->started == container.started;
  if (!is_same_start && container.restarts >= most_restarts) return Condition::failed;
  return is_same_start && container.status == "running" ? Condition::ready : Condition::waiting;
}

std::string told(const Container& container) {
  if (container.status == "exited" || container.status == "dead")
    return fmt::format("ended with exit status {}", container.exit_status);
  if (container.status == "restarting")
    return fmt::format("ended with exit status {} and is started again", container.exit_status);
  if (container.status == "running" && container.health.empty() && container.restarts > 0)
    return fmt::format("was started anew {} times", container.restarts);
  return fmt::format("is {}", base::printable(container.health.empty() ? container.status : container.health));
}

}  // namespace debone::stack
