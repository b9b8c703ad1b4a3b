#include "stack/container.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "base/error.h"

namespace debone::stack {
namespace {

Container container(std::string status, std::string health = {}) {
  Container made;
  made.id = "1";
  made.service = "db";
  made.status = std::move(status);
  made.health = std::move(health);
  made.started = "2026-11-28T08:00:00Z";
  return made;
}

TEST(Container, IsReadFromWhatTheEngineTells) {
  const auto containers = parse_containers(R"([
    {"Id": "bb", "RestartCount": 2, "State": {"Status": "running", "ExitCode": 0, "StartedAt": "t",
     "Health": {"Status": "starting", "Log": []}},
     "Config": {"Labels": {"com.docker.compose.service": "web"}, "Env": ["PATH=/bin", "URL=https://x=y", "URLS=2"]},
     "Mounts": [{"Type": "volume", "Destination": "/data"}, {"Type": "bind", "Destination": "/run/secrets/a"}]},
    {"Id": "aa", "State": {"Status": "exited", "ExitCode": 137, "Health": {"Status": "none"}},
     "Config": {"Labels": {"com.docker.compose.service": "keys"}, "Env": null}, "Mounts": []}])");
  ASSERT_EQ(containers.size(), 2U);
  EXPECT_EQ(containers[0].service, "keys");
  EXPECT_EQ(containers[0].health, "");
  EXPECT_EQ(told(containers[0]), "ended with exit status 137");
  EXPECT_EQ(containers[1].id, "bb");
  EXPECT_EQ(containers[1].restarts, 2U);
  EXPECT_EQ(containers[1].health, "starting");
  EXPECT_EQ(containers[1].variable("URL"), "https://x=y");
  EXPECT_EQ(containers[1].variable("UR"), std::nullopt);
  EXPECT_EQ(containers[1].volumes, std::vector<std::string>{"/data"});
}

TEST(Container, IsNotReadFromAnythingElse) {
  EXPECT_THROW(parse_containers("Error: no such container"), base::Error);
  EXPECT_THROW(parse_containers("[{}]"), base::Error);
  EXPECT_THROW(parse_containers(R"([{"Id": "a", "State": {"ExitCode": "0"}}])"), base::Error);
}

TEST(Container, WithAHealthCheckIsReadyWhenHealthy) {
  EXPECT_EQ(condition_of(container("running", "starting"), nullptr), Condition::waiting);
  EXPECT_EQ(condition_of(container("running", "healthy"), nullptr), Condition::ready);
  EXPECT_EQ(condition_of(container("running", "unhealthy"), nullptr), Condition::failed);
  EXPECT_EQ(told(container("running", "unhealthy")), "is unhealthy");
}

TEST(Container, ThatHasEndedIsJudgedByItsStatus) {
  auto one = container("exited", "unhealthy");
  EXPECT_EQ(condition_of(one, nullptr), Condition::ready);
  one.exit_status = 3;
  EXPECT_EQ(condition_of(one, nullptr), Condition::failed);
  EXPECT_EQ(condition_of(container("dead"), nullptr), Condition::failed);
}

TEST(Container, WithoutAHealthCheckIsReadyWhenItGoesOn) {
  auto now = container("running");
  EXPECT_EQ(condition_of(now, nullptr), Condition::waiting);
  EXPECT_EQ(condition_of(now, &now), Condition::ready);
  auto before = now;
  now.started = "2026-11-28T08:00:01Z";
  now.restarts = 1;
  EXPECT_EQ(condition_of(now, &before), Condition::waiting);
  now.restarts = 3;
  EXPECT_EQ(condition_of(now, &before), Condition::failed);
  EXPECT_EQ(told(now), "was started anew 3 times");
  EXPECT_EQ(condition_of(now, &now), Condition::ready);  // as after an evening of crashes long ago
  EXPECT_EQ(condition_of(container("created"), nullptr), Condition::waiting);
}

}  // namespace
}  // namespace debone::stack
