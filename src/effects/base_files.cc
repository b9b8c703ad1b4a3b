#include <fmt/format.h>
#include <array>
#include <utility>

#include "effects/finishers.h"
#include "effects/owners.h"

namespace debone::effects {
namespace {

// The script makes /usr/local for its group staff where this file is, and names the directories itself.
void make_local(Context& context, const Owners& owners, std::string_view script) {
  const bool staff = context.has(at("etc/staff-group-for-usr-local"));
  const auto make = [&](std::string_view path) {
    if (staff)
      context.make_directory(at(path), 02775, {0, owners.gid("staff").value_or(0)});
    else
      context.make_directory_if_absent(at(path));
  };
  make("usr/local");
  for (const std::string_view name :
       {"share", "share/man", "bin", "games", "lib", "libexec", "include", "sbin", "src", "etc"}) {
    const auto path = fmt::format("usr/local/{}", name);
    if (script.find(fmt::format("install_local_dir /{}\n", path)) != std::string_view::npos) make(path);
  }
  context.link_if_absent(at("usr/local/man"), "share/man");
}

// A directory of the package that its script makes a link; what other packages put there moves along.
void migrate(Context& context, std::string_view path, std::string_view target) {
  const auto* node = context.tree.find(context.tree.resolve(at(path), false));
  if (node != nullptr && node->type == tree::NodeType::symlink) return;
  context.tree.replace_directory_by_link(at(path), std::string(target), context.input.created, context.origin);
}

}  // namespace

void base_files(Context& context) {
  const Owners owners(context.tree);
  const auto gid = [&](std::string_view group) { return Owner{0, owners.gid(group).value_or(0)}; };

  if (context.has(at("etc/dpkg/origins/debian"))) context.link_if_absent(at("etc/dpkg/origins/default"), "debian");

  constexpr std::array<std::pair<std::string_view, std::string_view>, 4> defaults{{
      {"dot.profile", "root/.profile"},
      {"dot.bashrc", "root/.bashrc"},
      {"profile", "etc/profile"},
      {"motd", "etc/motd"},
  }};
  for (const auto& [from, to] : defaults)
    context.copy_if_absent(at(fmt::format("usr/share/base-files/{}", from)), at(to));

  for (const std::string_view path : {"mnt", "srv", "opt", "etc/opt", "var/opt", "media"})
    context.make_directory_if_absent(at(path));
  context.make_directory_if_absent(at("var/mail"), 02775, gid("mail"));
  context.link_if_absent(at("var/spool/mail"), "../mail");
  context.make_directory_if_absent(at("run/lock"), 01777);
  migrate(context, "var/run", "/run");
  migrate(context, "var/lock", "/run/lock");

  if (const auto* package = context.package("base-files")) {
    const auto script = package->control_files.find("postinst");
    make_local(context, owners, script == package->control_files.end() ? std::string_view{} : script->second);
  }

  // Records of logins: who reads them expects them to be there.
  context.write_if_absent(at("var/log/wtmp"), "", 0664, gid("utmp"));
  context.write_if_absent(at("var/log/btmp"), "", 0660, gid("utmp"));
  context.write_if_absent(at("var/log/lastlog"), "", 0664, gid("utmp"));

  if (context.is_directory(at("usr/share/info")))
    context.copy_if_absent(at("usr/share/base-files/info.dir"), at("usr/share/info/dir"));
}

}  // namespace debone::effects
