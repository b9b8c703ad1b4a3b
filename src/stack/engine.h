// The container engine by its own client, `docker`, and compose, which is `docker compose` or docker-compose: there is
// no library for either in Debian. Both are started without a shell; which engine they speak to is theirs to know
// (DOCKER_HOST, contexts).
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/process.h"
#include "stack/container.h"

namespace debone::stack {

// Takes bytes; throws Error where they go nowhere.
using Sink = std::function<void(std::string_view)>;

class Engine {
 public:
  // Throws Error (internal) where there is no client, no compose, or no engine that answers.
  static Engine find();

  const std::string& architecture() const { return architecture_; }  // Go's name: "amd64"
  const std::vector<std::string>& compose() const { return compose_; }

  enum class ImageState { missing, debones, foreign };
  ImageState image(const std::string& name) const;
  void load(const std::filesystem::path& archive) const;

  // Those of compose's project, sorted; containers without the ones that `run` made.
  std::vector<std::string> volumes(const std::string& project) const;
  std::vector<Container> containers(const std::string& project) const;
  // The last lines that a container wrote, without control characters.
  std::vector<std::string> last_lines(const Container& container, unsigned count) const;

  // The folder at `path` in a container, running or not, as a tar whose names begin with the folder's, into `fd`.
  void copy_out(const Container& container, const std::string& path, int fd) const;
  // The tar that `feed` writes, unpacked into that folder with its owners and modes.
  void copy_in(const Container& container, const std::string& path, const std::function<void(const Sink&)>& feed) const;

  // Starts a command in a container that runs; its output goes into `fd`.
  void execute(const Container& container, const std::vector<std::string>& command, int fd) const;
  // Likewise; its input is what `feed` writes, its output goes to stderr.
  void execute(const Container& container, const std::vector<std::string>& command,
               const std::function<void(const Sink&)>& feed) const;

 private:
  std::string architecture_;
  std::vector<std::string> compose_;
};

// Compose for one project.
class Compose {
 public:
  Compose(const Engine& engine, std::string project, std::filesystem::path file)
      : engine_(&engine), project_(std::move(project)), file_(std::move(file)) {}

  const Engine& engine() const { return *engine_; }
  const std::string& project() const { return project_; }
  std::vector<std::string> argv(const std::vector<std::string>& arguments) const;
  // Its streams are this process's own; returns its exit status.
  int run(const std::vector<std::string>& arguments) const { return base::run_in_foreground(argv(arguments)); }
  std::vector<Container> containers() const { return engine_->containers(project_); }
  // The compose file as it is when the variables of the shell and of .env are put in (stack/configuration.h).
  std::string configuration() const;

 private:
  const Engine* engine_;
  std::string project_;
  std::filesystem::path file_;
};

}  // namespace debone::stack
