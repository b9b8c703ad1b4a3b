// The form of the configuration, without its meaning: sections `[kind name]` of lines `key = word word ...`. Comments
// have lines of their own; words are bare, or in double quotes with the escapes \" \\ \n \t. Every mistake is a
// ConfigFailure with its line.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "init/failure.h"

namespace debone::init {

inline constexpr std::size_t largest_config = std::size_t{1} << 20U;

struct Entry {
  std::string key;
  std::vector<std::string> words;  // at least one
  Place place;
};

struct Section {
  std::string kind;
  std::string name;  // empty where the head has none
  std::vector<Entry> entries;
  Place place;
};

std::vector<Section> sections_of(std::string_view text, const std::string& file);

// The words of a value.
std::vector<std::string> words_of(std::string_view text, const Place& place);

// Whether it can be a key, a kind or a name.
bool is_name(std::string_view text);

// The other way round: `word` as words_of reads it, in quotes where it needs them.
std::string written_word(std::string_view word);

}  // namespace debone::init
