#include "init/config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "init/target.h"

namespace debone::init {
namespace {

using testing::ElementsAre;

Config parse(std::string_view text, const std::vector<const char*>& variables = {nullptr}) {
  auto sections = sections_of(text, "init.conf");
  apply_overrides(sections, Environment(variables.data()));
  return config_of(sections);
}

std::string refusal(std::string_view text, const std::vector<const char*>& variables = {nullptr}) {
  try {
    parse(text, variables);
  } catch (const ConfigFailure& failure) {
    return failure.message;
  }
  return "accepted";
}

TEST(ConfigText, ReadsEverything) {
  const auto config = parse(R"([init]
log = json
stop-signal = QUIT
drain = 5s
stop-timeout = 20s
timezone = Europe/Berlin
secrets = A B
from-files = C
required = A
[wait db]
for = tcp://$HOST:3306 unix:///run/x
timeout = 2m
[template t]
from = /etc/t.in
to = /etc/t
owner = www-data:adm
mode = 0o640
if-missing = /etc/t
[step s]
command = a b $C
user = 33:33
groups = adm 4
directory = /tmp
environment = X=1 "Y=a b"
capabilities = CAP_CHOWN NET_BIND_SERVICE
no-new-privileges = no
stdin = /a /b
timeout = 1m
retries = 3
retry-interval = 5s
if-set = A
[run]
command = php-fpm -F
arguments = append
listen = 9000 127.0.0.1:80 [::1]:80 $ADDRESS
)");
  EXPECT_EQ(config.log, LogForm::json);
  EXPECT_EQ(config.stopping.signal, SIGQUIT);
  EXPECT_EQ(config.stopping.drain, Duration(5000));
  EXPECT_EQ(config.stopping.timeout, Duration(20'000));
  EXPECT_THAT(config.secrets, ElementsAre("A", "B"));
  EXPECT_THAT(config.from_files, ElementsAre("C"));
  ASSERT_EQ(config.actions.size(), 3);
  const auto& wait = std::get<Wait>(config.actions[0]);
  EXPECT_EQ(wait.timeout, Duration(120'000));
  EXPECT_EQ(wait.interval, Duration(1000));
  EXPECT_EQ(std::get<Template>(config.actions[1]).mode, 0640U);
  const auto& step = std::get<Step>(config.actions[2]);
  EXPECT_THAT(step.command.argv, ElementsAre("a", "b", "$C"));
  EXPECT_THAT(step.command.environment, ElementsAre("X=1", "Y=a b"));
  EXPECT_THAT(step.command.capabilities.numbers, ElementsAre(0, 10));
  EXPECT_FALSE(step.command.capabilities.keep);
  EXPECT_FALSE(step.command.no_new_privileges);
  EXPECT_EQ(step.retries, 3);
  ASSERT_TRUE(config.run);
  EXPECT_TRUE(config.run->append);
  EXPECT_TRUE(config.run->command.capabilities.keep);
  EXPECT_THAT(config.run->listen, ElementsAre("9000", "127.0.0.1:80", "[::1]:80", "$ADDRESS"));
}

TEST(ConfigText, RefusesWithTheLine) {
  EXPECT_EQ(refusal("[foo]\na = b\n"), "init.conf:1: 'foo' is none of init, wait, template, step, run, job");
  EXPECT_EQ(refusal("[step]\ncommand = a\n"), "init.conf:1: [step] has no name: [step NAME]");
  EXPECT_EQ(refusal("[run x]\ncommand = a\n"), "init.conf:1: [run] has no name of its own");
  EXPECT_EQ(refusal("[run]\ncomand = a\n"),
            "init.conf:2: [run] knows no 'comand', but command, user, groups, directory, environment, capabilities, "
            "no-new-privileges, arguments, listen");
  EXPECT_EQ(refusal("[run]\nlisten = localhost:80\n"),
            "init.conf:2: listen: 'localhost:80' is neither PORT nor ADDRESS:PORT, with an IP address");
  EXPECT_EQ(refusal("[run]\nlisten = 0\n"), "init.conf:2: listen: '0' is not HOST:PORT");
  EXPECT_EQ(refusal("[run]\nlisten = 127.0.0.1:70000\n"),
            "init.conf:2: listen: '127.0.0.1:70000' has no port from 1 to 65535");
  EXPECT_EQ(refusal("[init]\ndrain = 5d\n"), "init.conf:2: drain: '5d' is no duration, such as 10s or 1m30s");
  EXPECT_EQ(refusal("[init]\nlog = xml\n"), "init.conf:2: log: 'xml' is none of text, json");
  EXPECT_EQ(refusal("[init]\nlog = a b\n"), "init.conf:2: log: more than one word; quote it");
  EXPECT_EQ(refusal("[init]\nstop-signal = SIGFOO\n"),
            "init.conf:2: stop-signal: 'SIGFOO' is no signal, such as SIGQUIT");
  EXPECT_EQ(refusal("[init]\ntimezone = /etc/passwd\n"),
            "init.conf:2: timezone: '/etc/passwd' is no time zone, such as Europe/Berlin");
  EXPECT_EQ(refusal("[init]\ntimezone = ../../etc/x\n"),
            "init.conf:2: timezone: '../../etc/x' is no time zone, such as Europe/Berlin");
  EXPECT_EQ(refusal("[init]\nsecrets = A-B\n"), "init.conf:2: secrets: 'A-B' is no variable's name");
  EXPECT_EQ(refusal("[init]\nsecrets = A\nfrom-files = B A\n"), "init.conf:3: from-files: A is one of 'secrets'");
  EXPECT_EQ(refusal("[wait x]\ntimeout = 1s\n"), "init.conf:1: [wait x] has no 'for'");
  EXPECT_EQ(refusal("[wait x]\nfor = db:3306\n"),
            "init.conf:2: for: 'db:3306' is not tcp://, unix://, http:// or file://");
  EXPECT_EQ(refusal("[wait x]\nfor = https://db/\n"),
            "init.conf:2: for: 'https://db/' needs TLS, which is not here: wait for its port by tcp://");
  EXPECT_EQ(refusal("[template x]\ntext = a\nfrom = /b\nto = /c\n"), "init.conf:2: both 'from' and 'text'");
  EXPECT_EQ(refusal("[template x]\nto = /c\n"), "init.conf:1: [template x] has no 'from'");
  EXPECT_EQ(refusal("[template x]\ntext = ${A\nto = /c\n"), "init.conf:2: text: line 1: '${' is not closed by '}'");
  EXPECT_EQ(refusal("[template x]\ntext = a\nto = c\n"), "init.conf:3: to: 'c' is not absolute");
  EXPECT_EQ(refusal("[template x]\ntext = a\nto = /c\nmode = 644\n"),
            "init.conf:4: mode: '644' is not four octal digits, such as 0640");
  EXPECT_EQ(refusal("[template x]\ntext = a\nto = /c\nowner = a:b:c\n"),
            "init.conf:4: owner: 'a:b:c' is neither USER nor USER:GROUP");
  EXPECT_EQ(refusal("[step x]\nuser = a\n"), "init.conf:1: [step x] has no 'command'");
  EXPECT_EQ(refusal("[step x]\ncommand = a $\n"), "init.conf:2: command: a '$' alone; '$$' is a dollar sign");
  EXPECT_EQ(refusal("[step x]\ncommand = \"\"\n"), "init.conf:2: command: an empty word for a program");
  EXPECT_EQ(refusal("[step x]\ncommand = a\nenvironment = B\n"), "init.conf:3: environment: 'B' is not NAME=VALUE");
  EXPECT_EQ(refusal("[step x]\ncommand = a\ngroups = b\n"), "init.conf:3: groups: there is no 'user'");
  EXPECT_EQ(refusal("[step x]\ncommand = a\nretries = many\n"),
            "init.conf:3: retries: 'many' is no number from 0 to 1000");
  EXPECT_EQ(refusal("[step x]\ncommand = a\ncapabilities = CAP_FOO\n"),
            "init.conf:3: capabilities: 'CAP_FOO' is no capability, such as CAP_NET_BIND_SERVICE");
  EXPECT_EQ(refusal("[step x]\ncommand = a\nstdin = /a\nstdin-text = b\n"),
            "init.conf:4: both 'stdin' and 'stdin-text'");
  EXPECT_EQ(refusal("[job x]\ncommand = a\ncron = * * *\n"),
            "init.conf:3: cron: '* * *' has 3 fields, not five: minute, hour, day, month, weekday");
  EXPECT_EQ(refusal("[run]\ncommand = a\n[job x]\ncommand = a\ncron = @daily\n"),
            "init.conf:3: both [run] and [job]: it is one or the other");
}

TEST(ConfigText, TheEnvironmentOverrules) {
  const auto* text = "[wait db-1]\nfor = tcp://db:1\n[run]\ncommand = a\n";
  const auto config = parse(text, {"DEBONE_INIT_LOG=json", "DEBONE_INIT_WAIT_DB_1_TIMEOUT=5s",
                                   "DEBONE_INIT_RUN_COMMAND=b \"c d\"", "DEBONE_INIT_CONFIG=/x", nullptr});
  EXPECT_EQ(config.log, LogForm::json);
  EXPECT_EQ(std::get<Wait>(config.actions[0]).timeout, Duration(5000));
  EXPECT_THAT(config.run->command.argv, ElementsAre("b", "c d"));
  EXPECT_EQ(refusal(text, {"DEBONE_INIT_STOP_TIMEOUT=soon", nullptr}),
            "DEBONE_INIT_STOP_TIMEOUT: stop-timeout: 'soon' is no duration, such as 10s or 1m30s");
  EXPECT_EQ(refusal(text, {"DEBONE_INIT_WAIT_DB_TIMEOUT=5s", nullptr}),
            "DEBONE_INIT_WAIT_DB_TIMEOUT: names no key of the configuration");
  EXPECT_EQ(refusal(text, {"DEBONE_INIT_LOG=", nullptr}), "DEBONE_INIT_LOG: is empty");
  EXPECT_EQ(refusal(text, {"DEBONE_INIT_LOG=\"x", nullptr}), "DEBONE_INIT_LOG: a quote is not closed");
}

TEST(TargetText, IsReadStrictly) {
  const auto tcp = target_of("tcp://[::1]:80");
  EXPECT_EQ(tcp.host, "::1");
  EXPECT_EQ(tcp.port, "80");
  const auto http = target_of("http://h/p?q");
  EXPECT_EQ(http.port, "80");
  EXPECT_EQ(http.path, "/p?q");
  EXPECT_EQ(target_of("http://[::1]:8080").path, "/");
  EXPECT_EQ(target_of("unix:///run/x.sock").path, "/run/x.sock");
  for (const auto* text : {"tcp://h", "tcp://h:0", "tcp://h:65536", "tcp://:1", "tcp://::1:80", "tcp://a b:1",
                           "unix://x", "file://", "ftp://x:1", "http://u@h/", "http://h/a\r\nX:", "tcp:/h:1", ""}) {
    EXPECT_THROW(target_of(text), Failure) << text;
  }
}

}  // namespace
}  // namespace debone::init
