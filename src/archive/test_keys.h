// For tests: OpenPGP keys made on the spot, with the faults that a test wants, and signatures by them.
#pragma once

#include <gtest/gtest.h>
#include <rnp/rnp.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace debone::archive::testing {

constexpr std::uint32_t day = 24 * 60 * 60;

// A packet of a binary OpenPGP message (RFC 4880, 4.2), so that a test can leave one out or change it.
struct Packet {
  static constexpr int secret_key = 5;
  static constexpr int secret_subkey = 7;
  bool is_secret_key() const { return tag == secret_key || tag == secret_subkey; }
  int tag = 0;
  std::string body;
};

inline std::vector<Packet> packets_of(std::string_view bytes) {
  std::vector<Packet> out;
  const auto number = [&](std::size_t size) {
    std::size_t value = 0;
    for (std::size_t i = 0; i < size; ++i) value = value << 8U | static_cast<unsigned char>(bytes.at(i));
    bytes.remove_prefix(size);
    return value;
  };
  while (!bytes.empty()) {
    const auto head = number(1);
    Packet packet;
    std::size_t length = 0;
    if ((head & 0x40U) == 0) {  // the old format
      packet.tag = static_cast<int>(head >> 2U & 0xFU);
      length = number(std::size_t{1} << (head & 3U));
    } else {
      packet.tag = static_cast<int>(head & 0x3FU);
      length = number(1);
      if (length == 255) {
        length = number(4);
      } else if (length >= 192) {
        length = ((length - 192) << 8U) + number(1) + 192;
      }
    }
    packet.body = bytes.substr(0, length);
    bytes.remove_prefix(length);
    out.push_back(std::move(packet));
  }
  return out;
}

inline std::string bytes_of(const std::vector<Packet>& packets) {
  std::string out;
  for (const auto& packet : packets) {
    out += static_cast<char>(0xC0 | packet.tag);
    out += '\xFF';
    for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(packet.body.size() >> shift & 0xFFU);
    out += packet.body;
  }
  return out;
}

class TestKeys {
 public:
  using Key = rnp_key_handle_t;  // lives as long as the TestKeys

  struct Traits {
    std::string algorithm = "EDDSA";
    std::uint32_t bits = 0;      // of RSA
    std::uint32_t created = 0;   // seconds since 1970
    std::uint32_t lifetime = 0;  // seconds; 0: for ever
    std::string usage = "sign";
  };
  struct Signing {
    std::uint32_t created = 0;
    std::uint32_t lifetime = 0;
    std::string hash = "SHA256";
  };

  TestKeys() {
    check(rnp_ffi_create(&ffi_, "GPG", "GPG"));
    // Signing with SHA-1 is what some tests want.
    std::size_t removed = 0;
    check(rnp_remove_security_rule(ffi_, RNP_FEATURE_HASH_ALG, nullptr, 0, RNP_SECURITY_REMOVE_ALL, 0, &removed));
  }
  TestKeys(const TestKeys&) = delete;
  TestKeys& operator=(const TestKeys&) = delete;
  ~TestKeys() {
    for (auto* key : keys_) rnp_key_handle_destroy(key);
    rnp_ffi_destroy(ffi_);
  }

  Key make(const Traits& traits) {
    check(rnp_set_timestamp(ffi_, traits.created));
    rnp_op_generate_t op = nullptr;
    check(rnp_op_generate_create(&op, ffi_, traits.algorithm.c_str()));
    check(rnp_op_generate_set_userid(op, ("test " + std::to_string(keys_.size())).c_str()));
    return generate(op, traits);
  }
  Key make_subkey(Key primary, const Traits& traits) {
    check(rnp_set_timestamp(ffi_, traits.created));
    rnp_op_generate_t op = nullptr;
    check(rnp_op_generate_subkey_create(&op, ffi_, primary, traits.algorithm.c_str()));
    return generate(op, traits);
  }
  static constexpr std::uint8_t certifies = 1;  // RFC 4880, 5.2.3.21
  static constexpr std::uint8_t signs = 2;
  static constexpr std::uint8_t encrypts = 12;

  // The very key of `owner`, as a primary key that says of itself to be meant for this. librnp makes no primary key
  // that does not sign, and refuses to sign with a subkey that does not.
  Key make_over(const TestKeys& owner, Key key, std::uint32_t created, std::uint8_t meant_for) {
    auto packets = packets_of(owner.secret_key(key));
    std::erase_if(packets, [](const Packet& packet) { return !packet.is_secret_key(); });
    packets.erase(packets.begin(), packets.end() - 1);  // a subkey stands behind its primary key
    packets[0].tag = Packet::secret_key;
    TestKeys nameless;
    check(rnp_set_timestamp(nameless.ffi_, created));
    auto* bare = nameless.take_in(bytes_of(packets), fingerprint(key));
    check(rnp_key_add_uid(bare, "test", "SHA256", 0, meant_for, false));
    check(rnp_set_timestamp(ffi_, created));
    return take_in(nameless.secret_key(bare), fingerprint(key));  // read anew, librnp finds it valid
  }
  void revoke(Key key) { check(rnp_key_revoke(key, 0, "SHA256", "retired", "test")); }

  static std::string fingerprint(Key key) { return text(rnp_key_get_fprint, key); }
  static std::string id(Key key) { return text(rnp_key_get_keyid, key); }

  std::string public_key(Key key, bool armoured = false) const {
    rnp_output_t output = nullptr;
    check(rnp_output_to_memory(&output, 0));
    check(rnp_key_export(key, output,
                         RNP_KEY_EXPORT_PUBLIC | RNP_KEY_EXPORT_SUBKEYS | (armoured ? RNP_KEY_EXPORT_ARMORED : 0U)));
    return take(output);
  }

  std::string secret_key(Key key) const {
    rnp_output_t output = nullptr;
    check(rnp_output_to_memory(&output, 0));
    check(rnp_key_export(key, output, RNP_KEY_EXPORT_SECRET));
    return take(output);
  }

  std::string clear_sign(std::string_view text, const std::vector<Key>& keys, const Signing& signing) const {
    return sign(rnp_op_sign_cleartext_create, text, keys, signing);
  }
  std::string detach_sign(std::string_view text, const std::vector<Key>& keys, const Signing& signing) const {
    return sign(rnp_op_sign_detached_create, text, keys, signing);
  }
  // An armoured message that holds the text in a literal packet: no clear-signed one.
  std::string wrap_sign(std::string_view text, const std::vector<Key>& keys, const Signing& signing) const {
    return sign(rnp_op_sign_create, text, keys, signing);
  }

 private:
  static void check(rnp_result_t result) { ASSERT_EQ(result, 0U) << rnp_result_to_string(result); }

  static std::string text(rnp_result_t (*getter)(Key, char**), Key key) {
    char* raw = nullptr;
    check(getter(key, &raw));
    std::string out = raw;
    rnp_buffer_destroy(raw);
    return out;
  }

  static std::string take(rnp_output_t output) {
    std::uint8_t* buffer = nullptr;
    std::size_t length = 0;
    check(rnp_output_memory_get_buf(output, &buffer, &length, false));
    std::string out(reinterpret_cast<const char*>(buffer), length);
    rnp_output_destroy(output);
    return out;
  }

  Key take_in(const std::string& secret, const std::string& fingerprint) {
    rnp_input_t input = nullptr;
    check(rnp_input_from_memory(&input, reinterpret_cast<const std::uint8_t*>(secret.data()), secret.size(), true));
    check(rnp_import_keys(ffi_, input, RNP_LOAD_SAVE_PUBLIC_KEYS | RNP_LOAD_SAVE_SECRET_KEYS, nullptr));
    rnp_input_destroy(input);
    Key key = nullptr;
    check(rnp_locate_key(ffi_, "fingerprint", fingerprint.c_str(), &key));
    keys_.push_back(key);
    return key;
  }

  Key generate(rnp_op_generate_t op, const Traits& traits) {
    if (traits.bits != 0) check(rnp_op_generate_set_bits(op, traits.bits));
    if (!traits.usage.empty()) check(rnp_op_generate_add_usage(op, traits.usage.c_str()));
    check(rnp_op_generate_set_expiration(op, traits.lifetime));
    check(rnp_op_generate_execute(op));
    Key key = nullptr;
    check(rnp_op_generate_get_key(op, &key));
    rnp_op_generate_destroy(op);
    keys_.push_back(key);
    return key;
  }

  std::string sign(rnp_result_t (*create)(rnp_op_sign_t*, rnp_ffi_t, rnp_input_t, rnp_output_t), std::string_view text,
                   const std::vector<Key>& keys, const Signing& signing) const {
    check(rnp_set_timestamp(ffi_, signing.created));
    rnp_input_t input = nullptr;
    rnp_output_t output = nullptr;
    rnp_op_sign_t op = nullptr;
    check(rnp_input_from_memory(&input, reinterpret_cast<const std::uint8_t*>(text.data()), text.size(), false));
    check(rnp_output_to_memory(&output, 0));
    check(create(&op, ffi_, input, output));
    check(rnp_op_sign_set_armor(op, true));
    check(rnp_op_sign_set_hash(op, signing.hash.c_str()));
    check(rnp_op_sign_set_creation_time(op, signing.created));
    check(rnp_op_sign_set_expiration_time(op, signing.lifetime));
    for (auto* key : keys) check(rnp_op_sign_add_signature(op, key, nullptr));
    check(rnp_op_sign_execute(op));
    rnp_op_sign_destroy(op);
    rnp_input_destroy(input);
    auto out = take(output);
    std::erase(out, '\r');  // gpg ends lines so
    return out;
  }

  rnp_ffi_t ffi_ = nullptr;
  std::vector<Key> keys_;
};

}  // namespace debone::archive::testing
