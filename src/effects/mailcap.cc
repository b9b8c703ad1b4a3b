// /etc/mailcap as update-mime(8) makes it of what packages say in /usr/lib/mime/packages, and of the desktop files of
// packages that say nothing there.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <vector>

#include "base/text.h"
#include "effects/finishers.h"

namespace debone::effects {
namespace {

using base::RelPath;

constexpr int default_priority = 5;
constexpr std::size_t largest_desktop_file = std::size_t{256} << 10U;  // bytes; with every translation some have 50 kB
constexpr std::size_t longest_command = 1024;

bool is_comment(std::string_view line) {
  const auto text = base::trim_front(line);
  return text.empty() || text.starts_with('#');
}

// "priority = N", up to the end or a ';': where it begins and ends in the entry, with the blanks before it.
struct PriorityField {
  std::size_t begin = 0;
  std::size_t end = 0;
  std::string_view digits;
};
std::optional<PriorityField> priority_field(std::string_view entry) {
  constexpr std::string_view key = "priority";
  for (auto at = entry.find(key); at != std::string_view::npos; at = entry.find(key, at + 1)) {
    auto rest = base::trim_front(entry.substr(at + key.size()));
    if (!rest.starts_with('=')) continue;
    rest = base::trim_front(rest.substr(1));
    const auto digits =
        rest.substr(0, static_cast<std::size_t>(std::ranges::find_if_not(rest, base::is_digit) - rest.begin()));
    rest = base::trim_front(rest.substr(digits.size()));
    if (digits.empty() || !(rest.empty() || rest.starts_with(';'))) continue;
    const auto before = entry.substr(0, at).find_last_not_of(base::line_blanks);
    return PriorityField{before == std::string_view::npos ? 0 : before + 1,
                         entry.size() - rest.size() + (rest.empty() ? 0 : 1), digits};
  }
  return std::nullopt;
}

// The field is told by any letters, but taken out only in small ones.
int priority_of(std::string_view entry) {
  const auto lowered = base::lower(entry);
  const auto field = priority_field(lowered);
  if (!field) return default_priority;
  const auto number = base::parse_decimal(field->digits).value_or(default_priority);
  return number > 9 ? default_priority : static_cast<int>(number);
}

struct Entry {
  std::string text;
  int priority = default_priority;

  // Of equal priority those of one type come first, then those of a class of types, then those of all.
  int generality() const {
    const auto type = std::string_view(text).substr(0, text.find_first_of(base::line_blanks));
    return (type.find("/*", 1) != std::string_view::npos ? 1 : 0) + (type.starts_with("*/") ? 2 : 0);
  }
};

// As Perl's glob sorts them: by the names in lower case.
void sort_as_glob(std::vector<RelPath>& paths) {
  std::ranges::sort(paths, [](const RelPath& a, const RelPath& b) {
    return std::pair(base::lower(a.name()), a.name()) < std::pair(base::lower(b.name()), b.name());
  });
}

// What `DIRECTORY/*` stands for.
std::vector<RelPath> glob(const Context& context, const RelPath& directory) {
  std::vector<RelPath> found;
  for (const auto type : {tree::NodeType::file, tree::NodeType::symlink, tree::NodeType::directory})
    for (const auto& path : context.list(directory, type))
      if (!path.name().starts_with('.')) found.push_back(path);
  sort_as_glob(found);
  return found;
}

bool is_left_out(const RelPath& path) { return path.name().starts_with('#') || path.name().ends_with('~'); }

class Collector {
 public:
  explicit Collector(Context& context) : context_(context) {
    const auto* package = context.package("mailcap");
    is_before_3_71_ = package != nullptr && package->record.version < debian::Version::parse("3.71");
  }

  void read_packages() {
    for (const auto& path : glob(context_, at("usr/lib/mime/packages"))) {
      const auto text = context_.tree.read(path);
      if (!text || is_left_out(path)) continue;
      said_.emplace(path.name());
      for (const auto line : base::lines(*text)) {
        if (is_comment(line)) continue;
        entries_.push_back({std::string(line), priority_of(line)});
      }
    }
  }

  // The files of a directory's directories come before its own.
  void read_desktop_files(const RelPath& directory) {
    if (is_left_out(directory)) return;
    const auto found = glob(context_, directory);
    const auto is_directory = [&](const RelPath& path) {
      return context_.tree.at(path).type == tree::NodeType::directory;
    };
    for (const auto& path : found)
      if (is_directory(path)) read_desktop_files(path);
    for (const auto& path : found)
      if (!is_directory(path) && !is_left_out(path)) read_desktop_file(path);
  }

  std::vector<Entry> take() {
    std::ranges::stable_sort(entries_, [](const Entry& a, const Entry& b) {
      return std::pair(-a.priority, a.generality()) < std::pair(-b.priority, b.generality());
    });
    return std::move(entries_);
  }

 private:
  struct Desktop {
    std::string name;
    std::string icon;
    std::optional<std::string> exec;
    bool needs_terminal = false;
    std::string test;
    std::vector<std::string> types;
  };

  // The rest of a line that begins with the key, in any letters.
  static std::optional<std::string_view> value(std::string_view line, std::string_view key) {
    if (base::lower(line.substr(0, key.size())) != base::lower(key)) return std::nullopt;
    return line.substr(key.size());
  }
  // The same of a line that has the key anywhere.
  static std::optional<std::string_view> value_within(std::string_view line, std::string_view key) {
    const auto found = base::lower(line).find(base::lower(key));
    if (found == std::string::npos) return std::nullopt;
    return line.substr(found + key.size());
  }

  std::string command(std::string_view exec) const {
    std::string text(exec);
    for (const std::string_view field : {"%f", "%F", "%u", "%U"}) base::replace_all(text, field, "%s");
    if (!is_before_3_71_) {
      // A ';' would end the field: a backslash before it, but for one that has an odd number of them.
      std::string escaped;
      std::size_t backslashes = 0;
      for (const char c : text) {
        if (c == ';' && backslashes % 2 == 0) escaped += '\\';
        backslashes = c == '\\' ? backslashes + 1 : 0;
        escaped += c;
      }
      text = std::move(escaped);
    }
    if (text.find("%s") == std::string::npos) text += " %s";
    return text;
  }

  void read_line(std::string_view line, Desktop& desktop) const {
    if (const auto terminal = value(line, "Terminal=")) {
      const auto end = std::ranges::find_if_not(*terminal, [](char c) {
        return base::is_digit(c) || c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
      });
      if (std::string_view(terminal->begin(), end) == "true") desktop.needs_terminal = true;
    } else if (const auto name = value(line, "Name="); name && !name->empty()) {
      desktop.name = *name;
    } else if (const auto icon = value(line, "Icon="); icon && !icon->empty()) {
      desktop.icon = *icon;
    } else if (const auto exec = is_before_3_71_ ? value_within(line, "Exec=") : value(line, "Exec=")) {
      desktop.exec = command(*exec);
    } else if (const auto program = value(line, "TryExec="); program && !program->empty()) {
      desktop.test = fmt::format("test=command -v {} > /dev/null 2>&1", *program);
    } else if (const auto types = value_within(line, "MimeType=")) {
      for (const auto type : base::split(*types, ';'))
        if (const auto text = base::trim(type); !text.empty()) desktop.types.emplace_back(text);
    }
  }

  void read_desktop_file(const RelPath& path) {
    constexpr std::string_view suffix = ".desktop";
    if (!path.name().ends_with(suffix)) return;
    const auto text = context_.read_for("/etc/mailcap", path, largest_desktop_file);
    if (!text) return;
    Desktop desktop;
    desktop.name = path.name().substr(0, path.name().size() - suffix.size());
    if (!said_.insert(desktop.name).second) return;
    bool is_in_group = false;
    for (const auto line : base::lines(*text)) {
      if (is_comment(line)) continue;
      if (line.starts_with('[') && line.ends_with(']'))
        is_in_group = line == "[Desktop Entry]";
      else if (is_in_group)
        read_line(line, desktop);
    }
    if (!desktop.exec || desktop.exec->size() > longest_command || desktop.name.size() > longest_command) return;
    base::replace_all(*desktop.exec, "%c", desktop.name);
    base::replace_all(*desktop.exec, "%i", "--icon " + desktop.icon);
    for (const auto& type : desktop.types)
      entries_.push_back({fmt::format("{}; {}; {}", type, *desktop.exec, last_field(desktop)), default_priority});
  }

  static std::string last_field(const Desktop& desktop) {
    if (desktop.needs_terminal) return desktop.test.empty() ? "needsterminal" : "needsterminal; " + desktop.test;
    constexpr std::string_view has_display = "test -n \"$DISPLAY\"";
    return desktop.test.empty() ? fmt::format("test={}", has_display)
                                : fmt::format("{} && {}", desktop.test, has_display);
  }

  Context& context_;
  bool is_before_3_71_ = false;
  std::set<std::string, std::less<>> said_;  // packages
  std::vector<Entry> entries_;
};

// The file's head up to the end of the section that is the administrator's; nothing where it has none.
std::optional<std::string> head_of(std::string_view text) {
  std::string head;
  bool is_begun = false;
  for (const auto line : base::lines(text)) {
    std::string written(line);
    base::replace_all(written, "install-mime", "update-mime");
    head.append(written).append("\n");
    if (!written.starts_with("# ----- ")) continue;
    if (is_begun && written.find(" Ends ") != std::string::npos) return head;
    is_begun = is_begun || written.find(" Begins ") != std::string::npos;
  }
  return std::nullopt;
}

}  // namespace

void mailcap(Context& context) {
  const auto target = at("etc/mailcap");
  auto template_text = context.tree.read(target);
  if (!template_text) template_text = context.tree.read(at("usr/lib/mime/mailcap"));
  auto text = template_text ? head_of(*template_text) : std::nullopt;
  if (!text) return;
  if (const auto order = context.tree.read(at("etc/mailcap.order"));
      order && !std::ranges::all_of(base::lines(*order), is_comment))
    context.events.warning("/etc/mailcap.order gives an order of entries, which /etc/mailcap is made without");

  Collector collector(context);
  collector.read_packages();
  collector.read_desktop_files(at("usr/share/applications"));
  text->append("\n").append(79, '#').append("\n\n");
  for (const auto& entry : collector.take()) {
    std::string line = entry.text;
    if (const auto field = priority_field(line)) line.erase(field->begin, field->end - field->begin);
    const auto last = line.find_last_not_of(base::line_blanks);
    if (last != std::string::npos && line[last] == ';') {
      const auto end = line.substr(0, last).find_last_not_of(base::line_blanks);
      line.resize(end == std::string::npos ? 0 : end + 1);
    }
    text->append(line).append("\n");
  }
  context.write(target, *std::move(text));
}

}  // namespace debone::effects
