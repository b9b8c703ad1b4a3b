// What pam-auth-update(8) makes of the packages' profiles on a first installation: every profile that is for enabling
// by default, put into the templates of libpam-runtime. Its memory in /var/lib/pam is left out: nothing in an image
// changes the choice of profiles.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/text.h"
#include "effects/finishers.h"

namespace debone::effects {
namespace {

using base::RelPath;

constexpr std::array<std::string_view, 5> stacks{"auth", "account", "password", "session", "session-noninteractive"};
constexpr std::size_t largest_profile = std::size_t{64} << 10U;  // bytes; the archive's have 2 kB and less
constexpr std::string_view session = "Session";
constexpr std::string_view noninteractive = "Session-noninteractive";

std::string_view without_blanks(std::string_view text) {
  text = base::trim_front(text);
  return text.substr(0, text.find_last_not_of(base::line_blanks) + 1);
}

// A file of /usr/share/pam-configs. Its form is that of pam-auth-update's parser, not deb822: the last of two fields
// counts, and a line that is no field goes on the field before it, whatever it begins with.
class Profile {
 public:
  Profile(const RelPath& path, std::string_view text) : name_(path.name()), path_(path.absolute()) {
    std::string field;
    int number = 0;
    for (const auto line : base::lines(text)) {
      ++number;
      if (auto found = field_of(line)) {
        field = std::move(found->first);
        if (field == "Conflicts")
          add_conflicts(found->second);
        else
          fields_[field] = found->second;
        continue;
      }
      const auto more = without_blanks(line);
      if (more.empty() || more == "0") continue;
      if (field == "Conflicts") throw wrong(number, "a line goes on the field 'Conflicts', which has one");
      auto& value = fields_[field];
      value.append(value.empty() ? "" : "\n").append(more);
      // PAM has no pam_tally and no pam_tally2 any more.
      if (value.find("pam_tally") != std::string::npos) fields_["disabled"] = "1";
    }
    read_priority();
    if (value("Session-Interactive-Only") == "yes") return;
    for (const std::string_view part : {"-Type", "", "-Initial"}) {
      const auto of_all = fields_.find(fmt::format("{}{}", session, part));
      const auto own = fmt::format("{}{}", noninteractive, part);
      if (of_all == fields_.end())
        fields_.erase(own);
      else
        fields_[own] = of_all->second;
    }
  }

  const std::string& name() const { return name_; }
  const std::string& path() const { return path_; }
  std::int64_t priority() const { return priority_; }
  bool is_disabled() const { return is_true("disabled"); }
  bool is_default() const { return value("Default") == "yes"; }
  bool conflicts_with(const Profile& other) const { return conflicts_.contains(other.name_); }

  bool is_in(std::string_view block, const std::string& stack) const { return value(stack + "-Type") == block; }
  // Its lines for a stack; another text where it is the first of its block.
  std::vector<std::string_view> lines_of(const std::string& stack, bool is_first) const {
    const auto initial = stack + "-Initial";
    const auto text = value(is_first && is_true(initial) ? initial : stack);
    return base::lines(text);
  }

 private:
  static std::optional<std::pair<std::string, std::string>> field_of(std::string_view line) {
    const auto end = line.find_first_of(base::line_blanks);
    auto word = line.substr(0, end);
    if (word.size() < 2 || word.back() != ':') return std::nullopt;
    word.remove_suffix(1);
    // An older name of the same.
    if (constexpr std::string_view final_name = "-Final"; word.ends_with(final_name))
      word.remove_suffix(final_name.size());
    const auto rest = end == std::string_view::npos ? std::string_view{} : base::trim_front(line.substr(end));
    return std::pair{std::string(word), std::string(rest)};
  }

  void add_conflicts(std::string_view names) {
    for (std::size_t at = 0; at <= names.size();) {
      const auto end = std::min(names.find(", ", at), names.size());
      conflicts_.emplace(names.substr(at, end - at));
      at = end + 2;
    }
  }

  void read_priority() {
    const auto text = without_blanks(value("Priority"));
    const auto number = base::parse_decimal(text);
    if (text.empty()) return;
    if (!number || *number > 1'000'000'000) {
      throw base::Error(base::Exit::trust, fmt::format("the priority '{}' is no number", base::printable(text)))
          .at(path_);
    }
    priority_ = static_cast<std::int64_t>(*number);
  }

  std::string_view value(std::string_view field) const {
    const auto found = fields_.find(field);
    return found == fields_.end() ? std::string_view{} : std::string_view(found->second);
  }
  bool is_true(std::string_view field) const { return !value(field).empty() && value(field) != "0"; }

  base::Error wrong(int line, std::string what) const {
    return base::Error(base::Exit::trust, std::move(what)).at(fmt::format("{}:{}", path_, line));
  }

  std::string name_;
  std::string path_;
  std::int64_t priority_ = 0;
  std::set<std::string, std::less<>> conflicts_;
  std::map<std::string, std::string, std::less<>> fields_;
};

using Profiles = std::vector<Profile>;

// Of two that conflict the one that the other names goes, as in pam-auth-update's own loop.
void leave_out_conflicting(Profiles& enabled) {
  for (std::size_t i = 0; i < enabled.size(); ++i) {
    for (std::size_t k = enabled.size(); k > 0; --k)
      if (i < enabled.size() && enabled[i].conflicts_with(enabled[k - 1]))
        enabled.erase(enabled.begin() + static_cast<std::ptrdiff_t>(k - 1));
  }
}

// Those that are enabled by default, by priority, the highest first.
Profiles enabled_profiles(const Context& context) {
  Profiles found;
  for (const auto& path : context.files_in(at("usr/share/pam-configs"))) {
    if (path.name().ends_with('~') || (path.name().starts_with('#') && path.name().ends_with('#'))) continue;
    const auto text = context.read_for("/etc/pam.d", path, largest_profile);
    if (!text) continue;
    Profile profile(path, *text);
    if (!profile.is_disabled() && profile.is_default()) found.push_back(std::move(profile));
  }
  std::ranges::sort(found, [](const Profile& a, const Profile& b) {
    return std::pair(a.priority(), a.name()) > std::pair(b.priority(), b.name());
  });
  leave_out_conflicting(found);
  return found;
}

// Behind "[VALUE=ACTION ...]" or a word; 0 where the line begins with neither.
std::size_t end_of_control(std::string_view line) {
  if (line.starts_with('[')) {
    const auto end = line.find(']');
    return end == std::string_view::npos || end == 1 ? 0 : end + 1;
  }
  const auto is_in_word = [](char c) {
    return base::is_digit(c) || c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  };
  return static_cast<std::size_t>(std::ranges::find_if_not(line, is_in_word) - line.begin());
}

// "CONTROL MODULE OPTIONS" with the number of lines to jump over for "end", and one blank between options.
std::string rule(std::string_view line, std::int64_t jump, const Profile& profile) {
  const auto end = end_of_control(line);
  const auto module = line.find_first_not_of(base::line_blanks, end);
  if (end == 0 || module == end || module == std::string_view::npos) {
    throw base::Error(base::Exit::trust, fmt::format("no control and module of PAM: '{}'", base::printable(line)))
        .at(profile.path());
  }
  const auto rest = std::min(line.find_first_of(base::line_blanks, module), line.size());
  std::string text(line.substr(0, rest));
  base::replace_all(text, "end", std::to_string(jump));
  std::vector<std::string> options;
  for (const auto option : base::words(line.substr(rest))) options.emplace_back(option);
  return fmt::format("{} {}\n", text, base::join(options, " "));
}

// The lines of a stack's block: "Primary" or "Additional".
std::string block_of(std::string_view block, std::string_view type, const std::string& stack, const Profiles& enabled) {
  std::vector<std::pair<std::string_view, const Profile*>> lines;
  bool is_first = true;
  for (const auto& profile : enabled) {
    if (!profile.is_in(block, stack)) continue;
    for (const auto line : profile.lines_of(stack, std::exchange(is_first, false))) lines.emplace_back(line, &profile);
  }
  if (lines.empty() && block == "Primary") return fmt::format("{}\t[default=1]\t\t\tpam_permit.so\n", type);
  // No jump leads off the end of the stack.
  auto jump = static_cast<std::int64_t>(lines.size()) - (block == "Additional" ? 1 : 0);
  std::string text;
  for (const auto& [line, profile] : lines) text += fmt::format("{}\t{}", type, rule(line, jump--, *profile));
  return text;
}

// The template with the lines between its marks replaced.
std::string filled_template(std::string_view text, std::string_view name, const Profiles& enabled) {
  struct Mark {
    std::string_view line;
    std::string_view block;  // that begins here
  };
  constexpr std::array<Mark, 4> marks{
      {{"# here are the per-package modules (the \"Primary\" block)", "Primary"},
       {"# here's the fallback if no module succeeds", ""},
       {"# and here are more per-package modules (the \"Additional\" block)", "Additional"},
       {"# end of pam-auth-update config", ""}}};
  std::string stack(name);
  stack[0] = static_cast<char>(stack[0] - 'a' + 'A');
  const auto type = name.substr(0, name.find('-'));
  std::string made;
  std::size_t next = 0;
  for (const auto line : base::lines(text)) {
    const bool is_mark = next < marks.size() && line.starts_with(marks[next].line);
    if (!is_mark && next % 2 == 1) continue;
    made.append(line).append("\n");
    if (!is_mark) continue;
    if (!marks[next].block.empty()) made += block_of(marks[next].block, type, stack, enabled);
    ++next;
  }
  if (next < marks.size()) {
    throw base::Error(base::Exit::trust, fmt::format("there is no line '{}'", marks[next].line))
        .at(fmt::format("/usr/share/pam/common-{}", name));
  }
  return made;
}

}  // namespace

void pam(Context& context) {
  const auto enabled = enabled_profiles(context);
  if (enabled.empty()) return;
  for (const auto name : stacks) {
    const auto file = fmt::format("common-{}", name);
    const auto text = context.tree.read(at("usr/share/pam") / at(file));
    if (text) context.write_if_absent(at("etc/pam.d") / at(file), filled_template(*text, name, enabled));
  }
}

}  // namespace debone::effects
