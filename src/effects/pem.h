// Certificates in PEM (RFC 7468).
#pragma once

#include <string>
#include <string_view>

namespace debone::effects {

// The DER bytes of a file's certificate where it holds exactly one, as openssl-rehash(1) has it, else nothing.
std::string sole_certificate(std::string_view text);

}  // namespace debone::effects
