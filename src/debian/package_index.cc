// One pass over the text finds the stanzas and, of each, the three fields that the tables need. The tables hold
// views into the text, sorted by name: archives are sorted by name already, so sorting costs next to nothing.
#include "debian/package_index.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <limits>
#include <utility>

#include "base/error.h"
#include "base/text.h"

namespace debone::debian {
namespace {

using Id = PackageIndex::Id;

constexpr std::size_t longest_stanza = std::size_t{1} << 20U;

base::Error malformed(std::string what) { return {base::Exit::trust, std::move(what)}; }

// Which packages have to do with a name; a package's place among those of a name is the index's.
class NameTable {
 public:
  void add(std::string_view name, Id id) { entries_.emplace_back(name, id); }

  void finish() {
    // A package that provides a name twice is there once.
    if (!std::ranges::is_sorted(entries_)) std::ranges::sort(entries_);
    entries_.erase(std::ranges::unique(entries_).begin(), entries_.end());
    ids_.reserve(entries_.size());
    for (const auto& [name, id] : entries_) {
      if (names_.empty() || names_.back().first != name) names_.emplace_back(name, static_cast<Id>(ids_.size()));
      ids_.push_back(id);
    }
    entries_ = {};
  }

  std::span<const Id> find(std::string_view name) const {
    const auto at = std::ranges::lower_bound(names_, name, {}, &std::pair<std::string_view, Id>::first);
    if (at == names_.end() || at->first != name) return {};
    const std::size_t begin = at->second;
    const std::size_t end = std::next(at) == names_.end() ? ids_.size() : std::next(at)->second;
    return std::span(ids_).subspan(begin, end - begin);
  }

  std::vector<std::string> names() const {
    std::vector<std::string> all;
    all.reserve(names_.size());
    for (const auto& [name, begin] : names_) all.emplace_back(name);
    return all;
  }

 private:
  std::vector<std::pair<std::string_view, Id>> entries_;  // until finish()
  std::vector<std::pair<std::string_view, Id>> names_;    // each name and where its ids begin
  std::vector<Id> ids_;
};

// The fields of one stanza that the tables need.
struct Outline {
  std::string_view text;
  std::string_view package;
  std::string_view architecture;
  std::string_view provides;
  std::string_view essential;
};

// Walks over the text stanza by stanza, line by line.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : at_(text.data()), end_(text.data() + text.size()) {}

  bool next(Outline& outline) {
    while (at_ != end_ && *at_ == '\n') ++at_;
    if (at_ == end_) return false;
    outline = {};
    const char* const begin = at_;
    const char* last = at_;
    std::string_view* open = nullptr;  // the wanted field whose continuation lines may follow
    while (at_ != end_ && *at_ != '\n') {
      const auto* const found = static_cast<const char*>(std::memchr(at_, '\n', static_cast<std::size_t>(end_ - at_)));
      last = found == nullptr ? end_ : found;
      const std::string_view line(at_, static_cast<std::size_t>(last - at_));
      switch (line.front()) {
        case ' ':
        case '\t':
          if (open != nullptr) *open = {open->data(), static_cast<std::size_t>(last - open->data())};
          break;
        case 'P':
        case 'p':
          open = take(line, "package:", outline.package);
          if (open == nullptr) open = take(line, "provides:", outline.provides);
          break;
        case 'A':
        case 'a': open = take(line, "architecture:", outline.architecture); break;
        case 'E':
        case 'e': open = take(line, "essential:", outline.essential); break;
        default: open = nullptr; break;
      }
      at_ = last == end_ ? end_ : last + 1;
    }
    outline.text = {begin, static_cast<std::size_t>(last - begin)};
    outline.package = base::trim(outline.package);
    outline.architecture = base::trim(outline.architecture);
    return true;
  }

 private:
  static std::string_view* take(std::string_view line, std::string_view lower_case_name, std::string_view& field) {
    if (line.size() < lower_case_name.size()) return nullptr;
    for (std::size_t i = 0; i < lower_case_name.size(); ++i) {
      const char c = line[i];
      if ((c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c) != lower_case_name[i]) return nullptr;
    }
    field = line.substr(lower_case_name.size());
    return &field;
  }

  const char* at_;
  const char* end_;
};

// The names in a Provides field; what is malformed there is found when the stanza is parsed.
template <typename Fn>
void for_each_provided(std::string_view provides, Fn&& fn) {
  while (!provides.empty()) {
    const auto end = provides.find(',');
    const auto clause = base::trim(provides.substr(0, end));
    const auto name = clause.substr(0, clause.find_first_of(" \t\n(:["));
    if (!name.empty()) fn(name);
    provides.remove_prefix(end == std::string_view::npos ? provides.size() : end + 1);
  }
}

}  // namespace

struct PackageIndex::State {
  std::string text;
  std::string architecture;
  std::string place;
  std::vector<std::string_view> stanzas;
  std::vector<Id> essential;
  NameTable by_name;
  NameTable by_provided;
  mutable std::vector<std::unique_ptr<PackageRecord>> records;

  void scan() {
    if (text.size() > std::numeric_limits<Id>::max()) throw malformed("the index is over 4 GiB long");
    if (text.find('\0') != std::string::npos) throw malformed("NUL byte in the index");
    Scanner scanner(text);
    Outline outline;
    for (std::size_t number = 1; scanner.next(outline); ++number) {
      if (outline.text.size() > longest_stanza) {
        throw malformed(fmt::format("stanza {} is over {} bytes long", number, longest_stanza));
      }
      if (outline.package.empty()) throw malformed(fmt::format("no field 'Package' in stanza {}", number));
      if (outline.architecture.empty()) {
        throw malformed(fmt::format("no field 'Architecture' in stanza {} ({})", number, outline.package));
      }
      if (outline.architecture != architecture && outline.architecture != "all") continue;
      const auto id = static_cast<Id>(stanzas.size());
      stanzas.push_back(outline.text);
      by_name.add(outline.package, id);
      if (base::trim(outline.essential) == "yes") essential.push_back(id);
      for_each_provided(outline.provides, [&](std::string_view name) { by_provided.add(name, id); });
    }
    by_name.finish();
    by_provided.finish();
    records.resize(stanzas.size());
  }
};

PackageIndex::PackageIndex(std::unique_ptr<State> state) : state_(std::move(state)) {}
PackageIndex::PackageIndex(PackageIndex&&) noexcept = default;
PackageIndex& PackageIndex::operator=(PackageIndex&&) noexcept = default;
PackageIndex::~PackageIndex() = default;

PackageIndex PackageIndex::parse(std::string text, std::string_view architecture, std::string place) {
  auto state = std::make_unique<State>();
  state->text = std::move(text);
  state->architecture = architecture;
  state->place = std::move(place);
  try {
    state->scan();
  } catch (base::Error& error) {
    error.place_if_none(state->place);
    throw;
  }
  return PackageIndex(std::move(state));
}

std::size_t PackageIndex::size() const { return state_->stanzas.size(); }

std::span<const Id> PackageIndex::named(std::string_view name) const { return state_->by_name.find(name); }

std::span<const Id> PackageIndex::providing(std::string_view name) const { return state_->by_provided.find(name); }

std::span<const Id> PackageIndex::essential() const { return state_->essential; }

std::string_view PackageIndex::stanza(Id id) const { return state_->stanzas.at(id); }

const PackageRecord& PackageIndex::at(Id id) const {
  auto& record = state_->records.at(id);
  if (!record) {
    try {
      record = std::make_unique<PackageRecord>(parse_package(stanza(id), state_->architecture));
    } catch (base::Error& error) {
      error.place_if_none(state_->place);
      error.add_frame(fmt::format("reading the stanza that begins '{}'", stanza(id).substr(0, stanza(id).find('\n'))));
      throw;
    }
  }
  return *record;
}

std::vector<std::string> PackageIndex::names() const { return state_->by_name.names(); }

}  // namespace debone::debian
