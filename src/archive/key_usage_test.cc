// Signatures by keys that exist and are in the keyring, and may not sign all the same: those meant for something else,
// and subkeys whose bond with the primary key is not there, not the primary's, or not returned.
#include <gtest/gtest.h>

#include "archive/release.h"
#include "archive/test_keys.h"
#include "base/error.h"

namespace debone::archive {
namespace {

using testing::day;
using testing::Packet;
using testing::TestKeys;

constexpr std::uint32_t now = 1'795'000'000;  // 2026-11-18
constexpr const char* place = "http://example.org/dists/trixie/InRelease";

const std::string text =
    "Suite: stable\n"
    "Codename: trixie\n"
    "Date: Tue, 17 Nov 2026 10:11:12 UTC\n"
    "SHA256:\n"
    " e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855 0 main/binary-amd64/Packages\n";

struct KeyUsage : ::testing::Test {
  TestKeys keys;
  TestKeys elsewhere;
  TestKeys::Key key = keys.make({.created = now - 100 * day});
  TestKeys::Signing signing{.created = now - day};

  // "believed", or the error.
  std::string verdict(const std::string& message, const std::string& keyring) const {
    try {
      UnverifiedRelease::inline_signed(message, place).verify(Keyring::parse(keyring, "test.gpg"), now);
      return "believed";
    } catch (const base::Error& error) {
      EXPECT_EQ(error.code(), base::Exit::trust);
      return error.render();
    }
  }
};

std::string refused_for(const std::string& fault) {
  return std::string("error: ") + place + ": " + fault + "\n  hint: nothing of it was used; the keyring was test.gpg\n";
}

std::string unfit(TestKeys::Key key) { return refused_for("key " + TestKeys::id(key) + " is not meant for signing"); }

std::string unbound(TestKeys::Key key) {
  return refused_for("key " + TestKeys::id(key) +
                     " is not valid: no signature of its own that can be believed binds it");
}

// --- what a key is meant for

TEST_F(KeyUsage, ASubkeyForEncryptionDoesNotSign) {
  const auto subkey =
      keys.make_subkey(key, {.algorithm = "RSA", .bits = 2048, .created = now - 10 * day, .usage = "encrypt"});
  const auto over = elsewhere.make_over(keys, subkey, now - 10 * day, TestKeys::certifies | TestKeys::signs);
  const auto message = elsewhere.clear_sign(text, {over}, signing);
  EXPECT_EQ(verdict(message, elsewhere.public_key(over)), "believed");
  EXPECT_EQ(verdict(message, keys.public_key(key)), unfit(subkey));
}

TEST_F(KeyUsage, APrimaryKeyThatIsNotMeantToDoesNotSign) {
  const auto message = keys.clear_sign(text, {key}, signing);
  EXPECT_EQ(verdict(message, keys.public_key(key)), "believed");
  for (const auto meant_for : {TestKeys::certifies, TestKeys::encrypts}) {
    TestKeys here;
    const auto over = here.make_over(keys, key, now - 100 * day, meant_for);
    EXPECT_EQ(verdict(message, here.public_key(over)), unfit(key)) << int{meant_for};
  }
}

// As Debian's own keys have it.
TEST_F(KeyUsage, ItsSigningSubkeyDoes) {
  const auto subkey = keys.make_subkey(key, {.created = now - 10 * day});
  const auto message = keys.clear_sign(text, {subkey}, signing);
  const auto over = elsewhere.make_over(keys, key, now - 100 * day, TestKeys::certifies);
  auto packets = testing::packets_of(elsewhere.public_key(over));
  const auto all = testing::packets_of(keys.public_key(key));
  packets.insert(packets.end(), all.end() - 2, all.end());  // the subkey with its bond
  EXPECT_EQ(verdict(message, testing::bytes_of(packets)), "believed");
}

// --- what binds a subkey

struct BondTest : KeyUsage {
  TestKeys::Key subkey = keys.make_subkey(key, {.created = now - 10 * day});
  std::string message = keys.clear_sign(text, {subkey}, signing);
  // The primary key, its name, its signature of that; the subkey, the signature that binds it.
  std::vector<Packet> packets = testing::packets_of(keys.public_key(key));

  std::string verdict_now() const { return verdict(message, testing::bytes_of(packets)); }
};

TEST_F(BondTest, ABoundSubkeySigns) {
  ASSERT_EQ(packets.size(), 5U);
  EXPECT_EQ(verdict_now(), "believed");
}

TEST_F(BondTest, ASubkeyThatNothingBindsDoesNot) {
  packets.pop_back();
  EXPECT_EQ(verdict_now(), unbound(subkey));
}

TEST_F(BondTest, NorOneWhoseBondIsDamaged) {
  packets.back().body.back() ^= 1;
  EXPECT_EQ(verdict_now(), unbound(subkey));
}

// A stranger's subkey, bond and all, put behind a key of the keyring.
TEST_F(BondTest, NorOneThatIsBoundToAnotherKey) {
  const auto stranger = keys.make({.created = now - 10 * day});
  const auto theirs = keys.make_subkey(stranger, {.created = now - 10 * day});
  message = keys.clear_sign(text, {theirs}, signing);
  const auto strange = testing::packets_of(keys.public_key(stranger));
  packets.insert(packets.end(), strange.end() - 2, strange.end());
  EXPECT_EQ(verdict_now(), unbound(theirs));
}

// Where the signature that the subkey gives back begins and ends in the bond, as a subpacket (RFC 4880, 5.2.3.26): it
// lies in the part that the bond does not sign.
std::pair<std::size_t, std::size_t> given_back(const std::string& bond) {
  const auto at = [&](std::size_t i) { return static_cast<std::size_t>(static_cast<unsigned char>(bond.at(i))); };
  const auto signed_length = at(4) << 8U | at(5);
  const auto end = 6 + signed_length + 2 + (at(6 + signed_length) << 8U | at(7 + signed_length));
  for (auto i = 6 + signed_length + 2; i < end; i += 1 + at(i)) {
    if (at(i + 1) == 32) return {i, i + 1 + at(i)};
  }
  ADD_FAILURE() << "the subkey gives back no signature";
  return {end, end};
}

TEST_F(BondTest, NorOneThatGivesNoSignatureBack) {
  auto& bond = packets.back().body;
  const auto [begin, end] = given_back(bond);
  const auto length_at = 6 + static_cast<std::size_t>(static_cast<unsigned char>(bond[5]));
  bond[length_at + 1] = static_cast<char>(static_cast<unsigned char>(bond[length_at + 1]) - (end - begin));
  bond.erase(begin, end - begin);
  EXPECT_EQ(verdict_now(), unbound(subkey));
}

TEST_F(BondTest, NorOneWhoseSignatureBackIsDamaged) {
  auto& bond = packets.back().body;
  bond[given_back(bond).second - 1] ^= 1;
  EXPECT_EQ(verdict_now(), unbound(subkey));
}

// What another subkey has given back to the same primary key.
TEST_F(BondTest, NorOneWhoseSignatureBackIsAnothers) {
  keys.make_subkey(key, {.created = now - 10 * day});
  const auto others = testing::packets_of(keys.public_key(key)).back().body;
  auto& bond = packets.back().body;
  const auto [begin, end] = given_back(bond);
  const auto [others_begin, others_end] = given_back(others);
  ASSERT_EQ(end - begin, others_end - others_begin);
  bond.replace(begin, end - begin, others, others_begin, end - begin);
  EXPECT_EQ(verdict_now(), unbound(subkey));
}

}  // namespace
}  // namespace debone::archive
