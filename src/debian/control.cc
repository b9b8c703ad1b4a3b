#include "debian/control.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "base/text.h"

namespace debone::debian {
namespace {

// Far above any real stanza's; it keeps the search for duplicates cheap against hostile ones.
constexpr std::size_t most_fields = 1000;

base::Error malformed(std::string what) { return {base::Exit::trust, std::move(what)}; }

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool same_name(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, [](char x, char y) { return lower(x) == lower(y); });
}

// Policy 5.1: printable ASCII without space and colon, beginning with neither '#' nor '-'.
bool is_field_name(std::string_view name) {
  return !name.empty() && name.front() != '-' &&
         std::ranges::all_of(name, [](char c) { return c > ' ' && c <= '~' && c != ':'; });
}

// The first line of `text`, without its newline, taken off it.
std::string_view take_line(std::string_view& text) {
  const auto end = text.find('\n');
  const auto line = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return line;
}

bool is_blank(std::string_view line) { return base::trim(line).empty(); }

void refuse_control_characters(std::string_view text) {
  const auto bad = std::ranges::find_if(text, [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte < ' ' && c != '\t' && c != '\n' && c != '\r') || byte == 0x7f;
  });
  if (bad != text.end()) {
    throw malformed(fmt::format("control character 0x{:02x} in the stanza", static_cast<unsigned char>(*bad)));
  }
}

}  // namespace

Stanza Stanza::parse(std::string_view text) {
  refuse_control_characters(text);
  Stanza stanza;
  auto rest = text;
  while (!rest.empty() && rest.ends_with('\n')) rest.remove_suffix(1);
  stanza.text_ = rest;
  while (!rest.empty()) {
    const auto line = take_line(rest);
    if (line.starts_with('#')) continue;
    if (is_blank(line)) throw malformed("blank line inside a stanza");
    if (line.front() == ' ' || line.front() == '\t') {
      if (stanza.fields_.empty()) throw malformed(fmt::format("continuation line '{}' before any field", line));
      // From the value's begin to this line's end is one piece of the text (a comment between them stays in it).
      auto& value = stanza.fields_.back().value;
      const auto end = line.data() + line.size();
      value = base::trim({value.data(), static_cast<std::size_t>(end - value.data())});
      continue;
    }
    const auto colon = line.find(':');
    if (colon == std::string_view::npos || !is_field_name(line.substr(0, colon))) {
      throw malformed(fmt::format("line '{}' is neither a field nor a continuation", line));
    }
    const auto name = line.substr(0, colon);
    if (stanza.find(name)) throw malformed(fmt::format("field '{}' stands twice in the stanza", name));
    if (stanza.fields_.size() == most_fields) {
      throw malformed(fmt::format("more than {} fields in the stanza", most_fields));
    }
    auto value = base::trim(line.substr(colon + 1));
    if (value.empty()) value = line.substr(colon + 1, 0);  // so that a continuation can reach back to here
    stanza.fields_.push_back({name, value});
  }
  return stanza;
}

std::optional<std::string_view> Stanza::find(std::string_view name) const {
  const auto at = std::ranges::find_if(fields_, [&](const Field& field) { return same_name(field.name, name); });
  if (at == fields_.end()) return std::nullopt;
  return at->value;
}

std::string_view Stanza::require(std::string_view name) const {
  const auto value = find(name);
  if (!value) throw malformed(fmt::format("no field '{}' in the stanza", name));
  return *value;
}

std::vector<std::string_view> split_stanzas(std::string_view text) {
  std::vector<std::string_view> stanzas;
  const char* begin = nullptr;
  const char* end = nullptr;
  const auto close = [&] {
    if (begin != nullptr) stanzas.emplace_back(begin, static_cast<std::size_t>(end - begin));
    begin = nullptr;
  };
  while (!text.empty()) {
    const auto line = take_line(text);
    if (is_blank(line)) {
      close();
      continue;
    }
    if (begin == nullptr) begin = line.data();
    end = line.data() + line.size();
  }
  close();
  return stanzas;
}

std::vector<std::string_view> value_lines(std::string_view value) {
  std::vector<std::string_view> found;
  for (const auto line : base::lines(value)) {
    if (const auto text = base::trim(line); !text.empty()) found.push_back(text);
  }
  return found;
}

}  // namespace debone::debian
