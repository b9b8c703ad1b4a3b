// mime.cache, format 1.2: big-endian numbers, and strings by their place in one pool at the front. A string that is not
// in the pool, as are the names of types in the last list, has the place 0, as in the real tool's file.
#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <map>

#include "base/error.h"
#include "effects/mime_database.h"

namespace debone::effects {
namespace {

constexpr std::size_t header_size = 44;
constexpr std::uint32_t case_sensitive_flag = 0x100;

enum class GlobKind { literal, suffix, full };

// "*.c" is a suffix, "Makefile" a literal.
GlobKind kind_of(std::string_view pattern) {
  const bool begins_with_star = pattern.starts_with('*');
  if (pattern.find_first_of("\\[?*", begins_with_star ? 1 : 0) != std::string_view::npos) return GlobKind::full;
  return begins_with_star ? GlobKind::suffix : GlobKind::literal;
}

std::uint32_t weight_and_flags(const MimeGlob& glob) {
  return (static_cast<std::uint32_t>(glob.weight) & 0xFFU) | (glob.is_case_sensitive ? case_sensitive_flag : 0);
}

// Of valid UTF-8, as all text from XML is.
std::vector<char32_t> code_points(std::string_view text) {
  std::vector<char32_t> found;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x80) {
      found.push_back(byte);
    } else if (byte >= 0xC0) {
      found.push_back(byte >= 0xF0 ? byte & 0x07U : byte >= 0xE0 ? byte & 0x0FU : byte & 0x1FU);
    } else {
      found.back() = (found.back() << 6U) | (byte & 0x3FU);
    }
  }
  return found;
}

// A tree of the suffixes' characters from the last to the first.
struct Suffix {
  struct Leaf {
    std::string type;
    int weight = 0;
    std::uint32_t flags = 0;
  };
  std::vector<Leaf> leaves;
  std::map<char32_t, Suffix> children;
  std::size_t size() const { return leaves.size() + children.size(); }
};

class Writer {
 public:
  explicit Writer(const MimeDatabase& database) : database_(database) { out_.resize(header_size); }

  std::string write() {
    collect_strings();
    for (const auto* text : strings_.in_hash_order()) {
      strings_[*text] = out_.size();
      out_ += *text;
      out_ += '\0';
      pad();
    }
    std::vector<std::size_t> sections;
    const auto section = [&](const auto& write) {
      sections.push_back(out_.size());
      write();
    };
    section([&] { types_by_name(database_.aliases); });
    section([&] { parents(); });
    section([&] { globs(GlobKind::literal); });
    section([&] { suffixes(); });
    section([&] { globs(GlobKind::full); });
    section([&] { magic(); });
    section([&] { namespaces(); });
    section([&] { icons(database_.icons); });
    section([&] { icons(database_.generic_icons); });
    section([&] { types(); });
    constexpr std::uint32_t version = (1U << 16U) | 2U;
    put(0, version);
    for (std::size_t i = 0; i < sections.size(); ++i) put(4 * (i + 1), sections[i]);
    return std::move(out_);
  }

 private:
  void collect_strings() {
    for (const auto* name : database_.aliases.in_hash_order()) {
      strings_[*name];
      strings_[database_.aliases.at(*name)->name()];
    }
    for (const auto* name : database_.parents.in_hash_order()) {
      strings_[*name];
      for (const auto& parent : database_.parents.at(*name)) strings_[parent];
    }
    for (const auto* pattern : database_.globs.in_hash_order()) {
      if (kind_of(*pattern) != GlobKind::suffix) strings_[*pattern];
      for (const auto& glob : database_.globs.at(*pattern)) strings_[glob.type->name()];
    }
    for (const auto& magic : database_.magic) strings_[magic.type->name()];
    for (const auto* key : database_.namespaces.in_hash_order()) {
      strings_[database_.namespaces.at(*key)->name()];
      const auto space = key->find(' ');
      strings_[key->substr(0, space)];
      strings_[key->substr(space + 1)];
    }
    for (const auto* icons : {&database_.generic_icons, &database_.icons}) {
      for (const auto* name : icons->in_hash_order()) {
        strings_[*name];
        strings_[icons->at(*name)];
      }
    }
  }

  void types_by_name(const GlibHashTable<const MimeType*>& names) {
    number(names.size());
    for (const auto& [name, type] : names.sorted()) {
      string(name);
      string(type->name());
    }
  }

  void parents() {
    const auto& all = database_.parents.sorted();
    number(all.size());
    auto place = out_.size() + 8 * all.size();
    for (const auto& [name, others] : all) {
      string(name);
      number(place);
      place += 4 + 4 * others.size();
    }
    for (const auto& [name, others] : all) {
      number(others.size());
      for (const auto& other : others) string(other);
    }
  }

  void globs(GlobKind kind) {
    std::size_t count = 0;
    const auto place = out_.size();
    number(0);
    for (const auto& [pattern, globs] : database_.globs.sorted()) {
      if (kind_of(pattern) != kind) continue;
      count += globs.size();
      for (const auto& glob : globs) {
        string(pattern);
        string(glob.type->name());
        number(weight_and_flags(glob));
      }
    }
    put(place, count);
  }

  void suffixes() {
    Suffix root;
    for (const auto* pattern : database_.globs.in_hash_order()) {
      if (kind_of(*pattern) != GlobKind::suffix || pattern->size() == 1) continue;
      auto points = code_points(std::string_view(*pattern).substr(1));
      auto* node = &root;
      for (; !points.empty(); points.pop_back()) node = &node->children[points.back()];
      for (const auto& glob : database_.globs.at(*pattern)) add_leaf(*node, glob);
    }
    number(root.children.size());
    number(out_.size() + 4);
    std::vector<const Suffix*> level{&root};
    auto next_children = out_.size() + 12 * root.children.size();
    while (!level.empty()) {
      std::vector<const Suffix*> next;
      for (const auto* node : level) {
        for (const auto& leaf : node->leaves) {
          number(0);
          string(leaf.type);
          number((static_cast<std::uint32_t>(leaf.weight) & 0xFFU) | leaf.flags);
        }
        for (const auto& [character, child] : node->children) {
          number(character);
          number(child.size());
          number(next_children);
          next_children += 12 * child.size();
          next.push_back(&child);
        }
      }
      level = std::move(next);
    }
  }

  static void add_leaf(Suffix& node, const MimeGlob& glob) {
    const auto type = glob.type->name();
    const auto found = std::ranges::find(node.leaves, type, &Suffix::Leaf::type);
    if (found == node.leaves.end()) {
      node.leaves.push_back({type, glob.weight, glob.is_case_sensitive ? case_sensitive_flag : 0});
    } else {
      found->weight = std::max(found->weight, glob.weight);
    }
  }

  // Of a list, all of it before what is below its first.
  static void collect(const std::vector<MimeMatch>& matches, std::vector<const MimeMatch*>& all) {
    for (const auto& match : matches) all.push_back(&match);
    for (const auto& match : matches) collect(match.matches, all);
  }

  void magic() {
    std::vector<const MimeMatch*> all;
    for (const auto& magic : database_.magic) collect(magic.matches, all);
    std::map<const MimeMatch*, std::size_t> index;
    std::uint32_t extent = 0;
    for (const auto* match : all) {
      index.emplace(match, index.size());
      extent =
          std::max(extent, static_cast<std::uint32_t>(match->data.size()) + static_cast<std::uint32_t>(match->start) +
                               static_cast<std::uint32_t>(match->length));
    }
    number(database_.magic.size());
    number(extent);
    number(out_.size() + 4);
    const auto first = out_.size() + 16 * database_.magic.size();
    const auto place_of = [&](const std::vector<MimeMatch>& matches) { return first + 32 * index.at(matches.data()); };
    for (const auto& magic : database_.magic) {
      number(static_cast<std::uint32_t>(magic.priority));
      string(magic.type->name());
      number(magic.matches.size());
      number(place_of(magic.matches));
    }
    auto data = first + 32 * all.size();
    const auto take = [&](std::size_t size) {
      number(data);
      data += (size + 3) / 4 * 4;
    };
    for (const auto* match : all) {
      number(static_cast<std::uint32_t>(match->start));
      number(static_cast<std::uint32_t>(match->length));
      number(static_cast<std::uint32_t>(match->word_size));
      number(match->data.size());
      take(match->data.size());
      if (match->mask) {
        take(match->data.size());
      } else {
        number(0);
      }
      number(match->matches.size());
      number(match->matches.empty() ? 0 : place_of(match->matches));
    }
    for (const auto* match : all) {
      out_ += match->data;
      pad();
      out_ += match->mask.value_or("");
      pad();
    }
  }

  void namespaces() {
    number(database_.namespaces.size());
    for (const auto& [key, type] : database_.namespaces.sorted()) {
      const auto space = key.find(' ');
      string(key.substr(0, space));
      string(key.substr(space + 1));
      string(type->name());
    }
  }

  void icons(const GlibHashTable<std::string>& icons) {
    number(icons.size());
    for (const auto& [name, icon] : icons.sorted()) {
      string(name);
      string(icon);
    }
  }

  // The real tool looks the names up with a newline behind them, and finds none.
  void types() {
    number(database_.types.size());
    std::vector<std::string> lines;
    for (const auto& [name, type] : database_.types.sorted()) lines.push_back(name + "\n");
    std::ranges::sort(lines);
    for (const auto& line : lines) string(line);
  }

  void string(std::string_view text) { number(strings_.contains(text) ? strings_.at(text) : 0); }

  void number(std::uint64_t value) {
    out_.resize(out_.size() + 4);
    put(out_.size() - 4, value);
  }

  void put(std::size_t at, std::uint64_t value) {
    if (value > std::numeric_limits<std::uint32_t>::max())
      throw base::Error(base::Exit::trust, "too much for a mime.cache");
    for (unsigned i = 0; i < 4; ++i) out_[at + i] = static_cast<char>((value >> (8 * (3 - i))) & 0xFFU);
  }

  void pad() { out_.resize((out_.size() + 3) / 4 * 4); }

  const MimeDatabase& database_;
  GlibHashTable<std::size_t> strings_;
  std::string out_;
};

}  // namespace

std::string mime_cache(const MimeDatabase& database) { return Writer(database).write(); }

}  // namespace debone::effects
