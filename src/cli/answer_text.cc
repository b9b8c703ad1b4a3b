#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "cli/answer.h"

namespace debone::cli {
namespace {

using evidence::NameKind;
using evidence::State;

constexpr std::size_t most_listed = 10;  // packages that share a directory

std::string what_became(const Answer& answer) {
  if (answer.state == State::left_out) return "left out, since " + answer.why_not;
  if (!answer.is_in_image && !answer.why_not.empty()) return fmt::format("cut ({})", answer.why_not);
  switch (answer.state) {
    case State::left_out: break;
    case State::read: return "read only; no file of its own is in the image";
    case State::data_only: return "in the image, without its programs";
    case State::kept: break;
  }
  return "in the image";
}

std::string lines_of(const std::vector<AnswerStep>& steps, std::size_t indent) {
  std::size_t width = 0;
  for (const auto& step : steps) width = std::max(width, step.package.size());
  std::string text;
  for (const auto& step : steps)
    text += fmt::format("{:{}}{:<{}}  {}\n", "", indent, step.package, width, base::printable(step.text));
  return text;
}

// "4 files of 2 packages show it"
std::string told_evidence(const Answer& answer) {
  std::vector<std::string> packages;
  for (const auto& step : answer.evidence) packages.push_back(step.by);
  std::ranges::sort(packages);
  const auto repeated = std::ranges::unique(packages);
  packages.erase(repeated.begin(), repeated.end());
  std::erase(packages, "");
  if (packages.size() < 2) return "";
  return fmt::format("  {} pieces of evidence in {} packages lead to it (--all)\n", answer.evidence.size(),
                     packages.size());
}

std::string text_of(const Answers& answers, const Answer& answer, bool all) {
  const auto package = fmt::format("{} {}", answer.package, base::printable(answer.version));
  const auto what = answer.path.empty() ? package : fmt::format("{} of {}", base::printable(answer.path), package);
  auto text = answers.kind == NameKind::soname && !answer.path.empty()
                  ? fmt::format("{} is {}: ", base::printable(answers.asked), what)
                  : what + ": ";
  text += base::printable(what_became(answer)) + "\n";
  if (answer.state == State::left_out) {
    if (!answer.chain.empty()) text += "  apt would install it:\n" + lines_of(answer.chain, 4);
    return text;
  }
  if (!answer.is_in_image && answer.state != State::read) return text;
  text += lines_of(answer.chain, 2);
  if (all) {
    text += "  all evidence for it:\n" + lines_of(answer.evidence, 4);
  } else {
    text += told_evidence(answer);
  }
  if (answer.size > 0) {
    text += fmt::format("  {}", base::human_size(answer.size));
    text += answer.gone > answer.size ? fmt::format("; {} would go with it\n", base::human_size(answer.gone)) : "\n";
  }
  return text;
}

// A directory of many packages.
std::string told_directory(const Answers& answers) {
  std::vector<std::string> names;
  for (const auto& answer : answers.found) {
    if (answer.is_in_image && names.size() < most_listed) names.push_back(answer.package);
  }
  const auto count = static_cast<std::size_t>(std::ranges::count_if(answers.found, &Answer::is_in_image));
  const auto& path = answers.found[0].path;
  return fmt::format("{}: a directory of {} packages in the image: {}{}\n", path.empty() ? "/" : base::printable(path),
                     count, base::join(names, ", "), count > names.size() ? ", ..." : "");
}

std::string told_absent(const Answers& answers) {
  const auto asked = base::printable(answers.asked);
  std::string text;
  switch (answers.kind) {
    case NameKind::package: text = fmt::format("{}: never in apt's closure of {}\n", asked, answers.recipe); break;
    case NameKind::path: text = fmt::format("{}: no package of {} has it\n", asked, answers.recipe); break;
    case NameKind::soname: text = fmt::format("{}: no library of {} is called so\n", asked, answers.recipe); break;
  }
  if (!answers.base.empty()) text += fmt::format("  the base may have it: `{}`\n", base::printable(answers.base));
  for (const auto& near : answers.near) text += fmt::format("  there is {}\n", base::printable(near));
  if (answers.unknown > 0)
    text +=
        fmt::format("  of {} packages that were left out the files are not known here; whoever wrote the lock knows\n",
                    answers.unknown);
  return text;
}

nlohmann::ordered_json json_of(const std::vector<AnswerStep>& steps) {
  auto list = nlohmann::ordered_json::array();
  for (const auto& step : steps) {
    list.push_back({{"package", step.package},
                    {"by", step.by.empty() ? nlohmann::ordered_json() : nlohmann::ordered_json(step.by)},
                    {"file", base::printable(step.file)},
                    {"rule", evidence::name_of(step.rule)},
                    {"text", base::printable(step.text)}});
  }
  return list;
}

std::string_view name_of(NameKind kind) {
  switch (kind) {
    case NameKind::package: return "package";
    case NameKind::path: return "path";
    case NameKind::soname: return "soname";
  }
  return {};
}

}  // namespace

std::string text_of(const Answers& answers, bool all) {
  std::string text;
  if (!answers.leads_to.empty())
    text += fmt::format("{} leads to {}\n", base::printable(answers.asked), base::printable(answers.leads_to));
  if (!answers.by_recipe.empty())
    text += fmt::format("{}: in the image, by the recipe's {} ({})\n", base::printable(answers.asked),
                        answers.recipe_key, answers.by_recipe);
  else if (!answers.made_by.empty())
    return text + fmt::format("{}: in the image, made by {}\n", base::printable(answers.asked),
                              base::printable(answers.made_by));
  else if (answers.found.empty())
    return told_absent(answers);
  if (answers.kind == NameKind::path && answers.found.size() > 1 && answers.is_in_image())
    return text + told_directory(answers);
  for (const auto& answer : answers.found) text += text_of(answers, answer, all);
  return text;
}

nlohmann::ordered_json json_of(const Answers& answers) {
  auto found = nlohmann::ordered_json::array();
  for (const auto& answer : answers.found) {
    found.push_back({{"package", answer.package},
                     {"version", base::printable(answer.version)},
                     {"state", name_of(answer.state)},
                     {"path", base::printable(answer.path)},
                     {"in_image", answer.is_in_image},
                     {"why_not", base::printable(answer.why_not)},
                     {"chain", json_of(answer.chain)},
                     {"evidence", json_of(answer.evidence)},
                     {"size", answer.size},
                     {"size_with_it", answer.gone}});
  }
  return {{"recipe", answers.recipe},
          {"architecture", answers.architecture},
          {"asked", base::printable(answers.asked)},
          {"kind", name_of(answers.kind)},
          {"in_image", answers.is_in_image()},
          {"leads_to", base::printable(answers.leads_to)},
          {"by_recipe", answers.by_recipe},
          {"made_by", base::printable(answers.made_by)},
          {"found", found},
          {"near", answers.near}};
}

}  // namespace debone::cli
