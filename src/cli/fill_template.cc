#include "cli/fill_template.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "base/error.h"
#include "base/text.h"

namespace debone::cli {
namespace {

bool is_name(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return (c >= 'A' && c <= 'Z') || c == '_'; });
}

struct Blank {
  std::size_t at = 0;
  std::string_view name;
};

std::optional<Blank> next_blank(std::string_view line, std::size_t from) {
  for (auto at = line.find('@', from); at != std::string_view::npos; at = line.find('@', at + 1)) {
    const auto end = line.find('@', at + 1);
    if (end == std::string_view::npos) return std::nullopt;
    if (const auto name = line.substr(at + 1, end - at - 1); is_name(name)) return Blank{at, name};
  }
  return std::nullopt;
}

// With `item` for the line's list. What is filled in is not looked at again.
std::string fill_line(std::string_view line, const Blanks& blanks, const std::string& item) {
  std::string out;
  std::size_t done = 0;
  while (const auto blank = next_blank(line, done)) {
    out += line.substr(done, blank->at - done);
    if (const auto text = blanks.texts.find(blank->name); text != blanks.texts.end()) {
      out += text->second;
    } else {
      out += item;
    }
    done = blank->at + blank->name.size() + 2;
  }
  return out + std::string(line.substr(done)) + "\n";
}

// The list that the line names, or nothing.
const std::vector<std::string>* list_of(std::string_view line, const Blanks& blanks) {
  const std::vector<std::string>* found = nullptr;
  std::size_t done = 0;
  while (const auto blank = next_blank(line, done)) {
    done = blank->at + blank->name.size() + 2;
    if (blanks.texts.contains(blank->name)) continue;
    const auto list = blanks.lists.find(blank->name);
    if (list == blanks.lists.end() || found != nullptr) {
      throw base::Error(base::Exit::internal, fmt::format("a template has '@{}@', which nothing fills", blank->name));
    }
    found = &list->second;
  }
  return found;
}

}  // namespace

std::string fill_template(std::string_view text, const Blanks& blanks) {
  std::string out;
  for (const auto line : base::lines(text)) {
    const auto* list = list_of(line, blanks);
    if (list == nullptr) {
      out += fill_line(line, blanks, "");
    } else {
      for (const auto& item : *list) out += fill_line(line, blanks, item);
    }
  }
  return out;
}

}  // namespace debone::cli
