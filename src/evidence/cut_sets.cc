#include "evidence/cut_sets.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "evidence/kinds.h"
#include "recipe/cuts.h"

namespace debone::evidence {
namespace {

bool is_shell_script(const package::File& content) { return is_shell(content.interpreter); }

// As CutSet, the globs in their written form, separated by blanks.
struct Text {
  std::string_view name;
  std::string_view summary;
  bool by_default = false;
  std::string_view globs;
  std::string_view except = {};
  bool (*holds)(const package::File& content) = nullptr;
};

constexpr std::array<Text, recipe::cut_set_names.size()> texts{{
    // What copyright is, is not said here: it stays under any rule that does not name it.
    {.name = "no-docs",
     .summary = "Documentation, but for copyright and NOTICE files",
     .by_default = true,
     .globs = "/usr/share/{doc,doc-base,gtk-doc,devhelp,help,gnome/help,omf,javadoc}"},
    {.name = "no-man",
     .summary = "Manual pages",
     .by_default = true,
     .globs = "/usr/{,local/}{,share/}man /usr/share/postgresql/*/man /usr/lib/jvm/*/man"},
    {.name = "no-info", .summary = "GNU info pages", .by_default = true, .globs = "/usr/{,local/}{,share/}info"},
    {.name = "no-locales",
     .summary = "Translations of messages, help and manual pages, but for English; C.UTF-8 is no translation",
     .by_default = true,
     // Files right in usr/share/locale speak of all languages: locale.alias.
     .globs = "/usr/share/locale/*/** /usr/share/locale-langpack/*/** /usr/share/{help,gnome/help/*}/*/** "
              "/usr/share/man/*/man*/*",
     .except = "/usr/share/{locale,locale-langpack,help,gnome/help/*,man}/{C,en}{,[_.@]*}"},
    {.name = "no-lintian",
     .summary = "What only those who make and report on packages read: lintian overrides, scripts for bug reports",
     .by_default = true,
     .globs = "/usr/share/{lintian,bug,reportbug,apport/package-hooks}"},
    {.name = "no-shell-scripts",
     .summary = "Scripts that a shell runs, wherever they lie",
     .globs = "/**",
     .holds = is_shell_script},
    // The core set is that of glibc's iconvdata/gconv-modules, the same for all architectures; s390x has faster ones of
    // its own. gconv-modules.cache speaks of all: without it the C library reads gconv-modules.
    {.name = "no-gconv-extra",
     .summary = "glibc's converters for character sets other than Unicode's, ISO-8859-1, ISO-8859-15 and CP1252",
     .globs = "/usr/lib*/**/gconv/{*.so,gconv-modules.cache,gconv-modules.d/gconv-modules-extra.conf}",
     .except = "/usr/lib*/**/gconv/{ANSI_X3.110,CP1252,ISO8859-1,ISO8859-15,UNICODE,UTF-7,UTF-16,UTF-32}.so "
               "/usr/lib*/**/gconv/*_{Z9,Z900}.so"},
    {.name = "no-static-libs",
     .summary = "Static libraries",
     // Not .la: ImageMagick finds its modules by them.
     .globs = "/usr/lib*/**/*.a /usr/*-linux-*/lib*/**/*.a"},
    {.name = "no-dev",
     .summary =
         "What only compilers, build systems and debuggers read: headers, pkg-config and CMake files and the like",
     .globs = "/usr/include /usr/*-linux-*/include /usr/lib/*/perl/*/CORE /usr/lib/jvm/*/include /usr/share/R/include "
              "/usr/lib*/**/pkgconfig /usr/share/pkgconfig /usr/lib*/{,*/}cmake /usr/share/cmake /usr/share/aclocal "
              "/usr/share/{vala,gir-1.0,gdb,gcc,systemtap} /usr/lib/postgresql/*/lib/pgxs /usr/lib/debug"},
    // Not sysusers.d and tmpfiles.d: they say which accounts and folders an image needs.
    {.name = "no-admin",
     .summary = "What administers a machine: systemd units, init.d, cron, logrotate, udev rules, completion for shells",
     .globs =
         "/{etc,usr/lib}/systemd/{system,user,system-preset,user-preset} /etc/init.d /etc/rc[0-9S].d /etc/insserv* "
         "/etc/cron* /etc/anacrontab /etc/logrotate* /etc/logcheck /etc/ufw /etc/apparmor* /usr/share/apparmor* "
         "/{etc,usr/lib}/udev/{rules.d,hwdb.d} /etc/network/if-*.d /etc/ppp/ip-*.d /etc/dhcp/dhclient-*-hooks.d "
         "/{etc,usr/lib}/NetworkManager/dispatcher.d /{etc,usr/lib}/kernel /etc/update-motd.d "
         "/usr/share/initramfs-tools /usr/share/bash-completion /etc/bash_completion* "
         "/usr/share/zsh/{vendor-completions,site-functions} /usr/share/fish/{completions,vendor_completions.d}"},
    {.name = "no-desktop",
     .summary = "What only a desktop shows: icons, menu entries, descriptions for software catalogues",
     .globs = "/usr/share/{icons,pixmaps,applications,menu,metainfo,appdata,app-info}"},
}};
static_assert(std::ranges::equal(texts, recipe::cut_set_names, {}, &Text::name));

std::vector<base::Glob> compiled(std::string_view globs) {
  std::vector<base::Glob> all;
  for (const auto text : base::words(globs)) {
    for (auto& glob : recipe::globs_of(text)) all.push_back(std::move(glob));
  }
  return all;
}

}  // namespace

const std::vector<CutSet>& cut_sets() {
  static const auto sets = [] {
    std::vector<CutSet> all;
    for (const auto& text : texts) {
      all.push_back(
          {text.name, text.summary, text.by_default, compiled(text.globs), compiled(text.except), text.holds});
    }
    return all;
  }();
  return sets;
}

}  // namespace debone::evidence
