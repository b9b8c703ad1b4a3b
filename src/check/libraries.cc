#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string>
#include <utility>

#include "base/text.h"
#include "check/checks.h"
#include "check/loader.h"

namespace debone::check {
namespace {

using base::RelPath;
using Need = std::pair<RelPath, std::string>;  // a file, and the soname that it needs

// What the loader does not find.
struct Missing {
  std::set<Need> of_programs;  // which then do not start
  std::set<Need> of_others;    // that no program loads by its NEEDED: whoever loads them may have loaded more before
};

Missing missing_in(const tree::Tree& tree, Loader& loader) {
  Missing missing;
  std::set<RelPath> loaded;
  std::set<Need> found;
  const auto load = [&](const RelPath& file, std::set<Need>& lacks) {
    loaded.insert(file);
    loader.load(file, [&](const RelPath& by, const std::string& soname, bool is_found) {
      loaded.insert(by);
      (is_found ? found : lacks).emplace(by, soname);
    });
  };
  for (const auto& [path, elf] : loader.files()) {
    if (!elf.interpreter.empty() && tree::is_executable(*tree.find(path))) load(path, missing.of_programs);
  }
  for (const auto& [path, elf] : loader.files()) {
    if (!loaded.contains(path)) load(path, missing.of_others);
  }
  std::erase_if(missing.of_others, [&](const Need& need) { return found.contains(need); });
  return missing;
}

std::string not_there(const std::string& soname) {
  return fmt::format(
      "it needs {}, which nothing in the image is; add the package that has it to `packages`, or cut the file",
      base::printable(soname));
}

std::string not_searched(const std::string& soname, const RelPath& where) {
  return fmt::format(
      "it needs {}, and {} is where the loader does not look for it; name that directory in LD_LIBRARY_PATH under "
      "`environment`, or cut the file",
      base::printable(soname), base::printable(where.absolute()));
}

// A package's own mistake: on Debian the loader does not find it either.
bool is_debians_own(const Subject& subject, const Need& need, const std::optional<RelPath>& elsewhere) {
  const auto is_packages = [&](const RelPath& path) { return subject.tree.find(path)->origin.starts_with("package:"); };
  if (std::ranges::count(subject.debians_own, Lack{need.first.str(), need.second}) > 0) return true;
  return elsewhere && subject.cut_names && !subject.cut_names->contains(need.second) && is_packages(need.first) &&
         is_packages(*elsewhere);
}

}  // namespace

void libraries(const Subject& subject, Findings& findings) {
  Loader loader(subject.tree, subject.process.library_path);
  const auto missing = missing_in(subject.tree, loader);
  const auto add = [&](const Need& need, bool is_programs) {
    const auto& [path, soname] = need;
    const auto elsewhere = loader.anywhere(soname, loader.files().at(path));
    const bool is_private = elsewhere && !is_programs && !loader.is_searched(path.parent());
    if (subject.is_apts_choice || (!is_private && is_debians_own(subject, need, elsewhere))) {
      findings.push_back(
          {"library-missing", Severity::report, path.absolute(),
           fmt::format("{} needs {}, which {}", path.absolute(), base::printable(soname),
                       elsewhere ? "the loader does not find" : "none of its packages' dependencies has")});
    } else if (!elsewhere) {
      findings.push_back({"library-missing", Severity::failure, path.absolute(), not_there(soname)});
    } else if (!is_private) {
      findings.push_back({"library-missing", Severity::failure, path.absolute(), not_searched(soname, *elsewhere)});
    } else {
      findings.push_back({"library-private", Severity::report, path.absolute(),
                          fmt::format("it needs {}, which is only in a private directory: {}", base::printable(soname),
                                      base::printable(elsewhere->absolute()))});
    }
  };
  for (const auto& need : missing.of_programs) add(need, true);
  for (const auto& need : missing.of_others) {
    if (!missing.of_programs.contains(need)) add(need, false);
  }
}

}  // namespace debone::check
