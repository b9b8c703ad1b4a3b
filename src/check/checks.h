// The checks of check::image, each adding what it finds.
#pragma once

#include <vector>

#include "check/check.h"
#include "recipe/recipe.h"
#include "tree/tree.h"

namespace debone::check {

using Findings = std::vector<Finding>;

// What the container starts (the entrypoint, or else the command) is found as execvp finds it with the image's PATH,
// may be executed, and has the loader or interpreter that it names. Ids: entrypoint-missing, entrypoint-not-executable,
// entrypoint-not-a-program, interpreter-missing.
void entrypoint(const tree::Tree& tree, const recipe::Recipe& recipe, Findings& findings);

// run-as is a user of the image, by name or number; work-dir is a directory of it.
// Ids: run-as-unknown, work-dir-missing.
void process_settings(const tree::Tree& tree, const recipe::Recipe& recipe, Findings& findings);

// Every owner of a file has a name (reported). Ids: owner-unknown.
void owners(const tree::Tree& tree, Findings& findings);

// Absolute links that effects made lead somewhere, but for those to what a running system mounts. Ids: dangling-link.
void effect_links(const tree::Tree& tree, Findings& findings);

// Shells in the program directories and set-user-id or set-group-id files, one finding each; reported under apt's full
// closure. Ids: set-id, shell.
void attack_surface(const tree::Tree& tree, const recipe::Recipe& recipe, Findings& findings);

// Every library that an ELF file NEEDs is there, of its class and machine: where the loader looks, or in a private
// directory, which is whose program adds to that. Ids: library-missing.
void libraries(const tree::Tree& tree, const recipe::Recipe& recipe, const std::vector<Lack>& debians_own,
               Findings& findings);

// Private keys in PEM among the files that no package brings: what a package ships is public, but a file of the user's
// or one that an effect made would be copied to whoever has the image. Ids: private-key.
void private_keys(const tree::Tree& tree, Findings& findings);

}  // namespace debone::check
