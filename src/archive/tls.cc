#include "archive/tls.h"

#include <fmt/format.h>
#include <openssl/x509_vfy.h>

#include <cstdlib>

namespace debone::archive {
namespace {

using base::Error;
using base::Exit;

constexpr const char* of_this_machine =
    "is the package ca-certificates installed? An authority of your own is named by SSL_CERT_FILE, a file of PEM "
    "certificates";

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr ? value : "";
}

long verify_result(CURL* curl, CURLINFO which) {
  long result = X509_V_OK;
  curl_easy_getinfo(curl, which, &result);
  return result;
}

}  // namespace

Authorities Authorities::of_environment() {
  if (auto bundle = variable("CURL_CA_BUNDLE"); !bundle.empty()) return {std::move(bundle), "", "CURL_CA_BUNDLE"};
  return {variable("SSL_CERT_FILE"), variable("SSL_CERT_DIR"), "SSL_CERT_FILE"};
}

void believe(CURL* curl, const Authorities& authorities) {
  if (!authorities.file.empty()) {
    curl_easy_setopt(curl, CURLOPT_CAINFO, authorities.file.c_str());
    curl_easy_setopt(curl, CURLOPT_PROXY_CAINFO, authorities.file.c_str());
  }
  if (!authorities.folder.empty()) {
    curl_easy_setopt(curl, CURLOPT_CAPATH, authorities.folder.c_str());
    curl_easy_setopt(curl, CURLOPT_PROXY_CAPATH, authorities.folder.c_str());
  }
}

Error refused_certificate(CURL* curl, const Authorities& authorities, const std::string& host,
                          const std::string& reason) {
  const auto of_proxy = verify_result(curl, CURLINFO_PROXY_SSL_VERIFYRESULT);
  const auto whose =
      of_proxy != X509_V_OK ? std::string("the proxy's certificate") : fmt::format("the certificate of '{}'", host);
  switch (of_proxy != X509_V_OK ? of_proxy : verify_result(curl, CURLINFO_SSL_VERIFYRESULT)) {
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
      return Error(Exit::network, whose + " is of no authority that is believed here")
          .hint(authorities.file.empty() ? of_this_machine
                                         : fmt::format("the authority's certificate is to be in {}, which {} names",
                                                       authorities.file, authorities.file_variable));
    case X509_V_ERR_CERT_HAS_EXPIRED:
      return Error(Exit::network, whose + " has expired")
          .hint("is this machine's clock right? If it is, name another mirror until the certificate is renewed");
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return Error(Exit::network, whose + " is not valid yet").hint("is this machine's clock right?");
    case X509_V_OK:  // the name is compared by curl, which leaves the result at one of these two
    case X509_V_ERR_UNSPECIFIED:
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
      return Error(Exit::network, whose + " is made out to another name")
          .hint(
              "is the address right? Something between here and the server may have answered in its place, such as a "
              "proxy or a login page");
    default: return Error(Exit::network, whose + " is refused: " + reason);
  }
}

Error no_authorities(const Authorities& authorities) {
  if (authorities.file.empty()) {
    return Error(Exit::network, "this machine has no certificates of authorities to believe a server's by")
        .hint(of_this_machine);
  }
  return Error(Exit::usage, "holds no certificate that can be read")
      .at(authorities.file)
      .hint(authorities.file_variable + " names it; it is to be a file of PEM certificates");
}

}  // namespace debone::archive
