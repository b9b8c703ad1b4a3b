#include "debian/package_index.h"

#include <fmt/format.h>

#include <utility>

#include "base/error.h"
#include "debian/compiled_index.h"
#include "debian/index_compiler.h"

namespace debone::debian {
namespace {

// What the compiled form is called: an architecture's is not another's.
std::string whole_identity(std::string_view architecture, std::string_view identity) {
  return fmt::format("{} {}", architecture, identity);
}

}  // namespace

struct PackageIndex::State {
  std::string bytes;
  std::string architecture;
  std::string place;
  CompiledIndex index;  // views into `bytes`
  std::vector<std::unique_ptr<PackageRecord>> records;

  State(std::string compiled, std::string_view for_architecture, std::string at)
      : bytes(std::move(compiled)), architecture(for_architecture), place(std::move(at)) {}

  bool open(std::string_view identity) {
    const auto view = CompiledIndex::view(bytes);
    if (!view || view->identity != whole_identity(architecture, identity)) return false;
    index = *view;
    records.resize(index.stanza_ends.size());
    return true;
  }
};

PackageIndex::PackageIndex(std::unique_ptr<State> state) : state_(std::move(state)) {}
PackageIndex::PackageIndex(PackageIndex&&) noexcept = default;
PackageIndex& PackageIndex::operator=(PackageIndex&&) noexcept = default;
PackageIndex::~PackageIndex() = default;

PackageIndex PackageIndex::parse(std::string_view text, std::string_view architecture, const std::string& place,
                                 std::string_view identity) {
  try {
    auto index =
        open(compile_index(text, architecture, whole_identity(architecture, identity)), architecture, place, identity);
    if (!index) throw base::Error(base::Exit::internal, "cannot be read as it was compiled");
    return *std::move(index);
  } catch (base::Error& error) {
    error.place_if_none(place);
    throw;
  }
}

std::optional<PackageIndex> PackageIndex::open(std::string compiled, std::string_view architecture, std::string place,
                                               std::string_view identity) {
  auto state = std::make_unique<State>(std::move(compiled), architecture, std::move(place));
  if (!state->open(identity)) return std::nullopt;
  return PackageIndex(std::move(state));
}

std::string_view PackageIndex::compiled() const { return state_->bytes; }

std::size_t PackageIndex::size() const { return state_->records.size(); }

std::span<const PackageIndex::Id> PackageIndex::named(std::string_view name) const {
  const auto at = state_->index.find(name);
  return at ? state_->index.named[*at] : std::span<const Id>();
}

std::span<const PackageIndex::Id> PackageIndex::providing(std::string_view name) const {
  const auto at = state_->index.find(name);
  return at ? state_->index.providing[*at] : std::span<const Id>();
}

std::span<const PackageIndex::Id> PackageIndex::essential() const { return state_->index.essential; }

std::optional<std::uint32_t> PackageIndex::first_mention(std::string_view name) const {
  const auto at = state_->index.find(name);
  if (!at || state_->index.first_mention[*at] == CompiledIndex::never) return std::nullopt;
  return state_->index.first_mention[*at];
}

const PackageRecord& PackageIndex::at(Id id) const {
  auto& record = state_->records.at(id);
  if (!record) {
    const auto stanza = state_->index.stanza(id);
    try {
      record = std::make_unique<PackageRecord>(parse_package(stanza, state_->architecture));
    } catch (base::Error& error) {
      error.place_if_none(state_->place);
      error.add_frame(fmt::format("reading the stanza that begins '{}'", stanza.substr(0, stanza.find('\n'))));
      throw;
    }
  }
  return *record;
}

std::vector<std::string> PackageIndex::names() const {
  std::vector<std::string> names;
  const auto& index = state_->index;
  for (std::size_t k = 0; k < index.name_ends.size(); ++k) {
    if (!index.named[k].empty()) names.emplace_back(index.name(k));
  }
  return names;
}

}  // namespace debone::debian
