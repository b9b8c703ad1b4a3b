#include "package/deb.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "base/compression.h"
#include "base/error.h"
#include "base/text.h"
#include "debian/control.h"
#include "package/ar.h"

namespace debone::package {
namespace {

using base::Compression;
using base::Error;
using base::Exit;

// The members that matter, still compressed.
struct Parts {
  std::string_view control;
  Compression control_compression = Compression::none;
  std::string_view data;
  Compression data_compression = Compression::none;
};

constexpr std::string_view control_name = "control.tar";
constexpr std::string_view data_name = "data.tar";
constexpr std::string_view format_name = "debian-binary";

std::optional<Compression> compression_of_suffix(std::string_view suffix) {
  constexpr std::array<std::pair<std::string_view, Compression>, 5> known{{{"", Compression::none},
                                                                           {".gz", Compression::gzip},
                                                                           {".xz", Compression::xz},
                                                                           {".zst", Compression::zstd},
                                                                           {".bz2", Compression::bzip2}}};
  for (const auto& [name, compression] : known) {
    if (suffix == name) return compression;
  }
  return std::nullopt;
}

bool is_part(std::string_view member) {
  return member == format_name || member.starts_with(control_name) || member.starts_with(data_name);
}

void check_format(std::string_view content) {
  // deb(5): "2.0" and a newline; a minor number and lines after the first are to be ignored.
  const auto line = content.substr(0, content.find('\n'));
  const auto point = line.find('.');
  const auto minor = point == std::string_view::npos ? std::nullopt : base::parse_decimal(line.substr(point + 1));
  if (content.find('\n') == std::string_view::npos || !minor) {
    throw Error(Exit::trust, "its debian-binary holds no version");
  }
  if (line.substr(0, point) != "2") throw Error(Exit::trust, fmt::format("unknown .deb format '{}'", line));
}

Parts parts_of(std::string_view bytes) {
  const auto members = read_ar(bytes);
  auto at = members.begin();
  const auto next = [&](std::string_view wanted) {
    while (at != members.end() && at->name.starts_with('_')) ++at;
    if (at == members.end()) throw Error(Exit::trust, fmt::format("the .deb has no member '{}'", wanted));
    if (!at->name.starts_with(wanted)) {
      throw Error(Exit::trust, fmt::format("the .deb has '{}' where '{}' should be", at->name, wanted));
    }
    return *at++;
  };
  const auto compression = [](const ArMember& member, std::string_view stem) {
    const auto found = compression_of_suffix(member.name.substr(stem.size()));
    const bool allowed = found && (stem == data_name || *found != Compression::bzip2);
    if (!allowed) throw Error(Exit::trust, fmt::format("the .deb has the unknown member '{}'", member.name));
    return *found;
  };
  if (members.empty() || members.front().name != format_name) {
    throw Error(Exit::trust, fmt::format("no .deb: the first member is not '{}'", format_name));
  }
  check_format(next(format_name).content);
  Parts parts;
  const auto control = next(control_name);
  parts.control = control.content;
  parts.control_compression = compression(control, control_name);
  const auto data = next(data_name);
  parts.data = data.content;
  parts.data_compression = compression(data, data_name);
  // Two of a part would let two readers see two packages.
  const auto again = std::find_if(at, members.end(), [](const ArMember& member) { return is_part(member.name); });
  if (again != members.end()) throw Error(Exit::trust, fmt::format("the .deb has '{}' after its data", again->name));
  return parts;
}

// What data.tar may decompress to, `limit` at most. Installed-Size may be missing or too small where a package was not
// made by dpkg-gencontrol.
std::uint64_t most_data(const debian::PackageRecord& record, std::size_t deb_size, std::uint64_t limit) {
  constexpr std::uint64_t floor = 64U << 20U;
  const auto allowed_by = [&](std::uint64_t size, std::uint64_t factor) {
    return size < limit / factor ? size * factor : limit;
  };
  return std::min(limit, std::max({floor, allowed_by(record.installed_size, 4), allowed_by(deb_size, 100)}));
}

// The plain files of control.tar by name.
std::map<std::string, std::string> read_control_files(const Parts& parts) {
  const auto archive = base::decompress(parts.control, parts.control_compression, largest_control);
  std::map<std::string, std::string> files;
  for (const auto& entry : base::read_tar(archive)) {
    std::string_view name = entry.name;
    if (name.starts_with("./")) name.remove_prefix(2);
    if (entry.type == base::TarType::directory && (name.empty() || name == ".")) continue;
    if (entry.type != base::TarType::file) throw Error(Exit::trust, fmt::format("'{}' is no plain file", entry.name));
    if (name.empty() || name == "." || name == ".." || name.find('/') != std::string_view::npos) {
      throw Error(Exit::trust, fmt::format("'{}' is no name for a control file", entry.name));
    }
    if (!files.emplace(name, entry.content).second) {
      throw Error(Exit::trust, fmt::format("'{}' stands twice", entry.name));
    }
  }
  return files;
}

std::string take_stanza(std::map<std::string, std::string>& files) {
  auto file = files.extract("control");
  if (file.empty()) throw Error(Exit::trust, "there is no file 'control'");
  const auto stanzas = debian::split_stanzas(file.mapped());
  if (stanzas.size() != 1) {
    throw Error(Exit::trust, fmt::format("the file 'control' has {} stanzas, it should have one", stanzas.size()));
  }
  return std::string(stanzas.front());
}

template <typename Fn>
decltype(auto) at_place(const std::string& place, Fn&& fn) {
  try {
    return fn();
  } catch (Error& error) {
    error.place_if_none(place);
    throw;
  }
}

Deb control_data(const Parts& parts, std::string_view architecture) {
  return base::while_doing("reading its control.tar", [&] {
    Deb deb;
    deb.control_files = read_control_files(parts);
    deb.control = take_stanza(deb.control_files);
    deb.record = debian::parse_package(deb.control, architecture);
    return deb;
  });
}

}  // namespace

Deb read_deb(std::string_view bytes, std::string_view architecture, const std::string& place, std::uint64_t limit) {
  return at_place(place, [&] {
    const auto parts = parts_of(bytes);
    auto deb = control_data(parts, architecture);
    base::while_doing("reading its data.tar", [&] {
      deb.data = std::make_shared<const std::string>(
          base::decompress(parts.data, parts.data_compression, most_data(deb.record, bytes.size(), limit)));
      deb.entries = base::read_tar(*deb.data);
    });
    return deb;
  });
}

Deb read_control_data(std::string_view bytes, std::string_view architecture, const std::string& place) {
  return at_place(place, [&] { return control_data(parts_of(bytes), architecture); });
}

std::string read_control(std::string_view bytes, const std::string& place) {
  return at_place(place, [&] {
    const auto parts = parts_of(bytes);
    return base::while_doing("reading its control.tar", [&] {
      auto files = read_control_files(parts);
      return take_stanza(files);
    });
  });
}

}  // namespace debone::package
