// The options of every command that resolves or fetches: for which architectures, from where, and what is let pass.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "archive/archive.h"
#include "base/parallel.h"
#include "recipe/recipe.h"

namespace debone::cli {

struct ArchiveOptions {
  std::vector<std::string> archs;
  unsigned jobs = base::default_jobs();
  bool allow_expired = false;
  bool allow_older = false;
  bool offline = false;
  std::vector<std::string> sources;  // NAME=URL,KEYFILE
};

// --arch, of which `arch` says what it does, --jobs, --allow-expired, --allow-older, --offline, --source
void add_archive_options(CLI::App& app, ArchiveOptions& options, const std::string& arch);

// Likewise without --arch.
void add_source_options(CLI::App& app, ArchiveOptions& options);

// Throws Error (usage) where a --source is malformed or names none of the recipe's.
archive::Options archive_options(const ArchiveOptions& options, const recipe::Recipe& recipe);

// Those that --arch names, else the recipe's, else the machine's own.
std::vector<std::string> architectures(const ArchiveOptions& options, const recipe::Recipe& recipe);
// For what is about one: that of --arch, else the first of these. Throws Error (usage) where --arch names several.
std::string one_architecture(const ArchiveOptions& options, const recipe::Recipe& recipe);

}  // namespace debone::cli
