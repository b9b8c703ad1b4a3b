#include "stack/engine.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "base/error.h"
#include "base/text.h"

namespace debone::stack {
namespace {

using base::Error;
using base::Exit;

constexpr std::size_t most_output = 16U << 20U;
constexpr std::string_view maker = "debone";  // as the history of its images' layers has it

std::vector<std::string> docker(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), "docker");
  return arguments;
}

// What was said last, which is where programs say why they end.
std::string last_line(std::string_view text) {
  const auto lines = base::lines(base::trim(text));
  return lines.empty() ? std::string() : base::printable(base::trim(lines.back()));
}

Error failed(const std::vector<std::string>& argv, int status, const std::string& said) {
  return Error(Exit::internal, fmt::format("`{}` failed with exit status {}{}", base::join(argv, " "), status,
                                           said.empty() ? "" : ": " + said));
}

std::string answer_of(const std::vector<std::string>& argv) {
  auto output = base::run_and_capture(argv, most_output);
  if (output.status != 0) throw failed(argv, output.status, last_line(output.err));
  return std::move(output.out);
}

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> all;
  for (const auto word : base::words(text)) all.emplace_back(word);
  std::ranges::sort(all);
  return all;
}

std::vector<std::string> find_compose() {
  if (base::run_and_capture(docker({"compose", "version"}), most_output).status == 0) return {"docker", "compose"};
  if (base::find_program("docker-compose")) return {"docker-compose"};
  throw Error(Exit::internal, "neither `docker compose` nor docker-compose is installed")
      .hint("Debian has it in the package docker-compose");
}

// A program whose output goes into `fd`; what it complains of is seen by the user.
void run_into(const std::vector<std::string>& argv, int fd) {
  const base::Fd null(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  const int status = base::wait_in_foreground(base::start(argv, {null.get(), fd, 2}));
  if (status != 0) throw failed(argv, status, "");
}

// A program that reads what `feed` writes.
void run_fed(const std::vector<std::string>& argv, const std::function<void(const Sink&)>& feed) {
  base::Pipe input;
  const auto child = base::start(argv, {input.read.get(), 2, 2});
  input.read = base::Fd();
  bool gone = false;  // whoever stops reading says why by its exit status
  feed([&](std::string_view bytes) {
    while (!bytes.empty() && !gone) {
      const auto written = ::write(input.write.get(), bytes.data(), bytes.size());
      if (written < 0 && errno != EINTR) gone = true;
      if (written > 0) bytes.remove_prefix(static_cast<std::size_t>(written));
    }
  });
  input.write = base::Fd();
  const int status = base::wait_in_foreground(child);
  if (status != 0) throw failed(argv, status, "");
  if (gone) throw Error(Exit::internal, fmt::format("`{}` did not read all of its input", base::join(argv, " ")));
}

}  // namespace

Engine Engine::find() {
  if (!base::find_program("docker")) {
    throw Error(Exit::internal, "no program 'docker' in PATH")
        .hint("a stack runs in Docker: Debian has it in the packages docker.io and docker-compose");
  }
  const auto version = base::run_and_capture(docker({"version", "--format", "{{.Server.Arch}}"}), most_output);
  if (version.status != 0) {
    throw Error(Exit::internal, fmt::format("no Docker engine answers: {}", last_line(version.err)))
        .hint(
            "start it (systemctl start docker), or name another by DOCKER_HOST; who may use it is in the group docker");
  }
  Engine engine;
  engine.architecture_ = base::trim(version.out);
  engine.compose_ = find_compose();
  return engine;
}

Engine::ImageState Engine::image(const std::string& name) const {
  const auto output = base::run_and_capture(docker({"history", "--format", "{{.CreatedBy}}", name}), most_output);
  if (output.status != 0) return ImageState::missing;
  const auto steps = base::lines(output.out);
  const bool is_debones = std::ranges::all_of(steps, [](auto step) { return base::trim(step) == maker; });
  return is_debones ? ImageState::debones : ImageState::foreign;
}

void Engine::load(const std::filesystem::path& archive) const {
  answer_of(docker({"load", "--input", archive.string()}));
}

std::vector<std::string> Engine::volumes(const std::string& project) const {
  return words_of(answer_of(
      docker({"volume", "ls", "--quiet", "--filter", fmt::format("label=com.docker.compose.project={}", project)})));
}

std::vector<Container> Engine::containers(const std::string& project) const {
  const auto ids = words_of(answer_of(docker({"container", "ls", "--all", "--quiet", "--no-trunc", "--filter",
                                              fmt::format("label=com.docker.compose.project={}", project), "--filter",
                                              "label=com.docker.compose.oneoff=False"})));
  if (ids.empty()) return {};
  auto inspect = docker({"container", "inspect"});
  inspect.insert(inspect.end(), ids.begin(), ids.end());
  return parse_containers(answer_of(inspect));
}

std::vector<std::string> Engine::last_lines(const Container& container, unsigned count) const {
  const auto output =
      base::run_and_capture(docker({"logs", "--tail", std::to_string(count), container.id}), most_output);
  std::vector<std::string> lines;
  for (const auto* text : {&output.out, &output.err}) {
    for (const auto line : base::lines(*text)) {
      if (!base::trim(line).empty()) lines.push_back(base::printable(line));
    }
  }
  return lines;
}

void Engine::copy_out(const Container& container, const std::string& path, int fd) const {
  run_into(docker({"cp", fmt::format("{}:{}", container.id, path), "-"}), fd);
}

void Engine::copy_in(const Container& container, const std::string& path,
                     const std::function<void(const Sink&)>& feed) const {
  run_fed(docker({"cp", "-", fmt::format("{}:{}", container.id, path)}), feed);
}

void Engine::execute(const Container& container, const std::vector<std::string>& command, int fd) const {
  auto argv = docker({"exec", container.id});
  argv.insert(argv.end(), command.begin(), command.end());
  run_into(argv, fd);
}

void Engine::execute(const Container& container, const std::vector<std::string>& command,
                     const std::function<void(const Sink&)>& feed) const {
  auto argv = docker({"exec", "--interactive", container.id});
  argv.insert(argv.end(), command.begin(), command.end());
  run_fed(argv, feed);
}

std::string Compose::configuration() const { return answer_of(argv({"config"})); }

std::vector<std::string> Compose::argv(const std::vector<std::string>& arguments) const {
  auto all = engine_->compose();
  all.insert(all.end(), {"--project-name", project_, "--file", file_.string()});
  all.insert(all.end(), arguments.begin(), arguments.end());
  return all;
}

}  // namespace debone::stack
