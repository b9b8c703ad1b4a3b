// The smaller parts: logs' JSON, accounts, FastCGI.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "init/accounts.h"
#include "init/capabilities.h"
#include "init/failure.h"
#include "init/fcgi.h"
#include "init/log.h"
#include "init/probe.h"
#include "init/signals.h"

namespace debone::init {
namespace {

using testing::ElementsAre;

TEST(LogJson, EscapesWhatJsonDoesNotHold) {
  EXPECT_EQ(text_value("a\"b\\c\n\x01"), "\"a\\\"b\\\\c\\u000a\\u0001\"");
  EXPECT_EQ(text_value("\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80"), "\"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\"");
  // Latin-1, a lone continuation, an overlong form, a surrogate, a sequence cut short.
  EXPECT_EQ(text_value("\xe9"), "\"\\ufffd\"");
  EXPECT_EQ(text_value("\x80x"), "\"\\ufffdx\"");
  EXPECT_EQ(text_value("\xc0\xaf"), "\"\\ufffd\\ufffd\"");
  EXPECT_EQ(text_value("\xed\xa0\x80"), "\"\\ufffd\\ufffd\\ufffd\"");
  EXPECT_EQ(text_value("\xe2\x82"), "\"\\ufffd\\ufffd\"");
}

const AccountFiles files{"root:x:0:0:root:/root:/bin/sh\nbroken\nbad:x:a:b::/:\nwww-data:x:33:33:www:/var/www:/x\n",
                         "root:x:0:\nadm:x:4:www-data,syslog\nwww-data:x:33:\nssl:x:115:x,www-data\nnoise:x\n"};

std::string refusal(std::string_view owner) {
  try {
    account_of(owner, files);
  } catch (const Failure& failure) {
    return failure.message;
  }
  return "accepted";
}

TEST(Accounts, ByNameAndNumber) {
  const auto www = account_of("www-data", files);
  EXPECT_EQ(www.uid, 33U);
  EXPECT_EQ(www.gid, 33U);
  EXPECT_EQ(www.home, "/var/www");
  EXPECT_THAT(www.groups, ElementsAre(4, 115));
  EXPECT_EQ(account_of("33", files).gid, 33U);
  EXPECT_EQ(account_of("www-data:adm", files).gid, 4U);
  EXPECT_EQ(account_of("1000:1001", files).gid, 1001U);
  EXPECT_THAT(account_of("1000:1001", files).groups, ElementsAre());
  EXPECT_EQ(refusal("nobody"), "no user 'nobody' in /etc/passwd");
  EXPECT_EQ(refusal("bad"), "no user 'bad' in /etc/passwd");
  EXPECT_EQ(refusal("1000"), "no user 1000 in /etc/passwd, and no group is given: 1000:GROUP");
  EXPECT_EQ(refusal("www-data:nobody"), "no group 'nobody' in /etc/group");
  EXPECT_EQ(refusal("4294967295:0"), "no user '4294967295' in /etc/passwd");
}

TEST(Names, SignalsAndCapabilities) {
  EXPECT_EQ(signal_of("SIGQUIT"), SIGQUIT);
  EXPECT_EQ(signal_of("WINCH"), SIGWINCH);
  EXPECT_EQ(signal_of("quit"), std::nullopt);
  EXPECT_EQ(signal_name(SIGTERM), "SIGTERM");
  EXPECT_EQ(signal_name(64), "signal 64");
  EXPECT_EQ(capability_of("CAP_NET_BIND_SERVICE"), 10U);
  EXPECT_EQ(capability_of("CHECKPOINT_RESTORE"), 40U);
  EXPECT_EQ(capability_of("CAP_"), std::nullopt);
}

std::string record(char type, const std::string& content, char padding = 0) {
  return std::string{
             '\1',    type, '\0', '\1', static_cast<char>(content.size() >> 8U), static_cast<char>(content.size()),
             padding, '\0'} +
         content + std::string(static_cast<std::size_t>(padding), 'p');
}

TEST(Fcgi, ReadsAnAnswerOfManyRecords) {
  const auto whole = record(6, "Content-type: text/plain\r\n", 3) + record(7, "a warning") + record(6, "\r\npo") +
                     record(6, "ng") + record(6, "") + record(3, std::string(8, '\0'));
  EXPECT_EQ(judge_ping(fcgi_answer(whole).value()), "");
  for (std::size_t length = 0; length < whole.size(); ++length) {
    EXPECT_EQ(fcgi_answer(std::string_view(whole).substr(0, length)), std::nullopt);
  }
  EXPECT_EQ(fcgi_answer("HTTP/1.1 400 Bad Request\r\n"), std::nullopt);
}

TEST(Fcgi, JudgesThePing) {
  EXPECT_EQ(judge_ping("Status: 404 Not Found\r\nX: y\r\n\r\nFile not found.\n"), "status 404 Not Found");
  EXPECT_EQ(judge_ping("Status: 200 OK\r\n\r\npong"), "");
  EXPECT_EQ(judge_ping("X: y\r\n\r\nhello"), "the answer is not 'pong'");
  EXPECT_EQ(judge_ping("pong"), "the answer has no header");
  EXPECT_THROW(fcgi_request("ping"), Failure);
  EXPECT_THROW(fcgi_request("/" + std::string(200, 'x')), Failure);
}

TEST(Probe, JudgesTheStatusOfHttp) {
  EXPECT_EQ(judge_http("HTTP/1.1 200 OK\r\n"), "");
  EXPECT_EQ(judge_http("HTTP/1.0 399"), "");
  EXPECT_EQ(judge_http("HTTP/1.1 400 Bad Request\r\n"), "status 400");
  EXPECT_EQ(judge_http("HTTP/1.1 199 \r\n"), "status 199");
  for (const auto* answer : {"", "HTTP/1.1 20", "HTTP/1.1 2x0 OK", "HTTP/1.1_200 OK", "SSH-2.0-OpenSSH_10.0\r\n"}) {
    EXPECT_EQ(judge_http(answer), "the answer is no HTTP") << answer;
  }
}

}  // namespace
}  // namespace debone::init
