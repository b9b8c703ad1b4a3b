#include "archive/openpgp.h"

#include <fmt/format.h>
#include <rnp/rnp.h>
#include <rnp/rnp_err.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <memory>
#include <mutex>

#include "base/error.h"
#include "base/text.h"

namespace debone::archive::openpgp {
namespace {

using base::Error;
using base::Exit;

// librnp's handles, freed at the end of their scope.
template <auto Free>
struct Freer {
  template <typename T>
  void operator()(T* handle) const {
    Free(handle);
  }
};
template <typename Handle, auto Free>
using Owned = std::unique_ptr<std::remove_pointer_t<Handle>, Freer<Free>>;
using Ffi = Owned<rnp_ffi_t, rnp_ffi_destroy>;
using Input = Owned<rnp_input_t, rnp_input_destroy>;
using Output = Owned<rnp_output_t, rnp_output_destroy>;
using Key = Owned<rnp_key_handle_t, rnp_key_handle_destroy>;
using SignatureHandle = Owned<rnp_signature_handle_t, rnp_signature_handle_destroy>;
using VerifyOp = Owned<rnp_op_verify_t, rnp_op_verify_destroy>;
using Iterator = Owned<rnp_identifier_iterator_t, rnp_identifier_iterator_destroy>;

// Debian builds librnp without NDEBUG: it tells stderr of each signature and key that it does not like, and offers no
// way to stop that. What matters of it is said by debone's own errors, so it talks to /dev/null meanwhile (the GNU C
// library lets stderr be assigned).
class Quiet {
 public:
  Quiet() : lock_(mutex()), real_(stderr), null_(std::fopen("/dev/null", "we")) {
    if (null_ != nullptr) stderr = null_;
  }
  Quiet(const Quiet&) = delete;
  Quiet& operator=(const Quiet&) = delete;
  ~Quiet() {
    stderr = real_;
    if (null_ != nullptr) std::fclose(null_);
  }

 private:
  static std::mutex& mutex() {
    static std::mutex one;
    return one;
  }
  std::scoped_lock<std::mutex> lock_;
  std::FILE* real_;
  std::FILE* null_;
};

void require(rnp_result_t result) {
  if (result != RNP_SUCCESS) {
    throw Error(Exit::internal, fmt::format("OpenPGP library: {}", rnp_result_to_string(result)));
  }
}

// The text that a librnp getter hands out; empty where it has none.
template <typename Getter, typename... Args>
std::string text_of(Getter getter, Args... args) {
  char* raw = nullptr;
  if (getter(args..., &raw) != RNP_SUCCESS || raw == nullptr) return {};
  const std::unique_ptr<char, Freer<rnp_buffer_destroy>> owner(raw);
  return raw;
}

template <typename Getter>
bool holds(Getter getter, const Key& key) {
  bool result = false;
  require(getter(key.get(), &result));
  return result;
}

Input input_of(std::string_view bytes) {
  rnp_input_t input = nullptr;
  require(rnp_input_from_memory(&input, reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size(), false));
  return Input(input);
}

Output memory_output() {
  rnp_output_t output = nullptr;
  require(rnp_output_to_memory(&output, 0));
  return Output(output);
}

std::string bytes_of(const Output& output) {
  std::uint8_t* buffer = nullptr;
  std::size_t length = 0;
  require(rnp_output_memory_get_buf(output.get(), &buffer, &length, false));
  return {reinterpret_cast<const char*>(buffer), length};
}

Ffi make_ffi() {
  rnp_ffi_t ffi = nullptr;
  require(rnp_ffi_create(&ffi, RNP_KEYSTORE_GPG, RNP_KEYSTORE_GPG));
  return Ffi(ffi);
}

constexpr std::uint32_t import_flags = RNP_LOAD_SAVE_PUBLIC_KEYS | RNP_LOAD_SAVE_PERMISSIVE;

Key find_key(const Ffi& ffi, const char* kind, const std::string& id) {
  rnp_key_handle_t raw = nullptr;
  require(rnp_locate_key(ffi.get(), kind, id.c_str(), &raw));
  return Key(raw);
}

Key primary_of(const Ffi& ffi, const Key& key) {
  const bool is_primary = holds(rnp_key_is_primary, key);
  const auto fingerprint = text_of(is_primary ? rnp_key_get_fprint : rnp_key_get_primary_fprint, key.get());
  return fingerprint.empty() ? Key() : find_key(ffi, "fingerprint", fingerprint);
}

bool is_strong(std::string_view hash) {
  constexpr std::array<std::string_view, 6> strong{"SHA256", "SHA384", "SHA512", "SHA224", "SHA3-256", "SHA3-512"};
  return std::find(strong.begin(), strong.end(), hash) != strong.end();
}

// What is wrong with the key itself, or nothing.
std::string fault_of_key(const Key& key, const std::string& name, std::int64_t now) {
  if (holds(rnp_key_is_revoked, key)) return fmt::format("key {} is revoked", name);
  std::uint32_t created = 0;
  std::uint32_t lifetime = 0;
  require(rnp_key_get_creation(key.get(), &created));
  require(rnp_key_get_expiration(key.get(), &lifetime));
  const auto expiry = std::int64_t{created} + lifetime;
  if (lifetime != 0 && expiry <= now) return fmt::format("key {} expired on {}", name, base::iso_time(expiry));
  if (holds(rnp_key_is_expired, key)) return fmt::format("key {} is expired", name);
  if (!holds(rnp_key_is_valid, key)) {
    return fmt::format("key {} is not valid: no signature of its own that can be believed binds it", name);
  }
  const auto algorithm = text_of(rnp_key_get_alg, key.get());
  std::uint32_t bits = 0;
  require(rnp_key_get_bits(key.get(), &bits));
  if ((algorithm == RNP_ALGNAME_RSA || algorithm == RNP_ALGNAME_DSA) && bits < 2048) {
    return fmt::format("key {} is too weak ({} with {} bits)", name, algorithm, bits);
  }
  return {};
}

// What is wrong with a signature whose key is in the keyring, or nothing.
std::string fault_of(rnp_op_verify_signature_t signature, const Key& key, const Key& primary, const std::string& id,
                     std::int64_t now) {
  if (auto fault = fault_of_key(primary, text_of(rnp_key_get_keyid, primary.get()), now); !fault.empty()) return fault;
  if (auto fault = fault_of_key(key, id, now); !fault.empty()) return fault;
  bool may_sign = false;
  require(rnp_key_allows_usage(key.get(), "sign", &may_sign));
  if (!may_sign) return fmt::format("key {} is not meant for signing", id);

  const auto hash = text_of(rnp_op_verify_signature_get_hash, signature);
  if (!is_strong(hash)) return fmt::format("the signature by key {} uses {}, which is too weak", id, hash);
  std::uint32_t created = 0;
  std::uint32_t lifetime = 0;
  require(rnp_op_verify_signature_get_times(signature, &created, &lifetime));
  if (created > now) {
    return fmt::format("the signature by key {} is from the future, {}", id, base::iso_time(created));
  }
  const auto expiry = std::int64_t{created} + lifetime;
  if (lifetime != 0 && expiry <= now) {
    return fmt::format("the signature by key {} expired on {}", id, base::iso_time(expiry));
  }
  if (rnp_op_verify_signature_get_status(signature) != RNP_SUCCESS) {
    return fmt::format("the signature by key {} is bad: this is not the text that was signed", id);
  }
  return {};
}

Signature judge(const Ffi& ffi, rnp_op_verify_signature_t signature, std::int64_t now) {
  rnp_signature_handle_t raw = nullptr;
  if (rnp_op_verify_signature_get_handle(signature, &raw) != RNP_SUCCESS) return {"", "", "unreadable", false};
  const SignatureHandle handle(raw);
  Signature out;
  out.key_id = text_of(rnp_signature_get_keyid, raw);
  const auto fingerprint = text_of(rnp_signature_get_key_fprint, raw);
  if (out.key_id.empty() && fingerprint.size() >= 16) out.key_id = fingerprint.substr(fingerprint.size() - 16);
  // By the fingerprint, where the signature names it: librnp verified with that key.
  const auto key = !fingerprint.empty()  ? find_key(ffi, "fingerprint", fingerprint)
                   : !out.key_id.empty() ? find_key(ffi, "keyid", out.key_id)
                                         : Key();
  if (!key) {
    out.fault = fmt::format("key {} is not in the keyring", out.key_id);
    return out;
  }
  out.known = true;
  const auto primary = primary_of(ffi, key);
  if (!primary) {
    out.fault = fmt::format("key {} has no primary key", out.key_id);
    return out;
  }
  out.primary = text_of(rnp_key_get_fprint, primary.get());
  out.fault = fault_of(signature, key, primary, out.key_id, now);
  return out;
}

std::vector<Signature> judge_all(const Ffi& ffi, const VerifyOp& operation, std::int64_t now) {
  std::size_t count = 0;
  require(rnp_op_verify_get_signature_count(operation.get(), &count));
  std::vector<Signature> out;
  for (std::size_t i = 0; i < count; ++i) {
    rnp_op_verify_signature_t signature = nullptr;
    require(rnp_op_verify_get_signature_at(operation.get(), i, &signature));
    out.push_back(judge(ffi, signature, now));
  }
  return out;
}

bool any_good(const std::vector<Signature>& signatures) {
  return std::any_of(signatures.begin(), signatures.end(),
                     [](const Signature& signature) { return signature.fault.empty(); });
}

}  // namespace

struct KeySet::State {
  Ffi ffi = make_ffi();
};

bool holds_key(std::string_view bytes) {
  if (bytes.empty()) return false;
  const Quiet quiet;
  const auto ffi = make_ffi();
  const auto input = input_of(bytes);
  std::size_t count = 0;
  while (count == 0 &&
         rnp_import_keys(ffi.get(), input.get(), import_flags | RNP_LOAD_SAVE_SINGLE, nullptr) == RNP_SUCCESS) {
    require(rnp_get_public_key_count(ffi.get(), &count));
  }
  return count > 0;
}

KeySet::KeySet(std::string_view bytes, std::int64_t now) : now_(now), state_(std::make_unique<State>()) {
  const Quiet quiet;
  // The clock is set first: a key is judged, and the judgement kept, when it is read.
  require(rnp_set_timestamp(state_->ffi.get(), static_cast<std::uint64_t>(std::max<std::int64_t>(now, 1))));
  if (!bytes.empty()) rnp_import_keys(state_->ffi.get(), input_of(bytes).get(), import_flags, nullptr);
}

KeySet::~KeySet() = default;

std::vector<std::string> KeySet::primary_fingerprints() const {
  rnp_identifier_iterator_t raw = nullptr;
  require(rnp_identifier_iterator_create(state_->ffi.get(), &raw, "fingerprint"));
  const Iterator iterator(raw);
  std::vector<std::string> out;
  const char* fingerprint = nullptr;
  while (rnp_identifier_iterator_next(raw, &fingerprint) == RNP_SUCCESS && fingerprint != nullptr) {
    const auto key = find_key(state_->ffi, "fingerprint", fingerprint);
    if (key && holds(rnp_key_is_primary, key)) out.emplace_back(fingerprint);
  }
  std::sort(out.begin(), out.end());
  return out;
}

std::string KeySet::export_key(const std::string& fingerprint) const {
  const auto key = find_key(state_->ffi, "fingerprint", fingerprint);
  if (!key || !holds(rnp_key_is_primary, key)) return {};
  const auto output = memory_output();
  require(rnp_key_export(key.get(), output.get(), RNP_KEY_EXPORT_PUBLIC | RNP_KEY_EXPORT_SUBKEYS));
  return bytes_of(output);
}

// The operation's own result is not enough: it holds a text with no signature for a success. What counts is each
// signature.
Verified KeySet::verify_inline(std::string_view message) const {
  if (message.empty()) return {};
  const Quiet quiet;
  const auto input = input_of(message);
  const auto output = memory_output();
  rnp_op_verify_t raw = nullptr;
  require(rnp_op_verify_create(&raw, state_->ffi.get(), input.get(), output.get()));
  const VerifyOp operation(raw);
  const auto result = rnp_op_verify_execute(raw);
  Verified out{{}, judge_all(state_->ffi, operation, now_)};
  if (result == RNP_SUCCESS && any_good(out.signatures)) out.text = bytes_of(output);
  return out;
}

Verified KeySet::verify_detached(std::string_view text, std::string_view signature) const {
  if (text.empty() || signature.empty()) return {};
  const Quiet quiet;
  const auto input = input_of(text);
  const auto signatures = input_of(signature);
  rnp_op_verify_t raw = nullptr;
  require(rnp_op_verify_detached_create(&raw, state_->ffi.get(), input.get(), signatures.get()));
  const VerifyOp operation(raw);
  const auto result = rnp_op_verify_execute(raw);
  Verified out{{}, judge_all(state_->ffi, operation, now_)};
  if (result == RNP_SUCCESS && any_good(out.signatures)) out.text = text;
  return out;
}

}  // namespace debone::archive::openpgp
