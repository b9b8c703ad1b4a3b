#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/glob.h"
#include "base/text.h"
#include "check/checks.h"

namespace debone::check {
namespace {

using base::RelPath;

// A running system mounts these, the files by every container engine.
constexpr std::array<std::string_view, 7> mounted{"dev",       "proc",           "run", "sys", "etc/hostname",
                                                  "etc/hosts", "etc/resolv.conf"};

// Links that a package leaves dangling also where apt installs it with all that it asks for.
struct ByDesign {
  std::string_view link;    // a glob
  std::string_view target;  // where it leads, through other links too
  std::string_view reason;
};
constexpr std::array<ByDesign, 3> by_design{{
    {"usr/lib/ssl/cert.pem", "/etc/ssl/certs/ca-certificates.crt",
     "openssl only suggests ca-certificates, whose bundle it is"},
    {"usr/share/zoneinfo/localtime", "/etc/localtime",
     "tzdata's name for the machine's own zone, which is UTC where /etc/localtime is not there"},
    {"**/LocalSettings.php", "/etc/mediawiki/LocalSettings.php",
     "mediawiki's configuration, which its user writes after the installation"},
}};

bool is_by_design(const RelPath& path, const RelPath& leads_to) {
  return std::ranges::any_of(by_design, [&](const ByDesign& known) {
    return known.target == leads_to.absolute() && base::Glob(known.link).fits(path.str());
  });
}

// Where the target is to be, the links on the way to it followed; nothing in a circle or out of the image.
std::optional<RelPath> destination(const tree::Tree& tree, const std::string& target) {
  const auto path = RelPath::parse_absolute(target);
  if (!path) return std::nullopt;
  try {
    return tree.resolve(*path, true);
  } catch (const base::Error&) {
    return std::nullopt;
  }
}

bool is_filled_later(const Subject& subject, const RelPath& path) {
  const auto is_in = [&](const std::optional<RelPath>& place) { return place && path.is_within(*place); };
  return std::ranges::any_of(mounted, [&](std::string_view at) { return is_in(RelPath::parse(at)); }) ||
         std::ranges::any_of(subject.process.volumes,
                             [&](const std::string& at) { return is_in(RelPath::parse_absolute(at)); });
}

}  // namespace

void links(const Subject& subject, Findings& findings) {
  for (const auto& [path, node] : subject.tree.nodes()) {
    if (node.type != tree::NodeType::symlink || !node.link_target.starts_with('/')) continue;
    const auto leads_to = destination(subject.tree, node.link_target);
    if (leads_to && (subject.tree.find(*leads_to) != nullptr || is_filled_later(subject, *leads_to) ||
                     is_by_design(path, *leads_to)))
      continue;
    const bool is_apts = subject.is_apts_choice && node.origin.starts_with("package:");
    findings.push_back(
        {"dangling-link", is_apts ? Severity::report : Severity::failure, path.absolute(),
         fmt::format("it points at '{}', which the image does not have ({}); add the package that brings it, "
                     "cut the link, or declare a volume there",
                     base::printable(node.link_target), node.origin)});
  }
}

}  // namespace debone::check
