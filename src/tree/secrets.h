// Files that ought not to be in an image since whoever has it can read them: private keys, password files.
#pragma once

#include <string_view>

namespace debone::tree {

// Whether a file of that name (its last component) with that content looks like one: a private key by its PEM or
// OpenPGP armour, or by a name that such files usually have. Certificates and public keys in *.pem and *.key do
// not, nor do examples of .env files.
bool looks_secret(std::string_view name, std::string_view content);

}  // namespace debone::tree
