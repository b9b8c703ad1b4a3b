#include "cli/archive_options.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <map>

#include "base/error.h"
#include "base/text.h"
#include "cli/host.h"
#include "recipe/architectures.h"

namespace debone::cli {
namespace {

using base::Error;
using base::Exit;

// --source NAME=URL,KEYFILE
std::map<std::string, archive::Options::Replacement> replacements(const std::vector<std::string>& given,
                                                                  const recipe::Recipe& recipe) {
  std::vector<std::string> names;
  for (const auto& source : recipe.sources) {
    if (const auto* apt = std::get_if<recipe::AptSource>(&source.what)) names.push_back(apt->name);
  }
  std::map<std::string, archive::Options::Replacement> found;
  for (const auto& text : given) {
    const auto equals = text.find('=');
    const auto comma = text.rfind(',');
    if (equals == std::string::npos || comma == std::string::npos || equals == 0 || comma < equals + 2 ||
        comma + 1 == text.size()) {
      throw Error(Exit::usage, fmt::format("--source '{}' is not NAME=URL,KEYFILE", text))
          .hint("for example: --source vendor=http://127.0.0.1:8000/debian,./vendor.gpg");
    }
    const auto name = text.substr(0, equals);
    if (std::ranges::find(names, name) == names.end()) {
      throw Error(Exit::usage, fmt::format("--source names '{}', but {} has no source of that name", name, recipe.file))
          .hint(names.empty() ? "the recipe names none" : "its sources are: " + base::join(names, ", "));
    }
    found[name] = {text.substr(equals + 1, comma - equals - 1), std::filesystem::absolute(text.substr(comma + 1))};
  }
  return found;
}

// As under the recipe's `archs:`.
std::string architecture_of(const std::string& given) {
  if (const auto name = recipe::debian_architecture(given)) return std::string(*name);
  throw Error(Exit::usage, fmt::format("--arch is '{}', which is not an architecture", given))
      .hint(recipe::hint_of_architectures(given));
}

}  // namespace

void add_archive_options(CLI::App& app, ArchiveOptions& options, const std::string& arch) {
  app.add_option_function<std::vector<std::string>>(
         "--arch",
         [&options](const std::vector<std::string>& given) {
           for (const auto& name : given) options.archs.push_back(architecture_of(name));
         },
         arch)
      ->type_name("ARCH")
      ->allow_extra_args(false);
  add_source_options(app, options);
}

void add_source_options(CLI::App& app, ArchiveOptions& options) {
  app.add_option("-j,--jobs", options.jobs, "How many threads to use (the CPUs at hand)")
      ->type_name("N")
      ->check(CLI::Range(1U, 1024U).description(""));
  app.add_flag("--allow-expired", options.allow_expired,
               "Accept a Release past its Valid-Until; a build's summary and the lock say so");
  app.add_flag("--allow-older", options.allow_older,
               "Accept a Release older than one seen before; a build's summary and the lock say so");
  app.add_flag("--offline", options.offline, "Make no request: work from the store and the lock alone");
  app.add_option("--source", options.sources, "NAME=URL,KEYFILE: another address and key for a source of the recipe")
      ->type_name("SPEC")
      ->allow_extra_args(false);
}

archive::Options archive_options(const ArchiveOptions& options, const recipe::Recipe& recipe) {
  archive::Options out;
  out.allow_expired = options.allow_expired;
  out.allow_older = options.allow_older;
  out.jobs = options.jobs;
  out.replacements = replacements(options.sources, recipe);
  out.offline = options.offline;
  return out;
}

std::vector<std::string> architectures(const ArchiveOptions& options, const recipe::Recipe& recipe) {
  auto archs = options.archs.empty() ? recipe.archs : options.archs;
  if (archs.empty()) archs.push_back(host_architecture());
  return archs;
}

std::string one_architecture(const ArchiveOptions& options, const recipe::Recipe& recipe) {
  if (options.archs.size() > 1) {
    throw Error(Exit::usage, fmt::format("--arch names {} architectures, but this is about one", options.archs.size()))
        .hint("name one");
  }
  return architectures(options, recipe).at(0);
}

}  // namespace debone::cli
