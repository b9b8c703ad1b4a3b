#include <fcntl.h>
#include <fmt/format.h>

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <utility>

#include "base/error.h"
#include "base/file.h"
#include "cli/command.h"
#include "cli/listed_packages.h"
#include "cli/options.h"
#include "cli/output.h"
#include "cli/run_options.h"
#include "cli/trace_report.h"
#include "image/read.h"
#include "run/trace.h"
#include "trace/accesses.h"
#include "trace/container_path.h"
#include "trace/report.h"

namespace debone::cli {
namespace {

using base::Error;
using base::Exit;
namespace fs = std::filesystem;

struct Options {
  std::string image;
  RunOptions run;
  std::string output;
  bool all = false;
  Format format = Format::text;
};

// Where the report goes, found out before anything is run: stderr, or a file that is whole or not there; what is no
// plain file (/dev/fd/3) is written as it is.
class Destination {
 public:
  explicit Destination(const std::string& path) : path_(path) {
    if (path.empty()) return;
    std::error_code error;
    if (!fs::exists(path, error) || fs::is_regular_file(path, error)) {
      file_.emplace(path);
      return;
    }
    stream_ = base::Fd(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
    if (!stream_) throw base::system_error("write", path, errno);
  }
  void write(const std::string& text) {
    if (file_) {
      file_->write(text);
      file_->commit();
    } else if (stream_) {
      base::write_all(stream_.get(), text, path_);
    } else {
      print_error(text);
    }
  }

 private:
  std::string path_;
  std::optional<base::AtomicFile> file_;
  base::Fd stream_;
};

std::vector<base::RelPath> mounts_of(const run::Launch& launch) {
  std::vector<base::RelPath> mounts;
  for (const auto& path : run::mount_points(launch)) {
    if (auto where = trace::walk(launch.tree, {}, {}, path, true)) mounts.push_back(std::move(*where));
  }
  return mounts;
}

// The program was never executed, by what the kernel said of it: what the image's files did not tell beforehand.
run::Ended not_begun(const std::string& program, const std::string& error) {
  const bool absent = error == "ENOENT" || error == "ENOTDIR";
  auto what = fmt::format("'{}' cannot be executed: {}", program,
                          error == "ENOEXEC" ? "neither an ELF program for this machine nor a script" : error);
  return {absent ? run::not_found : run::not_executable, Error(Exit::usage, std::move(what))};
}

int trace_image(const Options& options) {
  if (options.format == Format::json && options.output.empty()) {
    throw Error(Exit::usage, "--format json needs -o FILE: stdout and stderr are the traced program's")
        .hint("name a file, or -o /dev/fd/3 with 3>report.json behind the command");
  }
  Destination destination(options.output);
  const auto image = image::StoredImage::open(options.image, "");
  const auto tree = image::file_system(image);
  std::vector<trace::Package> packages;
  // Where the files that the lists name really are, of those that the image holds.
  std::map<std::string, std::set<base::RelPath>> files;
  for (const auto& [path, name] : listed_files(tree)) {
    if (path.is_within(*base::RelPath::parse("var/lib/dpkg"))) continue;  // the records are no package's own
    if (const auto where = tree.resolve(path, false); tree.find(where) != nullptr) files[name].insert(where);
  }
  for (auto& package : listed_packages(tree)) {
    const auto& held = files[package.name];
    packages.push_back({package.name, std::move(package.version), {held.begin(), held.end()}});
  }

  auto launch = run::prepare(image.config(), tree, options.run.all(), false);
  const auto mounts = mounts_of(launch);
  const auto command = launch.container.process.arguments;
  trace::Accesses accesses(tree, mounts, launch.container.process.work_dir);
  const auto ended = run::trace(std::move(launch), [&](std::string_view bytes) { accesses.add(bytes); });
  accesses.finish();
  if (!accesses.began()) {
    if (ended.failure || accesses.not_begun().empty()) return told(ended, options.image);
    return told(not_begun(command.front(), accesses.not_begun()), options.image);
  }
  const auto report = trace::report(accesses, tree, packages, mounts);
  destination.write(options.format == Format::json
                        ? json_of({image.manifest_digest().oci(), command, ended.status}, report).dump(2) + "\n"
                        : text_of(report, options.all));
  return ended.status;
}

}  // namespace

Command trace_command(std::vector<std::string> behind) {
  return {
      .name = "trace",
      .summary = "Run an image under strace, and tell which of its packages that touched",
      .description =
          "Runs IMAGE as `debone run` does, but without a terminal, and reports what its processes executed, opened "
          "and "
          "looked for in vain, beside the packages that the image holds: which were touched and which were not, which "
          "files were looked for and are not there (a plugin, a gconv module, a locale), which programs were tried and "
          "could not be executed (a shell). It is a test of what the image holds, never its author: one run touches "
          "what "
          "that run needs, and a package that it did not touch may be what the next one needs. The program's stdout "
          "and "
          "stderr stay its own; the report follows on stderr, or goes to the file that -o names. The exit status is "
          "the program's; 125 where debone, runc or strace failed, 126 where the command cannot be executed, 127 where "
          "it is not found.",
      .examples = {{"debone trace php-cli -- -r 'echo mb_strlen(\"x\");'",
                    "which packages does that need, and what does it miss"},
                   {"debone trace php-fpm -o report.json --format json",
                    "traces a server until it is stopped (Ctrl-C), for a program to read"}},
      .starts_program = true,
      .prepare =
          [behind = std::move(behind)](CLI::App& app) {
            const auto options = std::make_shared<Options>();
            app.add_option("IMAGE", options->image, "An OCI layout (a directory or tar) or a docker archive")
                ->required()
                ->type_name("");
            add_run_options(app, options->run, behind);
            app.add_option("-o,--output", options->output, "Where the report goes instead of stderr")
                ->type_name("FILE");
            app.add_flag("--all", options->all, "Every path that was touched, not the counts alone");
            add_format(app, options->format, "What the report is");
            return [options] {
              try {
                return trace_image(*options);
              } catch (const Error& error) {
                print_error(error.render());
                return run::runtime_failed;
              }
            };
          },
  };
}

}  // namespace debone::cli
