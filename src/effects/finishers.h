// The steps of effects::apply, each in a file of its own. The list in effects.cc says which run for every image, and
// which only where an entry of the effects table names them.
#pragma once

#include "effects/context.h"

namespace debone::effects {

// /etc/passwd and /etc/group: base-passwd's masters, the recipe's accounts, sysusers.d; without base-passwd root alone
// and what is added; what scripts add. No shadow files: nothing in an image has a password. Throws Error (usage) for
// clashes and for a run-as name that is no user.
void accounts(Context& context);

// What the table says of the packages' scripts, step by step, but for accounts and alternatives.
void scripted(Context& context);

// The directories, links and first contents of base-files' postinst: /root's dotfiles, /etc/profile, /etc/motd,
// /usr/local, /var/run and /var/lock as links, /var/mail, the empty login records in /var/log.
void base_files(Context& context);

// What packages' own tmpfiles.d(5) files create on a running system: directories and links, without what is for boot
// alone. /run/php comes from here.
void tmpfiles(Context& context);

// update-alternatives: the best of the --install calls in all postinsts, with its slaves. dpkg's state of them in
// /var/lib/dpkg/alternatives is left out: there is no update-alternatives in an image that could use it.
void alternatives(Context& context);

// PHP's modules and settings for each SAPI: mods-available from /usr/share, php.ini, the conf.d links by priority, and
// the registry that phpenmod keeps in /var/lib/php/modules.
void php(Context& context);

// /etc/pam.d/common-* as pam-auth-update makes them of the templates in /usr/share/pam and of the profiles in
// /usr/share/pam-configs that are enabled by default. Throws Error (trust) at a profile or template that has not the
// form, where the real one would write something that PAM could not read.
void pam(Context& context);

// /etc/shells, of debianutils' own list, the packages' files in /usr/share/debianutils/shells.d, and the literal
// add-shell calls of the postinsts that name this.
void shells(Context& context);

// /etc/xml/catalog and /etc/xml/PACKAGE.xml of the update-xmlcatalog calls of the postinsts that name this. What was
// cut is in no catalog. Throws Error (trust) at a call that is none of a script of debhelper's, or that gives an
// identifier a second meaning.
void xml_catalogs(Context& context);

// /var/lib/sgml-base/supercatalog, which names each *.cat of /etc/sgml whose own catalogs are there, and the link to
// it.
void sgml_catalog(Context& context);

// /etc/mailcap of the entries in /usr/lib/mime/packages and of desktop files, as update-mime makes it.
void mailcap(Context& context);

// Ghostscript's font maps, cidfmap and Fontmap in /var/lib/ghostscript/fonts: each is the *.conf files of its directory
// in /etc/ghostscript in a row, as update-gsfontmap(8) makes it.
void ghostscript_fonts(Context& context);

// The recipe's `effects:` (accounts are in `accounts`) and its `paths:`, in the recipe's order: after what the scripts
// would have done, so that they can change it, and before what is computed of the whole tree.
void stated_paths(Context& context);

// ca-certificates' configuration, the bundle, the links by name and by hash in /etc/ssl/certs; certificates in
// /usr/local/share/ca-certificates belong to it.
void certificates(Context& context);

// Java's key store of the certificates that `certificates` made links for, with the aliases of ca-certificates-java; in
// the order of their aliases and with the image's date, where the real one has the order of a hash table and the time.
void java_keystore(Context& context);

// /etc/ld.so.cache as the image's own ldconfig would write it, and the soname links it would make.
void ld_so_cache(Context& context);

// /var/lib/dpkg/status.d: each package's stanza, and the md5sums of the files of it that ship.
void dpkg_status(Context& context);

}  // namespace debone::effects
