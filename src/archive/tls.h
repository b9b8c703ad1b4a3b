// TLS on the way to an archive: whose certificates are believed, and what it means that one is refused. An archive is
// trusted for its OpenPGP signature alone; TLS keeps what is asked for private, and a stranger's answer away.
#pragma once

#include <curl/curl.h>

#include <string>

#include "base/error.h"

namespace debone::archive {

// Certificates of authorities. What is empty is as this machine has it: /etc/ssl/certs/ca-certificates.crt and the
// folder around it.
struct Authorities {
  std::string file;    // of PEM certificates
  std::string folder;  // of such files under the hashes of their subjects (openssl-rehash(1)); several with colons
  std::string file_variable;  // which named `file`

  // As curl(1) has them: CURL_CA_BUNDLE; without it SSL_CERT_FILE and SSL_CERT_DIR. An empty variable is none.
  static Authorities of_environment();
};

// Makes a transfer believe them, of a server and of a proxy that speaks TLS.
void believe(CURL* curl, const Authorities& authorities);

// Why the transfer ended with CURLE_PEER_FAILED_VERIFICATION: an Error (network), its place still to be named. `host`
// is the server's, `reason` curl's own words, for what debone has none for.
base::Error refused_certificate(CURL* curl, const Authorities& authorities, const std::string& host,
                                const std::string& reason);

// Why it ended with CURLE_SSL_CACERT_BADFILE: an Error (usage) where a variable named the file, which is its place;
// otherwise (network), its place still to be named.
base::Error no_authorities(const Authorities& authorities);

}  // namespace debone::archive
