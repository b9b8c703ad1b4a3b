// /etc/ssl/certs/java/cacerts, as ca-certificates-java makes it of the certificates that update-ca-certificates(8)
// trusts: a key store of the form JKS, which holds no secret.
#include <fmt/format.h>
#include <openssl/evp.h>

#include <array>
#include <map>

#include "base/error.h"
#include "base/text.h"
#include "effects/finishers.h"
#include "effects/pem.h"

namespace debone::effects {
namespace {

constexpr std::string_view password = "changeit";  // Java's own, in every key store of the kind
constexpr std::array<std::string_view, 2> trusted_sources{"/usr/share/ca-certificates/",
                                                          "/usr/local/share/ca-certificates/"};

// Numbers and texts as java.io.DataOutput writes them.
class Output {
 public:
  void number(std::uint64_t value, int bytes) {
    for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) text_ += static_cast<char>((value >> shift) & 0xFFU);
  }
  void text(std::string_view value) {  // of ASCII, at most 65535 bytes
    number(value.size(), 2);
    text_ += value;
  }
  void bytes(std::string_view value) { text_ += value; }
  std::string take() { return std::move(text_); }
  std::string_view so_far() const { return text_; }

 private:
  std::string text_;
};

// The sum at the end: of the password in UTF-16, a phrase, and all that is before.
std::string integrity(std::string_view store) {
  std::string text;
  for (const char c : password) text.append({'\0', c});
  text += "Mighty Aphrodite";
  text += store;
  std::array<unsigned char, EVP_MAX_MD_SIZE> sum{};
  unsigned size = 0;
  if (EVP_Digest(text.data(), text.size(), sum.data(), &size, EVP_sha1(), nullptr) != 1)
    throw base::Error(base::Exit::internal, "OpenSSL cannot compute SHA-1");
  return {reinterpret_cast<const char*>(sum.data()), size};
}

// The certificates that links in /etc/ssl/certs stand for, by their aliases.
std::map<std::string, std::string> certificates_of(const Context& context) {
  std::map<std::string, std::string> found;
  for (const auto& link : context.list(at("etc/ssl/certs"), tree::NodeType::symlink)) {
    if (!link.name().ends_with(".pem")) continue;
    const auto& target = context.tree.find(link)->link_target;
    if (!target.starts_with(trusted_sources[0]) && !target.starts_with(trusted_sources[1])) continue;
    const auto text = context.tree.read(link);
    auto certificate = text ? sole_certificate(*text) : std::string();
    if (!certificate.empty()) found.emplace(fmt::format("debian:{}", base::lower(link.name())), std::move(certificate));
  }
  return found;
}

}  // namespace

void java_keystore(Context& context) {
  const auto certificates = certificates_of(context);
  Output store;
  store.number(0xFEEDFEEDU, 4);
  store.number(2, 4);  // the version
  store.number(certificates.size(), 4);
  for (const auto& [alias, certificate] : certificates) {
    store.number(2, 4);  // a trusted certificate
    store.text(alias);
    store.number(static_cast<std::uint64_t>(context.input.created) * 1000, 8);
    store.text("X.509");
    store.number(certificate.size(), 4);
    store.bytes(certificate);
  }
  store.bytes(integrity(store.so_far()));
  context.write_if_absent(at("etc/ssl/certs/java/cacerts"), store.take());
}

}  // namespace debone::effects
