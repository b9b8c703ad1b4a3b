#include "effects/library_directories.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <set>

#include "base/error.h"
#include "base/text.h"
#include "effects/context.h"

namespace debone::effects {
namespace {

using base::RelPath;

constexpr int deepest_include = 8;  // a file that includes itself would never end

// glob(7) without brackets: `*` and `?` within one component.
bool matches(std::string_view pattern, std::string_view name) {
  if (name.starts_with('.') && !pattern.starts_with('.')) return false;
  std::size_t p = 0, n = 0;
  std::size_t star = std::string_view::npos, resume = 0;
  while (n < name.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      resume = n;
    } else if (p < pattern.size() && (pattern[p] == '?' || pattern[p] == name[n])) {
      ++p;
      ++n;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      n = ++resume;
    } else {
      return false;
    }
  }
  return pattern.find_first_not_of('*', p) == std::string_view::npos;
}

class Finder {
 public:
  explicit Finder(const tree::Tree& tree) : tree_(tree) {}

  void read_configuration(const RelPath& file, int depth) {
    if (depth > deepest_include) return;
    const auto text = read(file);
    if (!text) return;
    for (auto line : base::lines(*text)) {
      line = trim(line.substr(0, line.find('#')));
      if (line.empty()) continue;
      const auto words = base::words(line);
      if (words.front() == "include" && words.size() > 1) {
        for (std::size_t i = 1; i < words.size(); ++i)
          for (const auto& included : expand(words[i])) read_configuration(included, depth + 1);
      } else if (base::lower(words.front()) != "hwcap" || words.size() == 1) {
        add(line);
      }
    }
  }

  // libc-bin's ld.so.conf includes ld.so.conf.d/*.conf, and its libc.conf there names /usr/local/lib.
  void read_default_configuration() {
    auto files = expand("/etc/ld.so.conf.d/*.conf");
    const auto libc = at("etc/ld.so.conf.d/libc.conf");
    if (std::ranges::find(files, libc) == files.end()) files.push_back(libc);
    std::ranges::sort(files);
    for (const auto& file : files) {
      if (file == libc && tree_.find(libc) == nullptr)
        add("/usr/local/lib");
      else
        read_configuration(file, 1);
    }
  }

  void add(std::string_view line) {
    while (line.ends_with('/')) line.remove_suffix(1);
    const auto path = RelPath::parse_absolute(line);
    if (!path || path->is_root()) return;
    const auto real = directory(*path);
    if (!real || !seen_.insert(*real).second) return;
    directories_.push_back({std::string(line), *real, ""});
    add_hwcaps(std::string(line), *real);
  }

  bool has(const RelPath& file) const { return read(file).has_value(); }
  std::vector<LibraryDirectory> take() { return std::move(directories_); }

 private:
  static std::string_view trim(std::string_view text) {
    constexpr std::string_view blanks = " \t\r\n\v\f";
    const auto first = text.find_first_not_of(blanks);
    return first == std::string_view::npos ? text.substr(0, 0)
                                           : text.substr(first, text.find_last_not_of(blanks) + 1 - first);
  }

  // A path whose links lead nowhere is, for ldconfig, a path where nothing is.
  std::optional<RelPath> resolve(const RelPath& path) const {
    try {
      return tree_.resolve(path, true);
    } catch (const base::Error&) {
      return std::nullopt;
    }
  }
  std::optional<RelPath> directory(const RelPath& path) const {
    auto real = resolve(path);
    if (!real) return std::nullopt;
    const auto* node = tree_.find(*real);
    if (node == nullptr || node->type != tree::NodeType::directory) return std::nullopt;
    return real;
  }
  std::optional<std::string_view> read(const RelPath& file) const {
    const auto real = resolve(file);
    return real ? tree_.read(*real) : std::nullopt;
  }

  // The names in a directory, in order.
  std::set<std::string> names(const RelPath& real) const {
    std::set<std::string> found;
    const auto [begin, end] = tree_.below(real);
    const auto first = real.is_root() ? 0 : real.str().size() + 1;
    for (auto entry = begin; entry != end; ++entry)
      if (entry->first.str().find('/', first) == std::string::npos) found.emplace(entry->first.name());
    return found;
  }

  std::vector<RelPath> expand(std::string_view pattern) const {
    std::vector<RelPath> found;
    const auto path = RelPath::parse_absolute(pattern);
    if (!path || path->is_root()) return found;
    const auto real = directory(path->parent());
    if (!real) return found;
    for (const auto& name : names(*real))
      if (matches(path->name(), name)) found.push_back(path->parent() / at(name));
    return found;
  }

  void add_hwcaps(const std::string& path, const RelPath& real) {
    const auto parent = directory(real / at("glibc-hwcaps"));
    if (!parent) return;
    for (const auto& name : names(*parent)) {
      if (name.starts_with('.') || name.find(':') != std::string::npos) continue;
      const auto found = directory(*parent / at(name));
      if (found && seen_.insert(*found).second)
        directories_.push_back({fmt::format("{}/glibc-hwcaps/{}", path, name), *found, name});
    }
  }

  const tree::Tree& tree_;
  std::set<RelPath> seen_;
  std::vector<LibraryDirectory> directories_;
};

}  // namespace

std::vector<LibraryDirectory> library_directories(const tree::Tree& tree, std::string_view triplet) {
  Finder finder(tree);
  const auto configuration = at("etc/ld.so.conf");
  if (finder.has(configuration))
    finder.read_configuration(configuration, 0);
  else
    finder.read_default_configuration();
  for (const std::string_view builtin : {"/lib/{}", "/usr/lib/{}"})
    finder.add(fmt::format(fmt::runtime(builtin), triplet));
  for (const std::string_view builtin : {"/lib", "/usr/lib"}) finder.add(builtin);
  return finder.take();
}

}  // namespace debone::effects
