#include "trace/accesses.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

#include "base/error.h"
#include "trace/container_path.h"
#include "tree/programs.h"

namespace debone::trace {
namespace {

using base::RelPath;

constexpr int most_interpreters = 4;  // a script's interpreter may be a script: Linux's own limit
constexpr std::size_t no_argument = 9;

enum class Kind { execute, open, look };

// Where a call has the descriptor and the path it is about.
struct Form {
  std::string_view name;
  Kind kind;
  std::size_t descriptor;
  std::size_t path;
  bool follows = true;  // its last link, unless flags say otherwise
};

constexpr std::array forms{
    Form{"execve", Kind::execute, no_argument, 0},
    Form{"execveat", Kind::execute, 0, 1},
    Form{"open", Kind::open, no_argument, 0},
    Form{"creat", Kind::open, no_argument, 0},
    Form{"openat", Kind::open, 0, 1},
    Form{"openat2", Kind::open, 0, 1},
    Form{"access", Kind::look, no_argument, 0},
    Form{"faccessat", Kind::look, 0, 1},
    Form{"faccessat2", Kind::look, 0, 1},
    Form{"stat", Kind::look, no_argument, 0},
    Form{"stat64", Kind::look, no_argument, 0},
    Form{"lstat", Kind::look, no_argument, 0, false},
    Form{"lstat64", Kind::look, no_argument, 0, false},
    Form{"newfstatat", Kind::look, 0, 1},
    Form{"fstatat64", Kind::look, 0, 1},
    Form{"statx", Kind::look, 0, 1},
    Form{"readlink", Kind::look, no_argument, 0, false},
    Form{"readlinkat", Kind::look, 0, 1, false},
};

constexpr std::array clones{"clone", "clone3", "fork", "vfork"};

// Whether an argument other than the path names the flag.
bool has_flag(const Call& call, const Form& form, std::string_view flag) {
  for (std::size_t i = 0; i < call.arguments.size(); ++i) {
    if (i != form.path && call.arguments[i].text.find(flag) != std::string::npos) return true;
  }
  return false;
}

bool is_one_of(std::string_view text, std::initializer_list<std::string_view> these) {
  return std::ranges::find(these, text) != these.end();
}

// Where a descriptor's file is, unless that has been removed.
std::optional<RelPath> place_of(const Argument& descriptor) {
  if (descriptor.path.empty() || descriptor.text.ends_with("(deleted)")) return std::nullopt;
  return RelPath::parse_absolute(descriptor.path);
}

}  // namespace

Accesses::Accesses(const tree::Tree& tree, std::vector<RelPath> mounts, std::string_view work_dir)
    : tree_(tree),
      mounts_(std::move(mounts)),
      reader_({[this](const Call& call) { on_call(call); }, [this](std::uint64_t thread) { on_end(thread); },
               [this](std::uint64_t thread, std::uint64_t process) { on_takeover(thread, process); }}),
      first_{walk(tree_, {}, {}, work_dir, true).value_or(RelPath()), {}} {}

void Accesses::on_call(const Call& call) {
  if (!began_) {
    if (call.name != "execve") return;
    if (!call.error.empty()) {
      not_begun_ = call.error;
      return;
    }
    began_ = true;
    passed_over_before_ = reader_.passed_over();
    places_[call.thread] = std::make_shared<Place>(first_);
  }
  if (const auto place = places_.find(call.thread); place != places_.end()) {
    take(call, std::shared_ptr(place->second));
    take_ready();
  } else if (waiting_calls_ < most_waiting) {
    ++waiting_calls_;
    waiting_[call.thread].calls.push_back(call);
  } else {
    ++left_out_;
  }
}

void Accesses::on_end(std::uint64_t thread) {
  if (!began_) return;
  if (places_.erase(thread) > 0) return;
  if (waiting_calls_ >= most_waiting) return;
  ++waiting_calls_;
  waiting_[thread].ended = true;
}

void Accesses::on_takeover(std::uint64_t thread, std::uint64_t process) {
  if (const auto place = places_.extract(thread)) places_[process] = place.mapped();
}

void Accesses::take(const Call& call, const std::shared_ptr<Place>& place) {
  if (std::ranges::find(clones, call.name) != clones.end()) {
    new_thread(call, place);
  } else if (is_one_of(call.name, {"chdir", "fchdir", "chroot"})) {
    move(call, *place);
  } else {
    record(call, *place);
  }
}

void Accesses::move(const Call& call, Place& place) {
  if (!call.error.empty() || call.arguments.empty()) return;
  const auto& argument = call.arguments[0];
  const auto to = call.name == "fchdir" ? place_of(argument)
                  : argument.string     ? walk(tree_, place.root, place.directory, *argument.string, true)
                                        : std::nullopt;
  if (to) (call.name == "chroot" ? place.root : place.directory) = *to;
}

// A new thread's calls may have come before its parent's call returned.
void Accesses::new_thread(const Call& call, const std::shared_ptr<Place>& parent) {
  if (!call.error.empty() || call.result_process == 0) return;
  const bool shared = std::ranges::any_of(
      call.arguments, [](const Argument& argument) { return argument.text.find("CLONE_FS") != std::string::npos; });
  const auto thread = call.result_process;
  const auto place = shared ? parent : std::make_shared<Place>(*parent);
  auto waiting = waiting_.extract(thread);
  if (!waiting || !waiting.mapped().ended) places_[thread] = place;
  if (!waiting) return;
  waiting_calls_ -= waiting.mapped().calls.size() + (waiting.mapped().ended ? 1 : 0);
  ready_.emplace_back(std::move(waiting.mapped().calls), place);
}

// One of these may be the beginning of others.
void Accesses::take_ready() {
  while (!ready_.empty()) {
    const auto [calls, place] = std::move(ready_.back());
    ready_.pop_back();
    for (const auto& call : calls) take(call, place);
  }
}

void Accesses::record(const Call& call, Place& place) {
  const auto form = std::ranges::find(forms, call.name, &Form::name);
  if (form == forms.end() || call.arguments.size() <= form->path) return;
  const auto& text = call.arguments[form->path].string;
  if (!text) return;  // no path: an address that cannot be read

  auto from = place.directory;
  if (form->descriptor != no_argument) {
    const auto& descriptor = call.arguments[form->descriptor];
    const bool is_working_directory = descriptor.text.starts_with("AT_FDCWD");
    const auto directory = place_of(descriptor);
    if (directory && is_working_directory) place.directory = *directory;
    if (directory) from = *directory;
    if (!directory && !is_working_directory && !text->starts_with('/')) return;  // relative to what is no file
  }
  if (text->empty() && (form->kind != Kind::execute || form->descriptor == no_argument))
    return;  // the descriptor's own
  const bool follows =
      form->follows && !has_flag(call, *form, "AT_SYMLINK_NOFOLLOW") && !has_flag(call, *form, "O_NOFOLLOW");
  auto path = walk(tree_, place.root, from, *text, follows);
  if (!path) return;
  const bool mounted = std::ranges::any_of(mounts_, [&](const RelPath& mount) { return path->is_within(mount); });
  // The kernel knows better than the image where an open led, but for what a descriptor of another's leads to.
  if (!mounted && !call.result_path.empty()) path = RelPath::parse_absolute(call.result_path).value_or(*path);

  switch (form->kind) {
    case Kind::execute:
      if (call.error.empty()) {
        record_execution(*path, place);
      } else if (auto* access = at(*path)) {
        access->not_executed = std::max(access->not_executed, call.error);
      }
      break;
    case Kind::open:
    case Kind::look: record_look(call, *path, form->kind == Kind::open, follows, has_flag(call, *form, "O_CREAT"));
  }
  auto asked = text->starts_with('/') ? (place.root.is_root() ? "" : place.root.absolute()) + *text
                                      : fmt::format("{}/{}", from.is_root() ? "" : from.absolute(), *text);
  if (const auto plain = RelPath::parse_absolute(asked)) asked = plain->absolute();
  record_name(*path, std::move(asked));
}

void Accesses::record_look(const Call& call, const RelPath& path, bool opens, bool follows, bool creates) {
  // It is there also where access(2) says no, readlink(2) finds no link, or open(2) a link that it shall not follow.
  const bool there = call.error.empty() ||
                     (call.name.find("access") != std::string::npos && is_one_of(call.error, {"EACCES", "EROFS"})) ||
                     (call.name.starts_with("readlink") && call.error == "EINVAL") ||
                     (!follows && call.error == "ELOOP");
  const bool absent = is_one_of(call.error, {"ENOENT", "ENOTDIR"});
  const bool refused = is_one_of(call.error, {"EACCES", "EPERM", "EROFS"}) || (absent && creates);
  if (!there && !absent && !refused) return;
  auto* access = at(path);
  if (access == nullptr) return;
  if (there) {
    (opens ? access->opened : access->looked_at) = true;
  } else if (refused) {
    access->refused = std::max(access->refused, call.error);
  } else {
    access->absent = true;
  }
}

void Accesses::record_name(const RelPath& path, std::string name) {
  const auto found = paths_.find(path);
  if (found == paths_.end() || name == path.absolute()) return;
  auto& names = found->second.asked_as;
  names.insert(std::move(name));
  if (names.size() > Access::most_names) names.erase(std::prev(names.end()));
}

// The kernel opens by itself what a program's file names: a script's interpreter, an ELF program's loader.
void Accesses::record_execution(RelPath program, const Place& place) {
  for (int depth = 0; depth <= most_interpreters; ++depth) {
    auto* access = at(program);
    if (access == nullptr) return;
    access->executed = true;
    const auto* node = tree_.find(program);
    if (node == nullptr || node->type != tree::NodeType::file) return;
    std::optional<std::string> interpreter;
    try {
      interpreter = tree::interpreter_of(node->content.bytes());
    } catch (const base::Error&) {
      return;  // the kernel took it, whatever it is
    }
    if (!interpreter || interpreter->empty()) return;
    const auto next = walk(tree_, place.root, place.directory, *interpreter, true);
    if (!next) return;
    if (!node->content.bytes().starts_with("#!")) {
      if (auto* loader = at(*next)) loader->opened = true;
      return;
    }
    program = *next;
  }
}

Access* Accesses::at(const RelPath& path) {
  const auto found = paths_.find(path);
  if (found != paths_.end()) return &found->second;
  if (paths_.size() >= most_paths) {
    ++left_out_;
    return nullptr;
  }
  return &paths_[path];
}

void Accesses::finish() {
  reader_.add("\n");
  // Whose parent never said so began where the program did.
  while (!waiting_.empty()) {
    auto waiting = waiting_.extract(waiting_.begin());
    ready_.emplace_back(std::move(waiting.mapped().calls), std::make_shared<Place>(first_));
    take_ready();
  }
}

}  // namespace debone::trace
