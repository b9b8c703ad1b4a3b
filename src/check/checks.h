// The checks of check::findings_of, each adding what it finds.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "check/check.h"
#include "tree/programs.h"

namespace debone::check {

using Findings = std::vector<Finding>;

// Whether programs are looked for in that directory.
bool is_program_directory(const base::RelPath& directory);

// What the container starts (the entrypoint, or else the command) is found as execvp finds it with the image's PATH,
// may be executed, and has the loader or interpreter that it names; likewise each program that debone-init starts. Ids:
// entrypoint-missing, entrypoint-not-executable, entrypoint-not-a-program, interpreter-missing.
void entrypoint(const Subject& subject, Findings& findings);

// The interpreter of every executable script in a program directory is there; where that is env(1), the program that
// env is to find (env's own absence is reported). Scripts elsewhere to which a link in a program directory leads are
// data that may be run otherwise: reported. Ids: interpreter-missing.
void interpreters(const Subject& subject, Findings& findings);

// The user (and group) of the process is one of the image, by name or number; its work directory is one of it,
// and so is the time zone that debone-init keeps its schedule by. Ids: run-as-unknown, time-zone-missing,
// work-dir-missing.
void process_settings(const Subject& subject, Findings& findings);

// Every owner of a file has a name; a finding for each number. Ids: owner-unknown.
void owners(const Subject& subject, Findings& findings);

// Absolute links lead somewhere, but for those to what a running system mounts, to a volume, and those that Debian
// leaves dangling by design. Ids: dangling-link.
void links(const Subject& subject, Findings& findings);

// Shells and package managers in the program directories, files that are set-user-id or set-group-id, and what
// everybody may write. All but the last are reported under apt's full closure.
// Ids: set-id, shell, package-manager, world-writable.
void attack_surface(const Subject& subject, Findings& findings);

// Every library that a program NEEDs, or a library that it loads, is where the loader looks for it, of its class and
// machine. So it is for other libraries; a file in a private directory that no program NEEDs is loaded by one that may
// have loaded another private library before, which is reported. Ids: library-missing, library-private.
void libraries(const Subject& subject, Findings& findings);

// The files that /var/lib/dpkg/status.d/*.md5sums list have those sums; listed files that are not there are reported,
// as other tools cut without a word. Ids: md5sum-wrong.
void md5sums(const Subject& subject, Findings& findings);

// Private keys in PEM among the files that no package brings (by their origin, or by dpkg's lists with their sums):
// what a package ships is public, but a file of the user's or one that an effect made would be copied to whoever has
// the image. Ids: private-key.
void private_keys(const Subject& subject, Findings& findings);

// No path twice across layers but those that effects write for the whole image. Ids: path-twice.
void repeats(const Subject& subject, Findings& findings);

}  // namespace debone::check
