// The shared MIME database of an image, as update-mime-database(1) reads it from /usr/share/mime/packages/*.xml:
// https://specifications.freedesktop.org/shared-mime-info-spec/. A later file adds to what earlier ones say.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/xml.h"
#include "effects/glib_hash_table.h"

namespace debone::effects {

inline constexpr std::string_view mime_namespace = "http://www.freedesktop.org/standards/shared-mime-info";

struct MimeType {
  std::string media;
  std::string subtype;
  std::vector<base::XmlElement> fields;  // what its own XML file says
  std::string name() const { return media + "/" + subtype; }
};

struct MimeGlob {
  int weight = 0;
  std::string pattern;
  const MimeType* type = nullptr;
  bool deletes_others = false;
  bool is_case_sensitive = false;
};

struct MimeMatch {
  std::int64_t start = 0;
  std::int32_t length = 1;
  int word_size = 1;
  std::string data;
  std::optional<std::string> mask;
  std::vector<MimeMatch> matches;  // one of which must hold too
};

struct MimeMagic {
  int priority = 0;
  const MimeType* type = nullptr;
  bool deletes_others = false;
  std::vector<MimeMatch> matches;
};

struct MimeTreeMatch {
  std::string path;
  std::string kind = "any";  // of file
  bool matches_case = false;
  bool is_executable = false;
  bool is_not_empty = false;
  std::optional<std::string> type;
  std::vector<MimeTreeMatch> matches;
};

struct MimeTreeMagic {
  int priority = 0;
  const MimeType* type = nullptr;
  std::vector<MimeTreeMatch> matches;
};

struct MimeDatabase {
  using Warn = std::function<void(const std::string&)>;

  // Adds what a file of packages/ says. What is wrong in it is told to `warn` with its type, and the rest of that type
  // left out, as the real tool does it. Throws Error (trust, its place "LINE:COLUMN") where it is no XML.
  void add_file(std::string_view xml, const Warn& warn);
  // Orders magic by what is tried first; after the last file.
  void sort_magic();

  GlibHashTable<MimeType> types;                    // by name
  GlibHashTable<const MimeType*> namespaces;        // by "URI LOCALNAME"
  GlibHashTable<std::vector<MimeGlob>> globs;       // by pattern
  GlibHashTable<const MimeType*> aliases;           // by the other name
  GlibHashTable<std::vector<std::string>> parents;  // by a type's name
  GlibHashTable<std::string> icons;                 // by a type's name
  GlibHashTable<std::string> generic_icons;         // by a type's name
  std::vector<MimeMagic> magic;
  std::vector<MimeTreeMagic> tree_magic;
};

// The matches that a <magic> or <match> holds. Throws Error (trust, without a place) for the first that is malformed.
std::vector<MimeMatch> read_mime_matches(const base::XmlElement& parent);

// The bytes of mime.cache.
std::string mime_cache(const MimeDatabase& database);

}  // namespace debone::effects
