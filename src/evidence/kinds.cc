#include "evidence/kinds.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "package/merged_path.h"
#include "package/shells.h"

namespace debone::evidence {
namespace {

template <std::size_t N>
bool is_below_any(std::string_view path, const std::array<std::string_view, N>& directories) {
  return std::ranges::any_of(directories, [&](std::string_view directory) { return path.starts_with(directory); });
}

struct Family {
  std::string_view directory;  // with its trailing slash; below usr/, where a TRIPLET may stand after lib/
  std::string_view name;
};

// perl's policy 2.x, python's 3.x, ruby's, Tcl's, Lua's, Node's, PHP's PEAR, Java's, Emacs', Guile's, R's, Erlang's.
constexpr std::array<Family, 30> families{{
    {"share/perl/", "perl"},
    {"share/perl5/", "perl"},
    {"lib/perl/", "perl"},
    {"lib/perl5/", "perl"},
    {"lib/perl-base/", "perl"},
    {"lib/python3/", "python"},
    {"lib/python3.", "python"},
    {"share/python3/", "python"},
    {"share/python/", "python"},
    {"share/dh-python/", "python"},
    {"lib/ruby/", "ruby"},
    {"share/ruby/", "ruby"},
    {"share/rubygems-integration/", "ruby"},
    {"share/ruby-", "ruby"},
    {"share/tcltk/", "tclsh"},
    {"lib/tcltk/", "tclsh"},
    {"lib/tcl", "tclsh"},
    {"share/lua/", "lua"},
    {"lib/lua/", "lua"},
    {"share/nodejs/", "node"},
    {"lib/nodejs/", "node"},
    {"share/php/", "php"},
    {"share/pear/", "php"},
    {"share/java/", "java"},
    {"share/maven-repo/", "java"},
    {"share/emacs/site-lisp/", "emacs"},
    {"share/guile/", "guile"},
    {"lib/guile/", "guile"},
    {"lib/R/", "R"},
    {"lib/erlang/", "erl"},
}};

bool is_triplet(std::string_view name) { return name.find("-linux-") != std::string_view::npos; }

}  // namespace

std::string_view last_component(std::string_view path) { return path.substr(path.rfind('/') + 1); }

std::string_view directory_of(std::string_view path) {
  const auto slash = path.rfind('/');
  return slash == std::string_view::npos ? std::string_view() : path.substr(0, slash);
}

std::string merged(std::string_view path) { return package::merged_path(path); }

bool is_program_path(std::string_view path) {
  constexpr std::array<std::string_view, 5> directories{"usr/bin", "usr/sbin", "usr/games", "usr/local/bin",
                                                        "usr/local/sbin"};
  return std::ranges::find(directories, directory_of(path)) != directories.end();
}

bool is_documentation(std::string_view path) {
  constexpr std::array<std::string_view, 14> directories{
      "usr/share/doc/",  "usr/share/man/",      "usr/share/info/",     "usr/share/locale/",       "usr/share/lintian/",
      "usr/share/bug/",  "usr/share/pixmaps/",  "usr/share/doc-base/", "usr/share/applications/", "usr/share/gtk-doc/",
      "usr/share/help/", "usr/share/metainfo/", "usr/share/appdata/",  "usr/share/icons/hicolor/"};
  return is_below_any(path, directories);
}

bool is_administration(std::string_view path) {
  constexpr std::array<std::string_view, 52> directories{"etc/sv/",
                                                         "etc/xdg/systemd/",
                                                         "etc/xdg/autostart/",
                                                         "usr/lib/lsb/",
                                                         "usr/lib/pam.d/",
                                                         "usr/lib/runit-helper/",
                                                         "usr/share/runit/",
                                                         "etc/init.d/",
                                                         "etc/init/",
                                                         "etc/rc",
                                                         "etc/cron",
                                                         "etc/logrotate.d/",
                                                         "etc/logcheck/",
                                                         "etc/default/",
                                                         "etc/insserv",
                                                         "etc/apparmor",
                                                         "etc/apport/",
                                                         "etc/bash_completion.d/",
                                                         "etc/ufw/",
                                                         "etc/needrestart/",
                                                         "etc/network/",
                                                         "etc/dhcp/",
                                                         "etc/ppp/",
                                                         "etc/resolvconf/",
                                                         "etc/systemd/",
                                                         "etc/udev/",
                                                         "etc/modprobe.d/",
                                                         "etc/modules-load.d/",
                                                         "etc/sysctl.d/",
                                                         "etc/tmpfiles.d/",
                                                         "etc/profile.d/",
                                                         "etc/skel/",
                                                         "etc/alternatives/",
                                                         "etc/kernel/",
                                                         "etc/initramfs-tools/",
                                                         "etc/X11/Xsession.d/",
                                                         "usr/lib/systemd/",
                                                         "usr/lib/udev/",
                                                         "usr/lib/modprobe.d/",
                                                         "usr/lib/sysctl.d/",
                                                         "usr/lib/sysusers.d/",
                                                         "usr/lib/tmpfiles.d/",
                                                         "usr/lib/environment.d/",
                                                         "usr/lib/init/",
                                                         "usr/share/bash-completion/",
                                                         "usr/share/zsh/",
                                                         "usr/share/fish/",
                                                         "usr/share/debconf/",
                                                         "usr/share/initramfs-tools/",
                                                         "usr/share/apport/",
                                                         "usr/share/debianutils/",
                                                         "usr/share/polkit-1/"};
  return is_below_any(path, directories);
}

bool is_init_system(std::string_view package) {
  constexpr std::array<std::string_view, 9> names{"openrc",         "runit",   "systemd",
                                                  "systemd-sysv",   "sysv-rc", "sysvinit-core",
                                                  "sysvinit-utils", "udev",    "initscripts"};
  return std::ranges::find(names, package) != names.end();
}

bool is_development(std::string_view path) {
  constexpr std::array<std::string_view, 6> directories{"usr/include/",       "usr/share/gcc/",  "usr/share/gdb/",
                                                        "usr/share/aclocal/", "usr/share/vala/", "usr/lib/linux/uapi/"};
  return is_below_any(path, directories) || path.find("/pkgconfig/") != std::string_view::npos ||
         path.find("/cmake/") != std::string_view::npos || path.ends_with(".a") || path.ends_with(".la") ||
         path.ends_with(".o");
}

bool is_library_directory(std::string_view directory) {
  if (directory == "usr/lib" || directory == "usr/lib64" || directory == "usr/lib32" || directory == "usr/libx32" ||
      directory == "usr/local/lib")
    return true;
  return directory_of(directory) == "usr/lib" && is_triplet(last_component(directory));
}

std::optional<std::string_view> module_family(std::string_view path) {
  if (!path.starts_with("usr/")) return std::nullopt;
  auto below = std::string(path.substr(4));
  if (below.starts_with("lib/")) {
    const auto next = std::string_view(below).substr(4);
    const auto name = next.substr(0, next.find('/'));
    if (is_triplet(name) && name.size() < next.size()) below = "lib" + std::string(next.substr(name.size()));
  }
  const auto found =
      std::ranges::find_if(families, [&](const Family& family) { return below.starts_with(family.directory); });
  if (found == families.end()) return std::nullopt;
  return found->name;
}

bool is_interpreter(std::string_view program, std::string_view family) {
  const auto name = last_component(program);
  if (!name.starts_with(family)) return false;
  return std::ranges::all_of(name.substr(family.size()), [](char c) { return base::is_digit(c) || c == '.'; });
}

bool is_library_of(std::string_view library, std::string_view family) {
  const auto name = last_component(library);
  return name.starts_with("lib") && name.substr(3).starts_with(family);
}

bool serves_maintainer_scripts(std::string_view path) {
  constexpr std::array<std::string_view, 3> directories{"usr/share/perl5/Debian/", "usr/share/perl5/Debconf/",
                                                        "usr/share/perl5/Dpkg/"};
  return is_below_any(path, directories);
}

bool is_packaging(std::string_view path) {
  constexpr std::array<std::string_view, 4> directories{"usr/share/python3/", "usr/share/debhelper/", "usr/share/dh-",
                                                        "usr/share/php/debian/"};
  return serves_maintainer_scripts(path) || is_below_any(path, directories);
}

bool is_package_manager(std::string_view path) {
  const auto name = last_component(path);
  return name == "dpkg" || name.starts_with("dpkg-") || name == "apt" || name.starts_with("apt-") ||
         name == "update-alternatives";
}

bool is_shell(std::string_view path) { return package::is_shell(last_component(path)); }

}  // namespace debone::evidence
