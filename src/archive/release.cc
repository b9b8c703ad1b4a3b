#include "archive/release.h"

#include <fmt/format.h>

#include <algorithm>
#include <ctime>

#include "archive/openpgp.h"
#include "base/error.h"
#include "base/text.h"

namespace debone::archive {
namespace {

using base::Error;
using base::Exit;

constexpr std::string_view begin_message = "-----BEGIN PGP SIGNED MESSAGE-----";
constexpr std::string_view begin_signature = "-----BEGIN PGP SIGNATURE-----";
constexpr std::string_view end_signature = "-----END PGP SIGNATURE-----";

// Holds InRelease to one clear-signed message and nothing else, as apt does: what stands before or after it nobody
// signed, and librnp would skip it, or take an armoured message of another kind in its place.
void require_one_message(std::string_view bytes, const std::string& place) {
  std::vector<std::string_view> rest{end_signature, begin_signature, begin_message};  // still to come, last one next
  bool first = true;
  do {
    const auto line = bytes.substr(0, bytes.find('\n'));
    bytes.remove_prefix(std::min(line.size() + 1, bytes.size()));
    const bool is_mark = line.starts_with("-----");
    if (first && (!is_mark || base::trim(line) != begin_message)) {
      throw Error(Exit::trust, fmt::format("not a signed Release: it does not begin with '{}'", begin_message))
          .at(place)
          .hint(
              "something between here and the archive may have answered in its place, such as a proxy or a login page");
    }
    first = false;
    if (is_mark && !rest.empty() && base::trim(line) == rest.back()) {
      rest.pop_back();
    } else if (is_mark || (rest.empty() && !base::trim(line).empty())) {
      throw Error(Exit::trust, "has text that is not part of its one signed message").at(place);
    }
  } while (!bytes.empty());
  if (!rest.empty()) throw Error(Exit::trust, fmt::format("cut short: no line '{}'", rest.front())).at(place);
}

// No signature is good: says why, of the keys in the keyring if any of them signed.
Error not_verified(const std::vector<openpgp::Signature>& signatures, const Keyring& keyring,
                   const std::string& place) {
  std::vector<std::string> faults;
  std::vector<std::string> strangers;
  for (const auto& signature : signatures) {
    (signature.known ? faults : strangers).push_back(signature.known ? signature.fault : signature.key_id);
  }
  if (!faults.empty()) {
    auto error = Error(Exit::trust, base::join(faults, "; ")).at(place);
    const bool clock = std::any_of(faults.begin(), faults.end(), [](const std::string& fault) {
      return fault.find("from the future") != std::string::npos;
    });
    if (clock) return std::move(error).hint("is this machine's clock right?");
    return std::move(error).hint(fmt::format("nothing of it was used; the keyring was {}", keyring.place()));
  }
  if (strangers.empty()) return Error(Exit::trust, "no OpenPGP signature that can be read").at(place);
  return Error(Exit::trust, fmt::format("not signed by any key of {}", keyring.place()))
      .at(place)
      .hint(fmt::format("it is signed by {}; if that is the archive's key, name a keyring that holds it",
                        base::join(strangers, ", ")));
}

}  // namespace

Keyring Keyring::parse(std::string bytes, std::string place) {
  if (!openpgp::holds_key(bytes)) {
    throw Error(Exit::trust, "holds no OpenPGP public key")
        .at(std::move(place))
        .hint("a keyring is what 'gpg --export' writes, binary or armoured");
  }
  return {std::move(bytes), std::move(place)};
}

Keyring Keyring::only(const std::string& fingerprint) const {
  auto key = as_of(std::time(nullptr)).export_key(fingerprint);
  if (key.empty()) {
    throw Error(Exit::trust, fmt::format("does not hold the key {}", fingerprint))
        .at(place_)
        .hint(fmt::format("it holds {}", base::join(fingerprints(), ", ")));
  }
  return {std::move(key), place_};
}

std::vector<std::string> Keyring::fingerprints() const { return as_of(std::time(nullptr)).primary_fingerprints(); }

const openpgp::KeySet& Keyring::as_of(std::int64_t now) const {
  if (!keys_ || keys_->now() != now) keys_ = std::make_shared<openpgp::KeySet>(bytes_, now);
  return *keys_;
}

UnverifiedRelease UnverifiedRelease::inline_signed(std::string bytes, std::string place) {
  UnverifiedRelease out;
  out.bytes_ = std::move(bytes);
  out.place_ = std::move(place);
  return out;
}

UnverifiedRelease UnverifiedRelease::detached(std::string text, std::string signature, std::string place) {
  auto out = inline_signed(std::move(text), std::move(place));
  out.signature_ = std::move(signature);
  out.detached_ = true;
  return out;
}

// A first line says what follows: InRelease, or so many bytes of Release and then Release.gpg.
std::string UnverifiedRelease::encoded() const {
  return fmt::format("{}\n{}{}", detached_ ? fmt::format("detached {}", bytes_.size()) : "inline", bytes_, signature_);
}

std::optional<UnverifiedRelease> UnverifiedRelease::decoded(std::string bytes, std::string place) {
  constexpr std::string_view detached_mark = "detached ";
  const auto end = bytes.find('\n');
  if (end == std::string::npos) return std::nullopt;
  const auto head = bytes.substr(0, end);
  bytes.erase(0, end + 1);
  if (head == "inline") return inline_signed(std::move(bytes), std::move(place));
  if (!head.starts_with(detached_mark)) return std::nullopt;
  const auto size = base::parse_decimal(std::string_view(head).substr(detached_mark.size()));
  if (!size || *size > bytes.size()) return std::nullopt;
  auto signature = bytes.substr(*size);
  bytes.resize(*size);
  return detached(std::move(bytes), std::move(signature), std::move(place));
}

Release UnverifiedRelease::verify(const Keyring& keyring, std::int64_t now) const {
  if (!detached_) require_one_message(bytes_, place_);
  const auto verified =
      detached_ ? keyring.as_of(now).verify_detached(bytes_, signature_) : keyring.as_of(now).verify_inline(bytes_);
  const auto good = std::find_if(verified.signatures.begin(), verified.signatures.end(),
                                 [](const openpgp::Signature& signature) { return signature.fault.empty(); });
  if (good == verified.signatures.end() || verified.text.empty()) {
    throw not_verified(verified.signatures, keyring, place_);
  }
  Release release;
  try {
    release.fields_ = debian::parse_release(verified.text);
  } catch (Error& error) {
    error.place_if_none(place_);
    throw;
  }
  release.signed_by_ = good->primary;
  release.digest_ = base::Digest::of(verified.text);
  return release;
}

}  // namespace debone::archive
