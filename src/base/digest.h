// SHA-256 digests as a type of their own, and the hashers behind them (OpenSSL's, which use
// the CPU's SHA instructions). A Digest is not a string: text becomes one only by parsing.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace debone::base {

class Digest {
 public:
  static constexpr std::size_t size = 32;

  // 64 lower-case or upper-case hex digits, or nothing.
  static std::optional<Digest> from_hex(std::string_view hex);
  // "sha256:" and 64 lower-case hex digits, as OCI writes it, or nothing.
  static std::optional<Digest> from_oci(std::string_view text);
  static Digest of(std::string_view bytes);

  std::string hex() const;
  std::string oci() const { return "sha256:" + hex(); }
  const std::array<unsigned char, size>& bytes() const { return bytes_; }

  friend auto operator<=>(const Digest&, const Digest&) = default;

 private:
  friend class Sha256;
  std::array<unsigned char, size> bytes_{};
};

// Hashes what it is fed; finish() ends it and may be called once.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;
  void update(std::string_view bytes);
  Digest finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// 32 lower-case hex digits; for dpkg's md5sums files alone, never for trust.
std::string md5_hex(std::string_view bytes);

// Lower-case hex of any bytes.
std::string to_hex(std::string_view bytes);

}  // namespace debone::base
