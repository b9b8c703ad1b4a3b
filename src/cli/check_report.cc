#include "cli/check_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>

#include "base/text.h"
#include "cli/version.h"
#include "recipe/finding_kinds.h"

namespace debone::cli {
namespace {

using check::Finding;
using check::Severity;
using Json = nlohmann::ordered_json;

const recipe::FindingKind& kind_of(const Finding& finding) {
  return *std::ranges::find(recipe::finding_kinds, finding.id, &recipe::FindingKind::id);
}

std::string_view name_of(Severity severity) { return severity == Severity::failure ? "failure" : "report"; }

std::string line(std::string_view kind, const Finding& finding, std::string_view reason) {
  return fmt::format("  {:<7} {}{}: {}{} [{}]\n", kind, finding.path.empty() ? "the image" : "",
                     base::printable(finding.path), base::printable(finding.text),
                     reason.empty() ? "" : fmt::format(" (allowed: {})", base::printable(reason)), finding.id);
}

std::string counted(std::size_t count, std::string_view word) {
  return fmt::format("{} {}{}", count, word, count == 1 ? "" : "s");
}

Json json_of(const Finding& finding) {
  const auto& kind = kind_of(finding);
  return {{"id", finding.id},
          {"severity", name_of(finding.severity)},
          {"path", base::printable(finding.path)},
          {"text", base::printable(finding.text)},
          {"meaning", kind.meaning},
          {"way_out", kind.way_out}};
}

// RFC 3986: a path of a URI, relative.
std::string uri_of(const std::string& absolute) {
  std::string uri;
  for (const char c : absolute.substr(1)) {
    const bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || base::is_digit(c) || c == '-' ||
                          c == '.' || c == '_' || c == '~' || c == '/';
    uri += is_plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<std::uint8_t>(c));
  }
  return uri;
}

Json result_of(const Finding& finding) {
  Json result{{"ruleId", finding.id},
              {"ruleIndex", &kind_of(finding) - recipe::finding_kinds.data()},
              {"level", finding.severity == Severity::failure ? "error" : "note"},
              {"message", {{"text", base::printable(finding.text)}}}};
  if (!finding.path.empty()) {
    result["locations"] = Json::array(
        {{{"physicalLocation", {{"artifactLocation", {{"uri", uri_of(finding.path)}, {"uriBaseId", "IMAGE"}}}}}}});
  }
  return result;
}

}  // namespace

std::string check_text(const CheckedImage& checked) {
  const auto& verdict = checked.verdict;
  auto text = fmt::format("{}  {}\n", base::printable(checked.name), checked.digest);
  for (const auto& finding : verdict.findings) text += line(name_of(finding.severity), finding, "");
  for (const auto& [finding, reason] : verdict.allowed) text += line("allowed", finding, reason);
  const auto failures = verdict.failures();
  return text + fmt::format("  {}, {}, {} allowed\n", counted(failures, "failure"),
                            counted(verdict.findings.size() - failures, "report"), verdict.allowed.size());
}

Json check_json(const CheckedImage& checked) {
  const auto& verdict = checked.verdict;
  auto findings = Json::array();
  for (const auto& finding : verdict.findings) findings.push_back(json_of(finding));
  auto allowed = Json::array();
  for (const auto& [finding, reason] : verdict.allowed) {
    allowed.push_back(json_of(finding));
    allowed.back()["reason"] = base::printable(reason);
  }
  return {{"image", base::printable(checked.name)},
          {"digest", checked.digest},
          {"passed", verdict.failures() == 0},
          {"findings", findings},
          {"allowed", allowed}};
}

Json check_sarif(const CheckedImage& checked) {
  auto rules = Json::array();
  for (const auto& kind : recipe::finding_kinds) {
    rules.push_back(
        {{"id", kind.id}, {"shortDescription", {{"text", kind.meaning}}}, {"help", {{"text", kind.way_out}}}});
  }
  auto results = Json::array();
  for (const auto& finding : checked.verdict.findings) results.push_back(result_of(finding));
  for (const auto& [finding, reason] : checked.verdict.allowed) {
    results.push_back(result_of(finding));
    results.back()["suppressions"] = Json::array({{{"kind", "external"}, {"justification", base::printable(reason)}}});
  }
  const Json driver{{"name", "debone"}, {"version", version}, {"rules", rules}};
  const Json base_of_paths{
      {"IMAGE", {{"description", {{"text", fmt::format("the root of {}", base::printable(checked.name))}}}}}};
  return {{"$schema", "https://json.schemastore.org/sarif-2.1.0.json"},
          {"version", "2.1.0"},
          {"runs", Json::array({{{"tool", {{"driver", driver}}},
                                 {"originalUriBaseIds", base_of_paths},
                                 {"properties", {{"digest", checked.digest}}},
                                 {"results", results}}})}};
}

}  // namespace debone::cli
