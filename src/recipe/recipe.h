// A recipe as the user means it: validated, defaults filled in, every path a RelPath, includes merged. Whoever holds
// a Recipe needs no further check of its form.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/rel_path.h"

namespace debone::recipe {

// Where a thing stands in the recipe's text, for errors: "php-fpm.yaml:7:5".
struct Place {
  std::string file;
  int line = 0;    // from 1
  int column = 0;  // from 1
  std::string str() const;
};

// `extends:`: the image that this one begins with, layer by layer.
struct Extends {
  std::string written;         // "php-fpm", "../base.yaml", "./base.tar"
  std::filesystem::path path;  // of a recipe's file or an image, absolute; empty: a recipe of the catalog
  bool is_image = false;       // an OCI layout or an archive, not a recipe
  Place place = {};
};

// {debian: trixie}: main, -updates and -security with Debian's own keyring.
struct DebianSource {
  std::string codename;  // "trixie"
  std::vector<std::string> components{"main"};
  std::optional<std::string> mirror;  // the recipe's `mirror:`; else archive's rules
  std::optional<std::string> security_mirror;
  // Where old versions are: the archives at a time lie below it in debian/TIME/ and debian-security/TIME/.
  std::optional<std::string> snapshot;
};

// A key of a repository: a file (relative to the recipe) or a URL, with a fingerprint where it is a URL.
struct Key {
  std::string location;                    // an absolute path, or http(s)://...
  std::optional<std::string> fingerprint;  // 40 or 64 upper-case hex digits
};

// {name, url, suite, components, key}: any other signed repository, http(s): or file:.
struct AptSource {
  std::string name;
  std::string url;
  std::string suite;                    // "buster", or "./" style with a trailing slash for a flat one
  std::vector<std::string> components;  // empty for a flat repository
  Key key;
  std::optional<std::string> snapshot;  // likewise, in TIME/
};

// {deb: ./x.deb}: a local package, trusted since it is the user's own file.
struct DebSource {
  std::filesystem::path path;  // absolute
  std::string written = {};    // as the recipe has it: "./x.deb"
};

struct Source {
  std::variant<DebianSource, AptSource, DebSource> what;
  std::vector<std::string> packages;  // where not empty: all that this source may supply
  Place place;
  std::optional<int> priority = {};  // as in apt_preferences(5); else that of its Release
};

// A requested package, with a pin or without.
struct Request {
  std::string name;
  std::string version;  // of `name=version`; empty: any
  std::string suite;    // of `name/suite`, a suite's Suite or Codename; empty: any
  Place place;
  std::string architecture = {};  // of `name:architecture`; empty: the one that is built for
};

// `closure: full` is what apt would install; lean is what the image needs of it.
enum class ClosureMode { lean, full };

// An item of `keep:` or `exclude:`: what evidence says of a package is overruled.
struct Overrule {
  std::string package;
  std::string reason;  // the user's own words, never empty
  Place place;
};

// An item of `contents: files:`: files of a package without what it depends on, and without what its scripts do.
struct PackageFiles {
  Request package;
  std::vector<std::string> paths;  // globs as those of `cuts:`, never empty
  Place place = {};
};

// An item of `cuts:`: a named set ("no-docs") or a glob ("/usr/share/foo/**"), added or, with a `!` before it,
// restored.
struct CutItem {
  std::string what;  // without the `!`
  bool restore = false;
  Place place;
};

struct Group {
  std::string name;
  std::uint32_t gid = 0;
  std::vector<std::string> members;
};

struct User {
  std::string name;
  std::uint32_t uid = 0;
  std::uint32_t gid = 0;
  std::string home = "/nonexistent";
  std::string shell = "/usr/sbin/nologin";
  std::string gecos;
};

enum class PathType { directory, file, tree, symlink, permissions };

// One item of `paths:`.
struct PathItem {
  base::RelPath path;
  PathType type = PathType::directory;
  std::optional<std::uint32_t> uid;
  std::optional<std::uint32_t> gid;
  std::optional<std::uint32_t> permissions;     // the twelve bits
  bool recursive = false;                       // of `permissions`
  std::optional<std::string> content;           // of `file`: literal text ...
  std::optional<std::filesystem::path> source;  // ... or a file; of `tree`: a directory. Absolute.
  std::string link_target;                      // of `symlink`, its `source:` key, as written
  Place place;
};

// What a package's maintainer scripts do, stated by the recipe since the package's scripts are known to nobody
// else: its paths and accounts are applied after the package's files.
struct StatedEffects {
  std::string package;
  std::vector<User> users;
  std::vector<Group> groups;
  std::vector<PathItem> paths;
  Place place;
};

// An item of `debconf:`: the answer to a question that a package asks when it is installed (debconf-devel(7)).
struct DebconfAnswer {
  std::string question;  // "tzdata/Areas"
  std::string value;
  Place place = {};
};

// An item of `allow:`: a finding of check:: that is accepted.
struct Allowance {
  std::string id;                     // of recipe::finding_kinds
  std::optional<base::RelPath> path;  // nothing: wherever it is found
  std::string reason;                 // the user's own words, never empty
  Place place = {};
};

// An item of `layers:`: a package, or a path and all below it, that gets a layer of its own.
struct OwnLayer {
  std::string package;  // empty: a path
  base::RelPath path;
  Place place = {};
};

// What `init:` says (init_block.h), as far as others than debone-init ask.
struct Init {
  std::vector<std::string> programs;  // that it starts, as written: its process or its jobs first, then its steps
  std::string time_zone;              // that its schedule reads: "Europe/Berlin"; empty for UTC or without a schedule
  Place place;
};

// See variants.h.
enum class Variant { latest, nonroot, debug, debug_nonroot };

struct Recipe {
  std::string name;
  std::string file;  // how errors name it
  std::optional<Extends> extends;
  std::vector<Source> sources;  // those of the recipes that it extends too; empty only of one that extends an image
  std::vector<Request> packages;
  std::vector<PackageFiles> files;  // none of a package in `packages`, none twice
  ClosureMode closure = ClosureMode::lean;
  std::vector<Overrule> keep;     // in the recipe's order
  std::vector<Overrule> exclude;  // likewise; none is in both
  std::vector<CutItem> cuts;      // likewise; of those that fit a path the last decides
  std::vector<User> users;
  std::vector<Group> groups;
  std::string run_as;  // a user's name, "UID", or "UID:GID"; empty: root
  std::map<std::string, std::string> environment;
  std::vector<PathItem> paths;  // in the recipe's order
  std::vector<std::string> entrypoint;
  std::vector<std::string> cmd;
  // debone-init starts the image: it is the entrypoint, and its configuration is the first of `paths`.
  std::optional<Init> init;
  std::string work_dir;              // absolute, or empty
  std::string stop_signal;           // "SIGQUIT", or empty
  std::vector<std::string> volumes;  // absolute paths
  std::vector<std::string> ports;    // "9000/tcp"
  std::map<std::string, std::string> annotations;
  std::vector<std::string> archs;  // Debian's names: "amd64"; empty: the machine's own
  std::vector<StatedEffects> effects;
  std::vector<DebconfAnswer> debconf;  // in the recipe's order
  std::vector<Allowance> allow;        // likewise
  std::vector<OwnLayer> layers;        // likewise
  std::vector<Variant> variants;       // empty where the recipe names none; else with `latest` first
  Place variants_place;

  // The program that a container of it is there for, as written; empty for none. It is not debone-init.
  std::string starts() const;
};

}  // namespace debone::recipe
