#include "debian/package_record.h"

#include <fmt/format.h>

#include <limits>
#include <utility>

#include "base/error.h"
#include "base/text.h"
#include "debian/names.h"

namespace debone::debian {
namespace {

base::Error malformed(std::string what) { return {base::Exit::trust, std::move(what)}; }

std::vector<Alternatives> relations_of(const Stanza& stanza, std::string_view field, std::string_view architecture) {
  return parse_relations(stanza.find(field).value_or(""), architecture);
}

bool says_yes(const Stanza& stanza, std::string_view field) {
  return base::lower(stanza.find(field).value_or("")) == "yes";
}

std::string name_from(std::string_view field, std::string_view value) {
  if (!is_package_name(value)) throw malformed(fmt::format("bad {} '{}'", field, value));
  return std::string(value);
}

std::uint64_t number_of(const Stanza& stanza, std::string_view field, std::uint64_t unit) {
  const auto value = stanza.find(field);
  if (!value) return 0;
  const auto number = base::parse_decimal(*value);
  if (!number || *number > std::numeric_limits<std::uint64_t>::max() / unit) {
    throw malformed(fmt::format("bad {} '{}'", field, *value));
  }
  return *number * unit;
}

MultiArch multi_arch_of(const Stanza& stanza) {
  const auto value = stanza.find("Multi-Arch").value_or("no");
  if (value == "same") return MultiArch::same;
  if (value == "foreign") return MultiArch::foreign;
  if (value == "allowed") return MultiArch::allowed;
  if (value == "no") return MultiArch::no;
  throw malformed(fmt::format("bad Multi-Arch '{}'", value));
}

// "Source: glibc" or "Source: gcc-defaults (1.220)".
void read_source(const Stanza& stanza, PackageRecord& record) {
  record.source = record.name;
  record.source_version = record.version;
  const auto value = stanza.find("Source");
  if (!value) return;
  const auto open = value->find('(');
  record.source = name_from("Source", base::trim(value->substr(0, open)));
  if (open == std::string_view::npos) return;
  if (!value->ends_with(')')) throw malformed(fmt::format("bad Source '{}'", *value));
  record.source_version = Version::parse(base::trim(value->substr(open + 1, value->size() - open - 2)));
}

std::vector<Relation> provides_of(const Stanza& stanza, std::string_view architecture) {
  std::vector<Relation> provides;
  for (auto& alternatives : relations_of(stanza, "Provides", architecture)) {
    const auto comparison = alternatives.front().comparison;
    if (alternatives.size() > 1 || (comparison != Comparison::any && comparison != Comparison::equal)) {
      throw malformed(fmt::format("bad Provides '{}': a name, or a name and (= version)", str(alternatives)));
    }
    provides.push_back(std::move(alternatives.front()));
  }
  return provides;
}

}  // namespace

PackageRecord parse_package(std::string_view text, std::string_view architecture) {
  const auto stanza = Stanza::parse(text);
  PackageRecord record;
  record.name = name_from("Package", stanza.require("Package"));
  record.version = Version::parse(stanza.require("Version"));
  record.architecture = name_from("Architecture", stanza.require("Architecture"));
  read_source(stanza, record);
  record.multi_arch = multi_arch_of(stanza);
  record.essential = says_yes(stanza, "Essential");
  record.is_protected = says_yes(stanza, "Protected") || says_yes(stanza, "Important");
  record.priority = std::string(stanza.find("Priority").value_or(""));
  record.pre_depends = relations_of(stanza, "Pre-Depends", architecture);
  record.depends = relations_of(stanza, "Depends", architecture);
  record.conflicts = relations_of(stanza, "Conflicts", architecture);
  record.breaks = relations_of(stanza, "Breaks", architecture);
  record.replaces = relations_of(stanza, "Replaces", architecture);
  record.provides = provides_of(stanza, architecture);
  record.installed_size = number_of(stanza, "Installed-Size", 1024);
  record.filename = std::string(stanza.find("Filename").value_or(""));
  record.size = number_of(stanza, "Size", 1);
  if (const auto hex = stanza.find("SHA256")) {
    record.sha256 = base::Digest::from_hex(*hex);
    if (!record.sha256) throw malformed(fmt::format("bad SHA256 '{}'", *hex));
  }
  record.stanza = std::string(stanza.text());
  return record;
}

}  // namespace debone::debian
