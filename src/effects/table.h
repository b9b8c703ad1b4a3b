// The effects table: for each maintainer script that is known, what it does on a first installation. Its text is YAML
// (docs/effects.md), a list of entries; an entry is read only when a package is asked for that it may speak of, so that
// a long table costs a build nothing.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "effects/maintainer_script.h"
#include "effects/step.h"
#include "recipe/recipe.h"
#include "recipe/yaml_reader.h"

namespace debone::effects {

struct TableFile {
  std::string_view name;  // how errors name it: "effects/php.yaml"
  std::string_view text;  // which must outlive the table
};

// A form of a script that an entry is true for.
struct Known {
  std::string key;           // as key_of
  std::string fingerprints;  // of its lines, or empty
};

struct Entry {
  std::vector<std::string> packages;  // names, or patterns with '*'
  std::string script;                 // "postinst"; empty for an entry of triggers
  std::vector<Known> known;           // of a script, the newest last
  std::vector<std::string> triggers;  // names and paths that a package is interested in
  recipe::NodePtr does;
  std::string why;
  recipe::Place place;
};

// A section's template.
struct SectionTemplate {
  std::string helper;
  std::string text;        // with {name} and {names...}
  bool each_line = false;  // the section is any number of lines, each of which fits one of the text's
  recipe::NodePtr does;
  std::string why;
  recipe::Place place;
};

class Table {
 public:
  explicit Table(std::span<const TableFile> files);

  // The entries that may speak of a package, those that name it first, then by the length of their patterns; of equal
  // ones in the table's order. Throws Error (usage) at an entry's place where it is malformed.
  std::vector<Entry> entries(std::string_view package) const;
  // The templates of a helper's sections.
  std::vector<SectionTemplate> templates(std::string_view helper) const;

  // The number of a system account that has one in the table.
  std::optional<std::uint32_t> id(std::string_view account) const;

  // Reads all of it. Throws Error (usage) for the first entry that is malformed, names a finisher that `is_finisher`
  // does not know, or contradicts another: the same form of a script of the same packages in two entries, or of
  // patterns of one length that some name fits both; two templates that some section fits both; two accounts with one
  // number.
  void check(const std::function<bool(std::string_view)>& is_finisher) const;

 private:
  struct Chunk {
    std::size_t file = 0;
    int line = 0;  // from 1
    std::string_view text;
    std::string_view helper;                 // of a section's template
    std::string_view account;                // of an account's number
    std::vector<std::string_view> packages;  // of an entry
  };
  recipe::NodePtr read(const Chunk& chunk) const;
  Entry entry(const Chunk& chunk) const;
  SectionTemplate section_template(const Chunk& chunk) const;
  std::uint32_t account_id(const Chunk& chunk) const;

  std::vector<TableFile> files_;
  std::vector<Chunk> chunks_;
};

// Whether the name fits a pattern in which '*' stands for any text.
bool fits(std::string_view pattern, std::string_view name);
// Whether some name fits both patterns.
bool overlap(std::string_view pattern, std::string_view other);

// The words that a section's placeholders stand for, where it has the template's form; none of one that fits line by
// line. A placeholder never stands for anything that means something to a shell, nor for an option.
std::optional<Words> match(const SectionTemplate& section_template, std::string_view text);
// Whether some section fits both, each placeholder taken by itself even where two have one name.
bool overlap(const SectionTemplate& section_template, const SectionTemplate& other);

}  // namespace debone::effects
