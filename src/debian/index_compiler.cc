#include "debian/index_compiler.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/text.h"
#include "debian/compiled_index.h"

namespace debone::debian {
namespace {

using Id = std::uint32_t;

constexpr std::size_t longest_stanza = std::size_t{1} << 20U;

base::Error malformed(std::string what) { return {base::Exit::trust, std::move(what)}; }

// The fields that are read. The first ten relate to packages, in the order in which apt reads them
// (debListParser::NewVersion); the three after those are looked at here; parse_package reads all but a few.
enum class Wanted : std::uint8_t {
  package,
  pre_depends,
  depends,
  conflicts,
  breaks,
  recommends,
  suggests,
  replaces,
  enhances,
  provides,
  architecture,
  essential,
  other,
};
constexpr std::size_t related = 10;
constexpr std::size_t looked_at = 12;

struct FieldName {
  std::string_view lower_case;
  Wanted wanted;
  bool is_kept = true;  // parse_package reads it
};
constexpr std::array<FieldName, 22> field_names{{
    {"package", Wanted::package},
    {"pre-depends", Wanted::pre_depends},
    {"depends", Wanted::depends},
    {"conflicts", Wanted::conflicts},
    {"breaks", Wanted::breaks},
    {"recommends", Wanted::recommends, false},
    {"suggests", Wanted::suggests, false},
    {"replaces", Wanted::replaces},
    {"enhances", Wanted::enhances, false},
    {"provides", Wanted::provides},
    {"architecture", Wanted::architecture},
    {"essential", Wanted::essential},
    {"version", Wanted::other},
    {"source", Wanted::other},
    {"multi-arch", Wanted::other},
    {"protected", Wanted::other},
    {"important", Wanted::other},
    {"priority", Wanted::other},
    {"installed-size", Wanted::other},
    {"filename", Wanted::other},
    {"size", Wanted::other},
    {"sha256", Wanted::other},
}};

const FieldName* field_named(std::string_view name) {
  const auto is_it = [&](const FieldName& field) {
    return field.lower_case.size() == name.size() && std::ranges::equal(field.lower_case, name, [](char lower, char c) {
             return lower == (c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c);
           });
  };
  const auto* const at = std::ranges::find_if(field_names, is_it);
  return at == field_names.end() ? nullptr : at;
}

struct Outline {
  std::array<std::string_view, looked_at> values;  // by Wanted, with continuation lines
  std::vector<std::string_view> kept;              // lines, without their ends
  std::size_t size = 0;                            // of the whole stanza

  std::string_view operator[](Wanted field) const { return values[static_cast<std::size_t>(field)]; }
};

// Walks over the text stanza by stanza, line by line.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : at_(text.data()), end_(text.data() + text.size()) {}

  bool next(Outline& outline) {
    while (at_ != end_ && *at_ == '\n') ++at_;
    if (at_ == end_) return false;
    outline.values = {};
    outline.kept.clear();
    field_ = nullptr;
    is_kept_ = true;
    const char* const begin = at_;
    const char* last = at_;
    while (at_ != end_ && *at_ != '\n') {
      const auto* const found = static_cast<const char*>(std::memchr(at_, '\n', static_cast<std::size_t>(end_ - at_)));
      last = found == nullptr ? end_ : found;
      read_line({at_, static_cast<std::size_t>(last - at_)}, outline);
      at_ = last == end_ ? end_ : last + 1;
    }
    outline.size = static_cast<std::size_t>(last - begin);
    return true;
  }

 private:
  // A line that is neither field nor continuation nor comment is kept: parse_package will say what it thinks of it.
  void read_line(std::string_view line, Outline& outline) {
    const bool continues = line.front() == ' ' || line.front() == '\t';
    if (continues) {
      if (field_ != nullptr) {
        *field_ = {field_->data(), static_cast<std::size_t>(line.data() + line.size() - field_->data())};
      }
    } else if (line.front() != '#') {
      const auto colon = line.find(':');
      const auto* const field = field_named(line.substr(0, colon));
      is_kept_ = colon == std::string_view::npos || (field != nullptr && field->is_kept);
      field_ = nullptr;
      if (colon != std::string_view::npos && field != nullptr && field->wanted != Wanted::other) {
        field_ = &outline.values[static_cast<std::size_t>(field->wanted)];
        *field_ = line.substr(colon + 1);
      }
    }
    if (is_kept_ || (continues && base::trim(line).empty())) outline.kept.push_back(line);
  }

  const char* at_;
  const char* end_;
  std::string_view* field_ = nullptr;  // of the outline, which a continuation line continues
  bool is_kept_ = true;                // the field that was begun last
};

struct RelatedName {
  std::string_view name;
  bool is_mention = true;  // "name:any" is a package of its own to apt
};

// The names in a relation field; what is malformed there is found when the stanza is parsed.
template <typename Fn>
void for_each_name(std::string_view relations, Fn&& fn) {
  while (!relations.empty()) {
    const auto end = std::min(relations.find_first_of(",|"), relations.size());
    const auto relation = base::trim(relations.substr(0, end));
    relations.remove_prefix(std::min(end + 1, relations.size()));
    const auto name = relation.substr(0, relation.find_first_of(" \t\n(:["));
    const auto qualifier = relation.substr(name.size());
    const bool is_any = qualifier.starts_with(":any") && (qualifier.size() == 4 || qualifier[4] == ' ');
    if (!name.empty()) fn(RelatedName{name, !is_any});
  }
}

// Pairs of a name and a package, sorted into lists.
struct Lists {
  std::vector<std::uint32_t> ends;
  std::vector<std::uint32_t> items;

  // `pairs` have names as numbers that `rank` maps to their places; packages ascend.
  Lists(const std::vector<std::pair<std::uint32_t, Id>>& pairs, const std::vector<std::uint32_t>& rank)
      : ends(rank.size()), items(pairs.size()) {
    for (const auto& [name, id] : pairs) ++ends[rank[name]];
    std::uint32_t begin = 0;
    for (auto& end : ends) begin += std::exchange(end, begin);
    for (const auto& [name, id] : pairs) items[ends[rank[name]]++] = id;
  }
  ListsView view() const { return {ends, items}; }
};

class Compiler {
 public:
  explicit Compiler(std::string_view architecture) : architecture_(architecture) {}

  void add(const Outline& outline) {
    const auto architecture = base::trim(outline[Wanted::architecture]);
    if (architecture != architecture_ && architecture != "all") return;
    const auto id = static_cast<Id>(stanza_ends_.size());
    for (const auto line : outline.kept) stanzas_.append(line).push_back('\n');
    stanza_ends_.push_back(static_cast<std::uint32_t>(stanzas_.size()));
    if (base::trim(outline[Wanted::essential]) == "yes") essential_.push_back(id);
    for (std::size_t field = 0; field < related; ++field) {
      for_each_name(outline.values[field], [&](const RelatedName& it) {
        const auto number = number_of(it.name);
        if (it.is_mention && first_mention_[number] == CompiledIndex::never) first_mention_[number] = mentions_++;
        // A package that provides a name twice is there once.
        if (static_cast<Wanted>(field) == Wanted::provides && last_provider_[number] != id) {
          providing_.emplace_back(number, id);
          last_provider_[number] = id;
        }
      });
    }
    named_.emplace_back(number_of(base::trim(outline[Wanted::package])), id);
  }

  std::string finish(std::string_view identity) {
    std::vector<std::pair<std::string_view, std::uint32_t>> sorted(numbers_.begin(), numbers_.end());
    std::ranges::sort(sorted);
    std::vector<std::uint32_t> rank(sorted.size());
    std::vector<std::uint32_t> first_mention(sorted.size());
    std::vector<std::uint32_t> name_ends(sorted.size());
    std::string names;
    for (std::uint32_t place = 0; place < sorted.size(); ++place) {
      const auto& [name, number] = sorted[place];
      rank[number] = place;
      first_mention[place] = first_mention_[number];
      names += name;
      name_ends[place] = static_cast<std::uint32_t>(names.size());
    }
    const Lists named(named_, rank);
    const Lists providing(providing_, rank);
    const CompiledIndex index{.identity = identity,
                              .stanzas = stanzas_,
                              .stanza_ends = stanza_ends_,
                              .essential = essential_,
                              .names = names,
                              .name_ends = name_ends,
                              .first_mention = first_mention,
                              .named = named.view(),
                              .providing = providing.view()};
    return index.bytes();
  }

 private:
  std::uint32_t number_of(std::string_view name) {
    const auto [at, is_new] = numbers_.try_emplace(name, static_cast<std::uint32_t>(numbers_.size()));
    if (is_new) {
      first_mention_.push_back(CompiledIndex::never);
      last_provider_.push_back(CompiledIndex::never);
    }
    return at->second;
  }

  std::string_view architecture_;
  std::string stanzas_;
  std::vector<std::uint32_t> stanza_ends_;
  std::vector<std::uint32_t> essential_;
  std::unordered_map<std::string_view, std::uint32_t> numbers_;  // names in the order of their first sight
  std::vector<std::uint32_t> first_mention_;                     // by number
  std::vector<std::uint32_t> last_provider_;                     // by number
  std::uint32_t mentions_ = 0;
  std::vector<std::pair<std::uint32_t, Id>> named_;
  std::vector<std::pair<std::uint32_t, Id>> providing_;
};

}  // namespace

std::string compile_index(std::string_view text, std::string_view architecture, std::string_view identity) {
  if (text.size() > std::numeric_limits<std::uint32_t>::max()) throw malformed("the index is over 4 GiB long");
  if (text.find('\0') != std::string::npos) throw malformed("NUL byte in the index");
  Scanner scanner(text);
  Compiler compiler(architecture);
  Outline outline;
  for (std::size_t number = 1; scanner.next(outline); ++number) {
    if (outline.size > longest_stanza) {
      throw malformed(fmt::format("stanza {} is over {} bytes long", number, longest_stanza));
    }
    const auto package = base::trim(outline[Wanted::package]);
    if (package.empty()) throw malformed(fmt::format("no field 'Package' in stanza {}", number));
    if (base::trim(outline[Wanted::architecture]).empty()) {
      throw malformed(fmt::format("no field 'Architecture' in stanza {} ({})", number, package));
    }
    compiler.add(outline);
  }
  return compiler.finish(identity);
}

}  // namespace debone::debian
