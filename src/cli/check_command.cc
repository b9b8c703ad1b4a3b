#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <memory>

#include "base/error.h"
#include "base/text.h"
#include "check/check.h"
#include "cli/check_report.h"
#include "cli/command.h"
#include "cli/one_of.h"
#include "cli/output.h"
#include "image/read.h"
#include "recipe/finding_kinds.h"
#include "recipe/init_block.h"

namespace debone::cli {
namespace {

using base::Error;
using base::Exit;

enum class Form { text, json, sarif };
const std::map<std::string, Form> forms{{"json", Form::json}, {"sarif", Form::sarif}, {"text", Form::text}};

struct Options {
  std::string image;
  std::string arch;
  std::vector<std::string> allow;
  Form form = Form::text;
};

// ID or ID=PATH.
recipe::Allowance allowance(const std::string& text) {
  const auto equals = text.find('=');
  recipe::Allowance allowance{text.substr(0, equals), std::nullopt, "--allow"};
  if (std::ranges::count(recipe::finding_kinds, allowance.id, &recipe::FindingKind::id) == 0) {
    std::vector<std::string> ids;
    for (const auto& kind : recipe::finding_kinds) ids.emplace_back(kind.id);
    const auto near = base::nearest(allowance.id, ids);
    throw Error(Exit::usage, fmt::format("--allow: no check finds '{}'", allowance.id))
        .hint(near ? fmt::format("did you mean '{}'?", *near) : fmt::format("checks find {}", base::join(ids, ", ")));
  }
  if (equals == std::string::npos) return allowance;
  allowance.path = base::RelPath::parse_absolute(text.substr(equals + 1));
  if (!allowance.path) {
    throw Error(Exit::usage, fmt::format("--allow: '{}' is no absolute path without '..'", text.substr(equals + 1)))
        .hint("write --allow ID=/PATH");
  }
  return allowance;
}

check::Process process_of(const image::Config& config, const tree::Tree& tree) {
  check::Process process;
  process.command = config.entrypoint.empty() ? config.cmd : config.entrypoint;
  if (config.entrypoint == recipe::init_entrypoint()) {
    const auto configuration = tree.read(*base::RelPath::parse_absolute(recipe::init_config));
    if (configuration) process.init = recipe::init_of(*configuration, config.cmd);
  }
  if (const auto path = config.environment.find("PATH"); path != config.environment.end())
    process.search_path = path->second;
  if (const auto path = config.environment.find("LD_LIBRARY_PATH"); path != config.environment.end())
    process.library_path = path->second;
  process.work_dir = config.work_dir;
  process.user = config.user;
  process.volumes = config.volumes;
  const auto variant = config.labels.find(image::variant_label);
  process.is_debug = variant != config.labels.end() && variant->second == "debug";
  return process;
}

std::string written(const Options& options, const CheckedImage& checked) {
  switch (options.form) {
    case Form::text: return check_text(checked);
    case Form::json: return check_json(checked).dump(2) + "\n";
    case Form::sarif: return check_sarif(checked).dump(2) + "\n";
  }
  return {};
}

int check(const Options& options) {
  std::vector<recipe::Allowance> allowances;
  for (const auto& text : options.allow) allowances.push_back(allowance(text));
  const auto image = image::StoredImage::open(options.image, options.arch);
  std::vector<check::Repeat> repeats;
  const auto tree =
      image::file_system(image, {}, [&](const auto& path, const std::string& before, const std::string& after) {
        repeats.push_back({path, before, after});
      });
  const CheckedImage checked{
      options.image, image.manifest_digest().oci(),
      check::judge(check::findings_of({.tree = tree, .process = process_of(image.config(), tree), .repeats = repeats}),
                   allowances)};
  for (const auto& unused : checked.verdict.unused) {
    print_error(fmt::format("warning: --allow {}{} allows nothing\n", unused.id,
                            unused.path ? "=" + base::printable(unused.path->absolute()) : ""));
  }
  print(written(options, checked));
  return checked.verdict.failures() == 0 ? 0 : 1;
}

}  // namespace

Command check_command() {
  return {
      .name = "check",
      .summary = "Judge an image: shells, missing libraries, set-id files, ...",
      .description =
          "Reads IMAGE (an OCI layout, its tar, or a docker archive; debone's or another tool's) and asks of it what a "
          "build asks of its own: no shell and no package manager, every library and interpreter there, no dangling "
          "link, no set-id or world-writable file, owners and users known, an entrypoint that starts, true md5sums, no "
          "private key, no path twice across layers. docs/check.md explains each finding. The exit status is 1 where a "
          "failure is found that --allow does not name.",
      .examples = {{"debone check php-fpm", "judges an image that debone built"},
                   {"debone check image.tar --allow shell --allow set-id=/usr/bin/su", "accepts what is known"},
                   {"debone check image.tar --format sarif >findings.sarif", "for a code host to show"}},
      .prepare =
          [](CLI::App& app) {
            const auto options = std::make_shared<Options>();
            app.add_option("IMAGE", options->image, "An OCI layout (a directory or tar) or a docker archive")
                ->required()
                ->type_name("");
            app.add_option("--arch", options->arch, "Which of several architectures, in OCI's words: amd64, arm64")
                ->type_name("ARCH");
            app.add_option("--allow", options->allow,
                           "Accept findings of that id, everywhere or at one path; may be repeated")
                ->type_name("ID[=PATH]")
                ->allow_extra_args(false);
            add_choice(app, "--format", options->form, forms,
                       "What the result on stdout is: text (the default), json or sarif", "FORMAT");
            return [options] { return check(*options); };
          },
  };
}

}  // namespace debone::cli
