// What debone needs of OpenPGP, with librnp behind it: which keys a keyring holds, and who signed a text and whether
// that signature is to be believed. librnp's own verdict is only the beginning: it accepts a signature that is older
// than its key's expiry for ever, SHA-1 where the signature says it was made before 2019, and any size of key.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace debone::archive::openpgp {

// One signature, judged.
struct Signature {
  std::string key_id;   // of the key that made it, 16 upper-case hex digits
  std::string primary;  // its primary key's fingerprint; empty where the key is not in the keyring
  std::string fault;    // why it is not believed: "key X is revoked"; empty: it is good
  bool known = false;   // the key is in the keyring
};

struct Verified {
  std::string text;  // what was signed; empty unless a signature is good
  std::vector<Signature> signatures;
};

// Whether binary or armoured `bytes` hold a public key that can be read: cheap, nothing is verified.
bool holds_key(std::string_view bytes);

// The keys of a keyring as of a moment: which of them are valid is decided once, when they are read (60 ms for
// Debian's).
class KeySet {
 public:
  // `now` is in seconds since 1970. What cannot be read in `bytes` is left out.
  KeySet(std::string_view bytes, std::int64_t now);
  ~KeySet();
  KeySet(const KeySet&) = delete;
  KeySet& operator=(const KeySet&) = delete;

  std::int64_t now() const { return now_; }
  std::vector<std::string> primary_fingerprints() const;  // upper-case hex, sorted
  // The primary key of that fingerprint with its subkeys, binary; empty where there is none.
  std::string export_key(const std::string& fingerprint) const;

  // Of a clear-signed message. Malformed input gives no signatures.
  Verified verify_inline(std::string_view message) const;
  // Of a text with its binary or armoured signatures.
  Verified verify_detached(std::string_view text, std::string_view signature) const;

 private:
  struct State;
  std::int64_t now_;
  std::unique_ptr<State> state_;
};

}  // namespace debone::archive::openpgp
