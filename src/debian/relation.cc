#include "debian/relation.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "base/error.h"
#include "base/text.h"
#include "debian/names.h"

namespace debone::debian {
namespace {

// "<" and ">" are dpkg's old ways of writing "<=" and ">=" (Policy 7.1).
constexpr std::array<std::pair<std::string_view, Comparison>, 7> operators{{
    {"<<", Comparison::earlier},
    {"<=", Comparison::earlier_or_equal},
    {"=", Comparison::equal},
    {">=", Comparison::later_or_equal},
    {">>", Comparison::later},
    {"<", Comparison::earlier_or_equal},
    {">", Comparison::later_or_equal},
}};

constexpr std::size_t most_alternatives = 1000;  // whoever looks at them may recurse

std::string_view sign(Comparison comparison) {
  const auto at = std::ranges::find(operators, comparison, [](const auto& entry) { return entry.second; });
  return at == operators.end() ? "" : at->first;
}

base::Error malformed(std::string_view clause, std::string_view why) {
  return {base::Exit::trust, fmt::format("bad relation '{}': {}", base::trim(clause), why)};
}

// Reads one alternative from left to right: name[:qualifier] [(op version)] [[arch ...]].
class Reader {
 public:
  // `clause` is what errors show.
  Reader(std::string_view clause, std::string_view alternative, std::string_view architecture)
      : clause_(clause), rest_(base::trim(alternative)), architecture_(architecture) {}

  // Nothing where the restriction excludes the architecture.
  std::optional<Relation> read() {
    Relation relation;
    const auto name_end = std::min(rest_.find_first_of(" \t\r\n([<:"), rest_.size());
    relation.name = rest_.substr(0, name_end);
    if (!is_package_name(relation.name)) throw malformed(clause_, "no valid package name");
    rest_.remove_prefix(name_end);
    if (rest_.starts_with(':')) {
      rest_.remove_prefix(1);
      const auto end = std::min(rest_.find_first_of(" \t\r\n([<"), rest_.size());
      relation.qualifier = rest_.substr(0, end);
      if (!is_package_name(relation.qualifier)) throw malformed(clause_, "no valid architecture after the colon");
      rest_.remove_prefix(end);
    }
    if (const auto constraint = bracketed('(', ')')) read_constraint(*constraint, relation);
    bool applies = true;
    if (const auto architectures = bracketed('[', ']')) applies = read_architectures(*architectures);
    rest_ = base::trim(rest_);
    if (rest_.starts_with('<')) throw malformed(clause_, "a binary package has no build profiles");
    if (!rest_.empty()) throw malformed(clause_, fmt::format("unexpected '{}'", rest_));
    if (!applies) return std::nullopt;
    return relation;
  }

 private:
  std::optional<std::string_view> bracketed(char open, char close) {
    rest_ = base::trim(rest_);
    if (!rest_.starts_with(open)) return std::nullopt;
    const auto end = rest_.find(close);
    if (end == std::string_view::npos) throw malformed(clause_, fmt::format("no '{}'", close));
    const auto inside = base::trim(rest_.substr(1, end - 1));
    rest_.remove_prefix(end + 1);
    return inside;
  }

  void read_constraint(std::string_view text, Relation& relation) const {
    const auto* const at =
        std::ranges::find_if(operators, [&](const auto& entry) { return text.starts_with(entry.first); });
    if (at == operators.end()) throw malformed(clause_, "no comparison in the parentheses");
    relation.comparison = at->second;
    relation.version = Version::parse(base::trim(text.substr(at->first.size())));
  }

  bool read_architectures(std::string_view text) const {
    const auto names = base::words(text);
    if (names.empty()) throw malformed(clause_, "an empty list of architectures");
    const bool excludes = names.front().starts_with('!');
    bool named = false;
    for (auto name : names) {
      if (name.starts_with('!') != excludes) throw malformed(clause_, "architectures with and without '!'");
      if (excludes) name.remove_prefix(1);
      // Wildcards as far as binary packages use them: "any", "linux-any" and "any-ARCH" (Policy 11.1).
      named = named || name == architecture_ || name == "any" || name == "linux-any" ||
              (name.starts_with("any-") && name.substr(4) == architecture_);
    }
    return named != excludes;
  }

  std::string_view clause_;
  std::string_view rest_;
  std::string_view architecture_;
};

}  // namespace

bool Relation::admits(const Version& candidate) const {
  switch (comparison) {
    case Comparison::any: return true;
    case Comparison::earlier: return candidate < version;
    case Comparison::earlier_or_equal: return candidate <= version;
    case Comparison::equal: return candidate == version;
    case Comparison::later_or_equal: return candidate >= version;
    case Comparison::later: return candidate > version;
  }
  return false;
}

std::string Relation::str() const {
  std::string text = name;
  if (!qualifier.empty()) text += ":" + qualifier;
  if (comparison != Comparison::any) text += fmt::format(" ({} {})", sign(comparison), version.str());
  return text;
}

std::vector<Alternatives> parse_relations(std::string_view value, std::string_view architecture) {
  std::vector<Alternatives> relations;
  for (const auto clause : base::split(value, ',')) {
    if (base::trim(clause).empty()) continue;  // a trailing comma, as substitution leaves it
    Alternatives alternatives;
    const auto parts = base::split(clause, '|');
    if (parts.size() > most_alternatives) {
      throw malformed(parts.front(), fmt::format("over {} alternatives", most_alternatives));
    }
    for (const auto alternative : parts) {
      if (auto relation = Reader(clause, alternative, architecture).read())
        alternatives.push_back(std::move(*relation));
    }
    if (!alternatives.empty()) relations.push_back(std::move(alternatives));
  }
  return relations;
}

std::string str(const Alternatives& alternatives) {
  std::string text;
  for (const auto& relation : alternatives) text += (text.empty() ? "" : " | ") + relation.str();
  return text;
}

}  // namespace debone::debian
