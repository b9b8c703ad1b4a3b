#include "cli/local_debs.h"

#include <fmt/format.h>

#include "base/error.h"
#include "base/file.h"
#include "package/deb.h"

namespace debone::cli {
namespace {

LocalDebs add(const recipe::DebSource& deb, std::size_t source, const std::string& architecture, store::Store& store) {
  const auto bytes = base::read_file(deb.path, largest_deb);
  const auto label = deb.path.filename().string();
  const auto digest = base::Digest::of(bytes);
  auto control = package::read_control(bytes, label);
  while (control.ends_with('\n')) control.pop_back();
  store.write(digest, bytes);
  // The three fields that a Packages index adds to a control stanza.
  const auto stanza =
      fmt::format("{}\nFilename: {}\nSize: {}\nSHA256: {}\n", control, label, bytes.size(), digest.hex());
  return {debian::PackageIndex::parse(stanza, architecture, label), source, label};
}

}  // namespace

std::vector<LocalDebs> add_local_debs(const std::vector<recipe::Source>& sources, const std::string& architecture,
                                      store::Store& store) {
  std::vector<LocalDebs> found;
  for (std::size_t i = 0; i < sources.size(); ++i) {
    const auto* deb = std::get_if<recipe::DebSource>(&sources[i].what);
    if (deb == nullptr) continue;
    try {
      found.push_back(add(*deb, i, architecture, store));
    } catch (base::Error& error) {
      error.add_frame(fmt::format("reading the package that {} names", sources[i].place.str()));
      throw;
    }
  }
  return found;
}

}  // namespace debone::cli
