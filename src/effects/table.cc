#include "effects/table.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <memory>

#include "base/error.h"
#include "base/text.h"
#include "recipe/fields.h"
#include "recipe/values.h"

namespace debone::effects {
namespace {

using recipe::Fields;
using recipe::Node;

constexpr std::array<std::string_view, 3> scripts{"config", "postinst", "preinst"};  // of a first installation

// The value of an item's first line, "- package: [a, b]".
std::string_view value_of(std::string_view line, std::string_view key) {
  if (!line.starts_with("- ") || !line.substr(2).starts_with(key)) return {};
  line = line.substr(2 + key.size());
  return line.starts_with(": ") ? base::trim(line.substr(2)) : std::string_view{};
}

// "a" or "[a, b]", of names and patterns, which need no quotes but for a '*' at their start.
std::vector<std::string_view> names_in(std::string_view value) {
  if (value.starts_with('[') && value.ends_with(']')) value = value.substr(1, value.size() - 2);
  std::vector<std::string_view> names;
  for (auto name : base::split(value, ',')) {
    name = base::trim(name);
    if (name.size() > 2 && name.front() == '"' && name.back() == '"') name = name.substr(1, name.size() - 2);
    if (!name.empty()) names.push_back(name);
  }
  return names;
}

std::vector<std::string> texts_of(const Node& node, std::string_view key) {
  if (node.kind == Node::Kind::scalar) return {recipe::text_of(node, key)};
  std::vector<std::string> texts;
  for (const auto& item : recipe::items_of(node, key)) texts.push_back(recipe::text_of(*item, key));
  if (texts.empty()) recipe::fail(node, fmt::format("'{}' is empty", key));
  return texts;
}

Known known_of(const Node& node) {
  const auto words = base::words(recipe::text_of(node, "known"));
  if (words.size() > 2 || words.empty() || words[0].size() != 16 || !base::is_hex(words[0]) ||
      (words.size() == 2 && words[1].size() % 4 != 0)) {
    recipe::fail(node, fmt::format("'{}' is no form of a script", node.text),
                 "it is 16 hex digits and the fingerprints of its lines, as `debone scripts` prints them");
  }
  return {std::string(words[0]), words.size() == 2 ? std::string(words[1]) : ""};
}

void require_why(const Node& node, const recipe::NodePtr& does, const std::string& why) {
  if (does->kind == Node::Kind::scalar && does->text != "nothing")
    recipe::fail(*does, fmt::format("'does' is '{}'", does->text), "it is a list of steps, or `nothing`");
  if (does->kind == Node::Kind::scalar && why.empty()) recipe::fail(node, "nothing is done, and 'why' is not said");
}

recipe::NodePtr member(const Node& node, std::string_view key) {
  for (const auto& one : node.members)
    if (one.key->text == key) return one.value;
  recipe::fail(node, fmt::format("an entry needs '{}'", key));
}

// How much a pattern says: a name more than any pattern.
std::size_t weight(const std::vector<std::string_view>& patterns, std::string_view package) {
  std::size_t best = 0;
  for (const auto pattern : patterns) {
    if (!fits(pattern, package)) continue;
    best = std::max(best, pattern == package ? std::string::npos : pattern.size());
  }
  return best;
}

}  // namespace

bool fits(std::string_view pattern, std::string_view name) {
  const auto star = pattern.find('*');
  if (star == std::string_view::npos) return pattern == name;
  if (!name.starts_with(pattern.substr(0, star))) return false;
  const auto rest = pattern.substr(star + 1);
  for (std::size_t i = star; i <= name.size(); ++i)
    if (fits(rest, name.substr(i))) return true;
  return false;
}

bool overlap(std::string_view pattern, std::string_view other) {
  const auto is_star = [](char c) { return c == '*'; };
  if (pattern.empty()) return std::ranges::all_of(other, is_star);
  if (other.empty()) return std::ranges::all_of(pattern, is_star);
  if (is_star(pattern.front()) || is_star(other.front())) {
    const auto& star = is_star(pattern.front()) ? pattern : other;
    const auto& against = is_star(pattern.front()) ? other : pattern;
    return overlap(star.substr(1), against) || overlap(star, against.substr(1));
  }
  return pattern.front() == other.front() && overlap(pattern.substr(1), other.substr(1));
}

Table::Table(std::span<const TableFile> files) : files_(files.begin(), files.end()) {
  for (std::size_t i = 0; i < files_.size(); ++i) {
    const auto text = files_[i].text;
    int line = 0;
    for (const auto content : base::lines(text)) {
      ++line;
      if (content.starts_with("- ")) {
        chunks_.push_back({i, line, content, value_of(content, "helper"), value_of(content, "account"),
                           names_in(value_of(content, "package"))});
      } else if (!chunks_.empty() && chunks_.back().file == i) {
        const auto* begin = chunks_.back().text.data();
        chunks_.back().text = {begin, static_cast<std::size_t>(content.data() + content.size() - begin)};
      }
    }
  }
}

// The item as a document of its own, at the line where it stands.
recipe::NodePtr Table::read(const Chunk& chunk) const {
  std::string text(static_cast<std::size_t>(chunk.line - 1), '\n');
  text.append("  ").append(chunk.text.substr(2)).append("\n");  // which a block at its end may hold
  auto origin = std::make_shared<recipe::Origin>();
  origin->file = files_[chunk.file].name;
  origin->noun = "table";
  return recipe::read_yaml(text, std::move(origin));
}

Entry Table::entry(const Chunk& chunk) const {
  const auto node = read(chunk);
  const Fields fields(*node, "an entry", {"package", "script", "known", "trigger", "does", "why"});
  Entry entry;
  entry.place = node->place();
  entry.packages = texts_of(fields.require("package"), "package");
  if (!std::ranges::equal(entry.packages, chunk.packages))
    recipe::fail(*node, "the names of 'package' stand on the first line of an entry, separated by commas");
  if (const auto* why = fields.find("why")) entry.why = recipe::text_of(*why, "why");
  entry.does = member(*node, "does");
  require_why(*node, entry.does, entry.why);
  if (const auto* trigger = fields.find("trigger")) {
    if (fields.find("script") != nullptr || fields.find("known") != nullptr)
      recipe::fail(*node, "an entry is of a script or of triggers, not of both");
    entry.triggers = texts_of(*trigger, "trigger");
    return entry;
  }
  entry.script = recipe::choice_of(fields.require("script"), "script", scripts);
  for (const auto& known : recipe::items_of(fields.require("known"), "known")) entry.known.push_back(known_of(*known));
  if (entry.known.empty()) recipe::fail(fields.require("known"), "'known' is empty");
  return entry;
}

SectionTemplate Table::section_template(const Chunk& chunk) const {
  const auto node = read(chunk);
  const Fields fields(*node, "a section", {"helper", "text", "each-line", "does", "why"});
  SectionTemplate found{recipe::text_of(fields.require("helper"), "helper"),
                        std::string(base::trim(recipe::text_or_empty(fields.require("text"), "text"))),
                        false,
                        member(*node, "does"),
                        "",
                        node->place()};
  if (const auto* each_line = fields.find("each-line")) found.each_line = recipe::boolean_of(*each_line, "each-line");
  if (const auto* why = fields.find("why")) found.why = recipe::text_of(*why, "why");
  require_why(*node, found.does, found.why);
  return found;
}

std::uint32_t Table::account_id(const Chunk& chunk) const {
  const auto node = read(chunk);
  const Fields fields(*node, "an account", {"account", "id"});
  recipe::account_name(fields.require("account"), "account");
  return recipe::id_of(fields.require("id"), "id");
}

std::vector<Entry> Table::entries(std::string_view package) const {
  std::vector<std::pair<std::size_t, const Chunk*>> speaking;
  for (const auto& chunk : chunks_)
    if (const auto found = weight(chunk.packages, package); found > 0) speaking.emplace_back(found, &chunk);
  std::ranges::stable_sort(speaking, std::ranges::greater(), &std::pair<std::size_t, const Chunk*>::first);
  std::vector<Entry> entries;
  for (const auto& [found, chunk] : speaking) entries.push_back(entry(*chunk));
  return entries;
}

std::vector<SectionTemplate> Table::templates(std::string_view helper) const {
  std::vector<SectionTemplate> found;
  for (const auto& chunk : chunks_)
    if (!helper.empty() && chunk.helper == helper) found.push_back(section_template(chunk));
  return found;
}

std::optional<std::uint32_t> Table::id(std::string_view account) const {
  for (const auto& chunk : chunks_)
    if (!account.empty() && chunk.account == account) return account_id(chunk);
  return std::nullopt;
}

void Table::check(const std::function<bool(std::string_view)>& is_finisher) const {
  const auto check_steps = [&](const Node& does) {
    for (const auto& step : read_steps(does, {})) {
      const auto* finish = std::get_if<Finish>(&step.what);
      if (finish != nullptr && !is_finisher(finish->finisher))
        recipe::fail(does, fmt::format("no finisher '{}'", finish->finisher));
    }
  };
  std::map<std::string, std::string> seen;  // by what an entry says, where
  const auto once = [&](const std::string& what, const std::string& place) {
    const auto [before, is_new] = seen.try_emplace(what, place);
    if (is_new) return;
    throw base::Error(base::Exit::usage, fmt::format("{} stands at {} already", what, before->second)).at(place);
  };
  // Of patterns only the length says which goes before.
  std::map<std::string, std::vector<std::pair<std::string, std::string>>> patterns;  // and places, by what is said
  const auto decided = [&](const std::string& what, const std::string& pattern, const std::string& place) {
    once(fmt::format("{} of '{}'", what, pattern), place);
    if (pattern.find('*') == std::string::npos) return;
    auto& before = patterns[what];
    for (const auto& [other, where] : before) {
      if (where == place || other.size() != pattern.size() || !overlap(other, pattern)) continue;
      throw base::Error(base::Exit::usage,
                        fmt::format("{} of '{}' may be that of '{}' at {} too", what, pattern, other, where))
          .at(place)
          .hint("of two patterns that fit a name the longer one counts; these are of one length");
    }
    before.emplace_back(pattern, place);
  };
  std::map<std::string, std::vector<SectionTemplate>> templates;  // by helper
  for (const auto& chunk : chunks_) {
    if (!chunk.account.empty()) {
      const auto place = recipe::Place{std::string(files_[chunk.file].name), chunk.line, 1}.str();
      once(fmt::format("account '{}'", chunk.account), place);
      once(fmt::format("number {}", account_id(chunk)), place);
      continue;
    }
    if (!chunk.helper.empty()) {
      auto one = section_template(chunk);
      check_steps(*one.does);
      auto& others = templates[one.helper];
      for (const auto& other : others) {
        if (!overlap(one, other)) continue;
        throw base::Error(base::Exit::usage, fmt::format("a section of {} may fit this and the template at {}",
                                                         one.helper, other.place.str()))
            .at(one.place.str());
      }
      others.push_back(std::move(one));
      continue;
    }
    const auto one = entry(chunk);
    check_steps(*one.does);
    for (const auto& package : one.packages) {
      for (const auto& known : one.known)
        decided(fmt::format("{} {}", one.script, known.key), package, one.place.str());
      for (const auto& trigger : one.triggers) decided(fmt::format("trigger {}", trigger), package, one.place.str());
    }
  }
}

}  // namespace debone::effects
