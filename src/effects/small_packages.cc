// The postinsts that leave no more than a file or two.
#include <fmt/format.h>

#include "effects/finishers.h"
#include "effects/owners.h"

namespace debone::effects {
namespace {

// Whether the package's postinst holds this text: where versions of one script differ, its own words decide.
bool script_says(const Context& context, std::string_view package, std::string_view text) {
  const auto* deb = context.package(package);
  if (deb == nullptr) return false;
  const auto script = deb->control_files.find("postinst");
  return script != deb->control_files.end() && script->second.find(text) != std::string::npos;
}

}  // namespace

void netbase(Context& context) {
  context.write_if_absent(at("etc/hosts"),
                          "127.0.0.1\tlocalhost\n"
                          "::1\t\tlocalhost ip6-localhost ip6-loopback\n"
                          "ff02::1\t\tip6-allnodes\n"
                          "ff02::2\t\tip6-allrouters\n"
                          "\n");
  context.write_if_absent(at("etc/networks"),
                          "default\t\t0.0.0.0\n"
                          "loopback\t127.0.0.0\n"
                          "link-local\t169.254.0.0\n"
                          "\n");
}

void time_zone(Context& context) {
  context.link_if_absent(at("etc/localtime"), "/usr/share/zoneinfo/Etc/UTC");
  // trixie's script only keeps a file that is there up to date.
  if (!script_says(context, "tzdata", "if test -f \"$DPKG_ROOT/etc/timezone\""))
    context.write_if_absent(at("etc/timezone"), "Etc/UTC\n");
}

void name_service(Context& context) {
  context.copy_if_absent(at("usr/share/libc-bin/nsswitch.conf"), at("etc/nsswitch.conf"));
}

void fontconfig(Context& context) {
  const auto enable = [&](std::string_view name) {
    const auto available = fmt::format("usr/share/fontconfig/conf.avail/{}", name);
    if (context.has(at(available)))
      context.link_if_absent(at(fmt::format("etc/fonts/conf.d/{}", name)), "/" + available);
  };
  enable("10-hinting-slight.conf");
  enable(script_says(context, "fontconfig-config", "no_bitmaps=\"70-no-bitmaps-except-emoji.conf\"")
             ? "70-no-bitmaps-except-emoji.conf"
             : "70-no-bitmaps.conf");
  // bookworm's script gives the directory to staff whether /usr/local is staff's or not.
  const bool asks = script_says(context, "fontconfig-config", "/etc/staff-group-for-usr-local");
  if (!asks || context.has(at("etc/staff-group-for-usr-local")))
    context.make_directory_if_absent(at("usr/local/share/fonts"), 02775,
                                     {0, Owners(context.tree).gid("staff").value_or(0)});
  else
    context.make_directory_if_absent(at("usr/local/share/fonts"));
}

void systemd(Context& context) {
  context.write_if_absent(at("etc/machine-id"), "", 0444);
  context.make_directory_if_absent(at("var/log/journal"), 02755,
                                   {0, Owners(context.tree).gid("systemd-journal").value_or(0)});
}

}  // namespace debone::effects
