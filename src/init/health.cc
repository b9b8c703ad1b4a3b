#include "init/health.h"

#include "init/failure.h"
#include "init/fcgi.h"
#include "init/probe.h"
#include "init/supervise.h"
#include "init/text.h"

namespace debone::init {
namespace {

// HOST:PORT, a path or an URL, as the kind has it.
Target target_for(const std::string& kind, const std::string& address) {
  if (kind == "http") return target_of(address.starts_with("http") ? address : "http://" + address);
  if (kind == "fcgi") return target_of((address.starts_with('/') ? "unix://" : "tcp://") + address);
  if (kind == "tcp" || kind == "unix" || kind == "file") return target_of(kind + "://" + address);
  throw Failure{cat("'", kind, "' is none of tcp, http, fcgi, unix, file")};
}

}  // namespace

std::string ask(const Health& health) {
  std::vector<Target> targets;
  for (const auto& address : health.addresses) targets.push_back(target_for(health.kind, address));
  if (health.kind == "fcgi") fcgi_request(health.path);  // refuses a path that cannot be asked for
  Processes processes;
  for (std::size_t i = 0; i < targets.size(); ++i) {
    const auto& target = targets[i];
    const auto reason = run_probe(
        processes,
        [&] {
          return health.kind == "fcgi" ? probe_fcgi(target, health.path, health.timeout)
                                       : probe(target, health.timeout);
        },
        health.timeout);
    if (!reason.empty()) return cat(health.addresses[i], ": ", reason);
  }
  return {};
}

}  // namespace debone::init
