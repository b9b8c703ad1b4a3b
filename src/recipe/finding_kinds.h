// What a check of an image may find (check/check.h), by the ids that a recipe's `allow:`, the command line and the
// reports name. An id stays the same. docs/check.md lists them; a test holds the page to this list.
#pragma once

#include <array>
#include <string_view>

namespace debone::recipe {

struct FindingKind {
  std::string_view id;
  std::string_view meaning;
  std::string_view way_out;
};

// Sorted by id.
inline constexpr std::array<FindingKind, 18> finding_kinds{{
    {"dangling-link", "An absolute link leads to nothing in the image",
     "Add the package that brings its target, cut the link, or declare a volume where the target is mounted"},
    {"entrypoint-missing", "What a container of the image starts is not there",
     "Name its path, or add the package that brings it"},
    {"entrypoint-not-a-program",
     "What a container starts is neither a whole ELF program nor a script with an interpreter",
     "Start the program that reads it, or mend the file"},
    {"entrypoint-not-executable", "The image's user may not execute what a container starts",
     "Give it permissions 0o755 under paths"},
    {"interpreter-missing",
     "What the image starts, or a script in a program directory, names an interpreter or a loader that is not there",
     "Add the package that brings the interpreter, or cut the script"},
    {"library-missing", "An ELF file needs a library that is not where the loader looks for it",
     "Add the package that has the library, name its directory in LD_LIBRARY_PATH, or cut the file"},
    {"library-private", "A file that no program needs, a plugin, needs a library that is only in a private directory",
     "Start the program that loads it; where that fails, name the directory in LD_LIBRARY_PATH"},
    {"md5sum-wrong", "A file is not what the md5sums of its package in /var/lib/dpkg/status.d say, or is not there",
     "Build the image from its packages anew; a file that is meant to differ belongs under the recipe's paths"},
    {"owner-unknown", "A uid or gid that owns files has no name in /etc/passwd or /etc/group",
     "Name base-passwd, which has Debian's own accounts, or state the account under accounts"},
    {"package-manager", "A program directory holds a package manager",
     "Leave out the package that brings it, or take apt's full closure (`closure: full`)"},
    {"path-twice", "A layer holds a path that a layer below, or the same one, has too",
     "Make the file right in the layer that brings it; what is hidden is still shipped"},
    {"private-key", "A private key in PEM that no package ships",
     "Leave it out (.deboneignore) and mount it where the image runs"},
    {"run-as-unknown", "The user or the group that the image runs as has no entry in /etc/passwd or /etc/group",
     "State it under accounts"},
    {"set-id", "A file runs with the rights of its owner or group, whoever starts it",
     "Take the bit away under paths: {path: ..., type: permissions, permissions: 0o755}"},
    {"shell", "A program directory holds a shell",
     "Leave out the package that brings it, or take apt's full closure (`closure: full`)"},
    {"time-zone-missing", "The time zone that debone-init keeps the image's schedule by is not there",
     "Add tzdata; on Debian 13 tzdata-legacy has zones' former names"},
    {"work-dir-missing", "The directory that the image starts in is not there", "Make it under paths"},
    {"world-writable", "Everybody may write a file, or a directory without the sticky bit",
     "Take the bit away under paths: {path: ..., type: permissions, permissions: ...}"},
}};

}  // namespace debone::recipe
