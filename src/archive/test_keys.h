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
