#include "resolve/mention_order.h"

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

#include "base/text.h"

namespace debone::resolve {
namespace {

// The fields that relate to packages, in the order in which apt reads them (debListParser::NewVersion).
constexpr std::array<std::string_view, 10> fields{"Package",    "Pre-Depends", "Depends",  "Conflicts", "Breaks",
                                                  "Recommends", "Suggests",    "Replaces", "Enhances",  "Provides"};

}  // namespace

MentionOrder::MentionOrder(std::vector<const debian::PackageIndex*> indexes, std::string_view architecture)
    : indexes_(std::move(indexes)), architecture_(architecture) {}

std::size_t MentionOrder::position(std::string_view name) {
  for (;;) {
    if (const auto at = positions_.find(name); at != positions_.end()) return at->second;
    while (index_ < indexes_.size() && id_ >= indexes_[index_]->size()) {
      ++index_;
      id_ = 0;
    }
    if (index_ == indexes_.size()) return std::numeric_limits<std::size_t>::max();
    read_stanza(indexes_[index_]->stanza(id_++));
  }
}

void MentionOrder::read_stanza(std::string_view stanza) {
  std::array<std::string_view, fields.size()> values;
  std::string_view* open = nullptr;
  while (!stanza.empty()) {
    const auto end = std::min(stanza.find('\n'), stanza.size());
    const auto line = stanza.substr(0, end);
    stanza.remove_prefix(std::min(end + 1, stanza.size()));
    if (line.starts_with(' ') || line.starts_with('\t')) {
      if (open != nullptr) *open = {open->data(), static_cast<std::size_t>(line.data() + line.size() - open->data())};
      continue;
    }
    const auto name = line.substr(0, line.find(':'));
    const auto* const field = std::ranges::find(fields, name);
    open = field == fields.end() ? nullptr : &values[static_cast<std::size_t>(field - fields.begin())];
    if (open != nullptr) *open = line.substr(std::min(name.size() + 1, line.size()));
  }
  for (auto value : values) {
    while (!value.empty()) {
      const auto end = std::min(value.find_first_of(",|"), value.size());
      const auto relation = base::trim(value.substr(0, end));
      value.remove_prefix(std::min(end + 1, value.size()));
      const auto name = relation.substr(0, relation.find_first_of(" \t\n(:["));
      // "name:any" is a package of its own to apt; "name:ARCH" is met together with the name.
      const auto qualifier = relation.substr(name.size());
      const bool is_any = qualifier.starts_with(":any") && (qualifier.size() == 4 || qualifier[4] == ' ');
      if (!name.empty() && !is_any) positions_.try_emplace(name, positions_.size());
    }
  }
}

}  // namespace debone::resolve
