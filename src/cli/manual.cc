#include "cli/manual.h"

namespace debone::cli {

std::vector<ManualSection> manual_sections() {
  return {{"Exit status",
           {{"0", "done"},
            {"1", "the thing asked about does not hold: a check, a difference"},
            {"2", "the command line or the recipe is wrong"},
            {"3", "the network or a source could not be had"},
            {"4", "a signature, a hash or an expiry date"},
            {"5", "debone or the machine"},
            {"other", "debone run, trace: the program's own, and 125 to 127 for failures of debone"}}},
          {"Environment",
           {{"DEBONE_STORE", "where fetched files are kept; else $XDG_CACHE_HOME/debone or ~/.cache/debone"},
            {"DEBONE_DEBIAN_MIRROR, DEBONE_DEBIAN_SECURITY_MIRROR",
             "where Debian is fetched from; else this machine's apt sources say"},
            {"DEBONE_DEBIAN_SNAPSHOT",
             "where versions are fetched from that the mirrors have dropped; else snapshot.debian.org"},
            {"DEBONE_DEBIAN_KEYRING", "the keyring that Debian's suites are verified with"},
            {"DEBONE_EFFECTS", "a folder whose *.yaml are read after the program's own table of effects"},
            {"DEBONE_STALL_SECONDS", "after how long a server that sends next to nothing is given up (30)"},
            {"DEBONE_RETRY_DELAY_MS",
             "how long the first of three new tries is waited for, each further twice as long (500)"},
            {"http_proxy, https_proxy, all_proxy, no_proxy", "the proxy to fetch through, as curl has them"},
            {"CURL_CA_BUNDLE, SSL_CERT_FILE, SSL_CERT_DIR",
             "the authorities that an https server is believed by, as curl has them: the first, a file of PEM "
             "certificates, "
             "or else the others, a file and a folder as openssl-rehash makes it; else those of the package "
             "ca-certificates"},
            {"SOURCE_DATE_EPOCH", "the image's date, in seconds since 1970"},
            {"TMPDIR", "where temporary files go; else /tmp"},
            {"NO_COLOR", "no colours on a terminal"}}}};
}

}  // namespace debone::cli
