// deb822 control data (Policy 5.1, deb822(5)): stanzas of fields. A stanza points into the text it was
// parsed from; field names compare without regard to case.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace debone::debian {

struct Field {
  std::string_view name;   // as written
  std::string_view value;  // without blanks at either end; continuation lines as they stand
};

class Stanza {
 public:
  // Parses one stanza's text. Throws Error (trust, without a place) where a line is neither field, continuation nor
  // comment, or a field stands twice.
  static Stanza parse(std::string_view text);

  std::optional<std::string_view> find(std::string_view name) const;
  // The value, or Error (trust) "no field 'NAME' in the stanza".
  std::string_view require(std::string_view name) const;
  const std::vector<Field>& fields() const& { return fields_; }
  const std::vector<Field>& fields() const&& = delete;  // would dangle
  std::string_view text() const { return text_; }       // verbatim, without the blank line after it

 private:
  std::string_view text_;
  std::vector<Field> fields_;
};

// The texts of the stanzas (paragraphs between blank lines) of a control file, in order.
std::vector<std::string_view> split_stanzas(std::string_view text);

// The lines of a multi-line field (Policy 5.6: Checksums, Description): each trimmed, empty ones left out.
std::vector<std::string_view> value_lines(std::string_view value);

}  // namespace debone::debian
