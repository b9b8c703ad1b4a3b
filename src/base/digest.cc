#include "base/digest.h"

#include <openssl/evp.h>

#include "base/error.h"
#include "base/text.h"

namespace debone::base {
namespace {

struct FreeContext {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};
using Context = std::unique_ptr<EVP_MD_CTX, FreeContext>;

Context start(const EVP_MD* algorithm) {
  Context context(EVP_MD_CTX_new());
  if (!context || EVP_DigestInit_ex(context.get(), algorithm, nullptr) != 1) {
    throw Error(Exit::internal, "OpenSSL gives no hash context");
  }
  return context;
}

unsigned nibble(char c) {
  if (is_digit(c)) return static_cast<unsigned>(c - '0');
  return static_cast<unsigned>((c | 0x20) - 'a') + 10U;
}

}  // namespace

struct Sha256::State {
  Context context = start(EVP_sha256());
};

Sha256::Sha256() : state_(std::make_unique<State>()) {}
Sha256::~Sha256() = default;
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;

void Sha256::update(std::string_view bytes) { EVP_DigestUpdate(state_->context.get(), bytes.data(), bytes.size()); }

Digest Sha256::finish() {
  Digest digest;
  EVP_DigestFinal_ex(state_->context.get(), digest.bytes_.data(), nullptr);
  return digest;
}

std::optional<Digest> Digest::from_hex(std::string_view hex) {
  if (hex.size() != 2 * size || !is_hex(hex)) return std::nullopt;
  Digest digest;
  for (std::size_t i = 0; i < size; ++i) {
    digest.bytes_[i] = static_cast<unsigned char>(nibble(hex[2 * i]) << 4U | nibble(hex[2 * i + 1]));
  }
  return digest;
}

std::optional<Digest> Digest::from_oci(std::string_view text) {
  constexpr std::string_view prefix = "sha256:";
  if (!text.starts_with(prefix)) return std::nullopt;
  text.remove_prefix(prefix.size());
  if (lower(text) != text) return std::nullopt;
  return from_hex(text);
}

Digest Digest::of(std::string_view bytes) {
  Sha256 hasher;
  hasher.update(bytes);
  return hasher.finish();
}

std::string Digest::hex() const { return to_hex({reinterpret_cast<const char*>(bytes_.data()), bytes_.size()}); }

std::string md5_hex(std::string_view bytes) {
  const auto context = start(EVP_md5());
  std::array<unsigned char, 16> out{};
  EVP_DigestUpdate(context.get(), bytes.data(), bytes.size());
  EVP_DigestFinal_ex(context.get(), out.data(), nullptr);
  return to_hex({reinterpret_cast<const char*>(out.data()), out.size()});
}

std::string to_hex(std::string_view bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string out;
  out.reserve(bytes.size() * 2);
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    out += digits[byte >> 4U];
    out += digits[byte & 0xFU];
  }
  return out;
}

}  // namespace debone::base
