#include "effects/effects.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/error.h"
#include "base/text.h"
#include "effects/context.h"
#include "effects/finishers.h"

namespace debone::effects {
namespace {

struct Finisher {
  std::string_view name;
  void (*run)(Context&);
  // The packages whose maintainer scripts it stands for; a last '*' stands for any ending. It runs where one of them is
  // in the image. "*" alone: whatever the packages are.
  std::string_view packages;
};

// In this order: accounts first, since the rest looks names up in them; the recipe's own paths after all that scripts
// do; then what is computed of the whole tree, the packages' checksums last.
constexpr std::array<Finisher, 14> finishers{{
    {"accounts", accounts, "*"},  // base-passwd, and sysusers.d of all
    {"base-files", base_files, "base-files"},
    {"netbase", netbase, "netbase"},
    {"time-zone", time_zone, "tzdata"},
    {"name-service", name_service, "libc-bin"},
    {"fontconfig", fontconfig, "fontconfig-config"},
    {"systemd", systemd, "systemd"},
    {"tmpfiles", tmpfiles, "*"},
    {"alternatives", alternatives, "*"},
    {"php", php, "php*"},
    {"paths", stated_paths, "*"},
    {"certificates", certificates, "ca-certificates"},
    {"ld-so-cache", ld_so_cache, "*"},
    {"dpkg-status", dpkg_status, "*"},
}};

bool names(std::string_view pattern, std::string_view package) {
  if (!pattern.ends_with('*')) return pattern == package;
  return package.starts_with(pattern.substr(0, pattern.size() - 1));
}

bool applies(const Finisher& finisher, const Input& input) {
  return finisher.packages == "*" || std::ranges::any_of(*input.debs, [&](const package::Deb& deb) {
           return names(finisher.packages, deb.record.name);
         });
}

}  // namespace

void apply(tree::Tree& tree, const Input& input, base::Events& events) {
  for (const auto& finisher : finishers) {
    if (!applies(finisher, input)) continue;
    Context context{tree, input, events, fmt::format("effect:{}", finisher.name)};
    base::while_doing(fmt::format("applying the effects of {}", finisher.name), [&] { finisher.run(context); });
  }
}

}  // namespace debone::effects
