#include "recipe/init_block.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "recipe/test_support.h"

namespace debone::recipe {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

Recipe with(std::string_view text) {
  return parsed("name: x\ncontents: {sources: [{debian: trixie}], packages: [libc6]}\n" + std::string(text));
}
std::string configuration(const Recipe& recipe) { return recipe.paths.at(0).content.value(); }

TEST(InitBlock, is_written_as_debone_init_reads_it) {
  const auto recipe = with(R"(init:
  log: json
  secrets: [PW, SALT]
  steps:
    - wait: db
      for: tcp://${HOST}:3306
    - template: pool
      text: |
        [www]
        listen = "9000"
      to: /run/pool.conf
      mode: 0644
    - step: migrate
      command: php 'a b' "$X"
      environment: {A: b c, D: ''}
      if-missing: [/a, /b]
      no-new-privileges: no
  run:
    command: [php-fpm, -F]
paths: [{path: /srv, type: directory}]
)");
  ASSERT_EQ(recipe.paths.size(), 2);
  EXPECT_EQ(recipe.paths[0].path.absolute(), "/etc/debone/init.conf");
  EXPECT_EQ(configuration(recipe), R"([init]
log = json
secrets = PW SALT
[wait db]
for = tcp://${HOST}:3306
[template pool]
text = "[www]\nlisten = \"9000\"\n"
to = /run/pool.conf
mode = 0644
[step migrate]
command = php "a b" $X
environment = "A=b c" D=
if-missing = /a /b
no-new-privileges = no
[run]
command = php-fpm -F
)");
  EXPECT_THAT(recipe.entrypoint, ElementsAre("/usr/sbin/debone-init", "run", "--"));
  EXPECT_THAT(recipe.init.value().programs, ElementsAre("php-fpm", "php"));
  EXPECT_EQ(recipe.init->place.str(), "x.yaml:4:3");
  EXPECT_EQ(recipe.starts(), "php-fpm");
}

TEST(InitBlock, runs_the_entrypoint_as_it_stands) {
  const auto recipe = with("entrypoint: {command: [/bin/a, $HOME, x y]}\ncmd: -O\ninit: {log: json}\n");
  EXPECT_EQ(configuration(recipe), "[init]\nlog = json\n[run]\ncommand = /bin/a $$HOME \"x y\"\narguments = append\n");
  EXPECT_THAT(recipe.entrypoint, ElementsAre("/usr/sbin/debone-init", "run", "--"));
  EXPECT_THAT(recipe.cmd, ElementsAre("-O"));
  EXPECT_EQ(recipe.starts(), "/bin/a");
}

TEST(InitBlock, run_adds_to_the_entrypoint) {
  EXPECT_EQ(configuration(with("entrypoint: /bin/a\ninit: {run: {user: app, arguments: replace}}\n")),
            "[init]\n[run]\ncommand = /bin/a\nuser = app\narguments = replace\n");
}

TEST(InitBlock, a_command_of_its_own_comes_before_the_entrypoint) {
  EXPECT_EQ(configuration(with("entrypoint: /bin/a\ninit: {run: {command: /bin/b}}\n")),
            "[init]\n[run]\ncommand = /bin/b\n");
}

TEST(InitBlock, the_stop_signal_is_debone_inits_to_pass_on) {
  auto recipe = with("entrypoint: /bin/a\nstop-signal: QUIT\ninit: {drain: 5s}\n");
  EXPECT_EQ(configuration(recipe),
            "[init]\ndrain = 5s\nstop-signal = SIGQUIT\n[run]\ncommand = /bin/a\narguments = append\n");
  EXPECT_EQ(recipe.stop_signal, "");
  recipe = with("entrypoint: /bin/a\nstop-signal: QUIT\ninit: {stop-signal: SIGINT}\n");
  EXPECT_EQ(configuration(recipe), "[init]\nstop-signal = SIGINT\n[run]\ncommand = /bin/a\narguments = append\n");
  EXPECT_EQ(recipe.stop_signal, "");
}

TEST(InitBlock, jobs) {
  const auto recipe =
      with("entrypoint: /bin/a\ninit:\n  jobs: [{job: mail, cron: '* * * * *', command: php mail.php}]\n");
  EXPECT_EQ(configuration(recipe), "[init]\n[job mail]\ncron = \"* * * * *\"\ncommand = php mail.php\n");
  EXPECT_EQ(recipe.starts(), "php");
}

TEST(InitBlock, cmd_is_the_command_where_there_is_none) {
  const auto recipe = with("cmd: [/bin/a, b]\ninit: {steps: [{step: s, command: /bin/s}]}\n");
  EXPECT_EQ(configuration(recipe), "[init]\n[step s]\ncommand = /bin/s\n");
  EXPECT_THAT(recipe.init->programs, ElementsAre("/bin/a", "/bin/s"));
}

TEST(InitBlock, cmd_takes_the_commands_place_unless_it_is_appended) {
  EXPECT_EQ(with("cmd: [/bin/a]\ninit: {run: {command: /bin/b}}\n").starts(), "/bin/a");
  EXPECT_EQ(with("cmd: [/bin/a]\ninit: {run: {command: /bin/b, arguments: append}}\n").starts(), "/bin/b");
}

TEST(InitBlock, programs_that_a_variable_names_are_not_known) {
  EXPECT_THAT(with("init: {run: {command: $SERVER -F}}\n").init->programs, IsEmpty());
  EXPECT_THAT(with("init: {run: {command: server, environment: {PATH: /opt}}}\n").init->programs, IsEmpty());
  EXPECT_THAT(with("init: {run: {command: bin/server, directory: /opt}}\n").init->programs, IsEmpty());
}

TEST(InitBlock, the_time_zone_that_a_schedule_reads) {
  const std::string job = "  jobs: [{job: mail, cron: '* * * * *', command: php}]\n";
  EXPECT_EQ(with("init:\n" + job).init->time_zone, "");
  EXPECT_EQ(with("init:\n  timezone: UTC\n" + job).init->time_zone, "");
  EXPECT_EQ(with("init:\n  timezone: Europe/Berlin\n" + job).init->time_zone, "Europe/Berlin");
  EXPECT_EQ(with("entrypoint: /bin/a\ninit: {timezone: Europe/Berlin}\n").init->time_zone, "");
}

TEST(InitBlock, what_a_configuration_does) {
  EXPECT_THAT(init_of("[run]\ncommand = /bin/a\n[step s]\ncommand = /bin/s\n", {}).programs,
              ElementsAre("/bin/a", "/bin/s"));
  EXPECT_THAT(init_of("[run]\ncommand = /bin/a\n", {"/bin/b"}).programs, ElementsAre("/bin/b"));
  EXPECT_EQ(init_of("[init]\ntimezone = Asia/Tokyo\n[job a]\ncron = @daily\ncommand = /bin/a\n", {}).time_zone,
            "Asia/Tokyo");
  try {
    init_of("[run]\ncommand = /bin/a\n[frob]\n", {});
    FAIL();
  } catch (const base::Error& error) {
    EXPECT_EQ(error.render(),
              "error: /etc/debone/init.conf:3: 'frob' is none of init, wait, template, step, run, job\n");
    EXPECT_EQ(error.code(), base::Exit::does_not_hold);
  }
}

// An including recipe's text merged with this one's.
Recipe including(std::string_view included, std::string_view own) {
  const auto find = [&](std::string_view name) {
    return name == "base"
               ? std::optional("contents: {sources: [{debian: trixie}], packages: [libc6]}\n" + std::string(included))
               : std::nullopt;
  };
  return parse("name: x\ninclude: base\n" + std::string(own), "x.yaml", "/home/user", find);
}

constexpr std::string_view served = R"(entrypoint: /bin/serve -F
init:
  log: json
  secrets: [A]
  steps:
    - {wait: db, for: tcp://db:1}
    - {step: one, command: /bin/one}
  run: {user: app, environment: {X: y}}
)";

TEST(InitBlock, is_merged_with_an_included_one) {
  EXPECT_EQ(configuration(including(served, R"(init:
  log: text
  secrets: [B]
  steps:
    - {step: two, command: /bin/two}
    - {wait: db, for: tcp://other:1}
  run: {environment: {Z: w}}
)")),
            R"([init]
log = text
secrets = A B
[wait db]
for = tcp://other:1
[step one]
command = /bin/one
[step two]
command = /bin/two
[run]
command = /bin/serve -F
arguments = append
user = app
environment = X=y Z=w
)");
}

std::string run_of(const Recipe& recipe) {
  const auto text = configuration(recipe);
  return text.substr(std::min(text.find("[run]"), text.find("[job")));
}

TEST(InitBlock, who_includes_says_what_is_started) {
  EXPECT_EQ(run_of(including("init: {run: {command: [/bin/a, -a], user: app}}\n", "entrypoint: /bin/b\n")),
            "[run]\ncommand = /bin/b\narguments = append\nuser = app\n");
  EXPECT_EQ(run_of(including("init: {run: {command: [/bin/a, -a]}}\n", "init: {run: {command: [/bin/b]}}\n")),
            "[run]\ncommand = /bin/b\n");
  const std::string_view schedule = "init: {jobs: [{job: j, cron: '@daily', command: /bin/j}]}\n";
  EXPECT_EQ(run_of(including(served, schedule)), "[job j]\ncron = @daily\ncommand = /bin/j\n");
  EXPECT_EQ(run_of(including(schedule, "entrypoint: /bin/b\n")), "[run]\ncommand = /bin/b\narguments = append\n");
  EXPECT_EQ(run_of(including(schedule, "init: {run: {command: /bin/b}}\n")), "[run]\ncommand = /bin/b\n");
  EXPECT_EQ(run_of(including(schedule, "init: {jobs: [{job: k, cron: '@daily', command: /bin/k}]}\n")),
            "[job j]\ncron = @daily\ncommand = /bin/j\n[job k]\ncron = @daily\ncommand = /bin/k\n");
}

std::string mistake(std::string_view text) {
  return error_of([&] { with("init:\n" + std::string(text)); });
}

TEST(InitBlock, mistakes_are_named_at_their_place) {
  EXPECT_EQ(mistake("  log: json\n"),
            "error: x.yaml:4:3: 'init' has nothing to start\n"
            "  hint: write an 'entrypoint', a 'command' in its 'run', or 'jobs'\n");
  EXPECT_EQ(mistake("  drain: 5d\n  run: {command: x}\n"),
            "error: x.yaml:4:10: drain: '5d' is no duration, such as 10s or 1m30s\n");
  EXPECT_EQ(mistake("  run: {command: x, usr: y}\n"),
            "error: x.yaml:4:21: unknown key 'usr' in 'run'\n  hint: did you mean 'user'?\n");
  EXPECT_EQ(mistake("  stps: []\n  run: {command: x}\n"),
            "error: x.yaml:4:3: unknown key 'stps' in 'init'\n  hint: did you mean 'steps'?\n");
  EXPECT_EQ(mistake("  run: php-fpm\n"), "error: x.yaml:4:8: 'run' must be a map, not a text\n");
  EXPECT_EQ(mistake("  jobs:\n    - {job: a, command: x, cron: 61 * * * *}\n"),
            "error: x.yaml:5:34: cron: '61' is no minute (0 to 59)\n");
  EXPECT_EQ(mistake("  jobs: [{job: a, command: x, cron: '@daily'}]\n  run: {user: x}\n"),
            "error: x.yaml:4:16: both [run] and [job]: it is one or the other\n");
  EXPECT_EQ(mistake("  jobs: [{job: a, command: x, cron: '@daily'}]\ncmd: x\n"),
            "error: x.yaml:5:6: 'cmd' holds arguments, and a schedule takes none\n"
            "  hint: remove it; `cmd: []` takes an included one away\n");
  EXPECT_EQ(mistake("  steps: [{command: x}]\n"),
            "error: x.yaml:4:11: an item of 'steps' has none of 'wait', 'template' and 'step'\n"
            "  hint: its value is the item's name\n");
  EXPECT_EQ(mistake("  steps: [{step: a, wait: b}]\n"),
            "error: x.yaml:4:11: an item of 'steps' is both a 'wait' and a 'step'\n");
  EXPECT_EQ(mistake("  steps: [{wait: a, for: file:///a}, {wait: a, for: file:///b}]\n"),
            "error: x.yaml:4:45: the wait 'a' stands twice\n  hint: its first place is x.yaml:4:18\n");
  EXPECT_EQ(mistake("  steps: [{wait: \"a]\\n[run\", for: file:///a}]\n"),
            "error: x.yaml:4:18: 'a]\\n[run' is no name: a-z, 0-9 and - are its letters, 64 at most\n");
  EXPECT_EQ(mistake("  steps: [{wait: a, timout: 1s}]\n"),
            "error: x.yaml:4:21: unknown key 'timout' in the wait 'a'\n  hint: did you mean 'timeout'?\n");
  EXPECT_EQ(mistake("  steps: [{template: a, text: '${A', to: /x}]\n  run: {command: x}\n"),
            "error: x.yaml:4:31: text: line 1: '${' is not closed by '}'\n");
  EXPECT_EQ(mistake("  secrets: [A B]\n  run: {command: x}\n"),
            "error: x.yaml:4:12: secrets: 'A B' is no variable's name\n");
  EXPECT_EQ(mistake("  run: {command: x}\nstop-signal: SIGRTMIN+3\n"),
            "error: x.yaml:5:14: stop-signal: 'SIGRTMIN+3' is no signal, such as SIGQUIT\n");
  EXPECT_EQ(mistake("  run: {command: x}\npaths: [{path: /etc/debone/init.conf, type: file, content: x}]\n"),
            "error: x.yaml:5:9: '/etc/debone/init.conf' comes by 'init', x.yaml:4:3\n"
            "  hint: remove it, or the 'init'\n");
}

}  // namespace
}  // namespace debone::recipe
