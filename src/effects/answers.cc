#include "effects/answers.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "base/text.h"
#include "debian/control.h"

namespace debone::effects {
namespace {

using recipe::DebconfAnswer;

struct Question {
  std::string_view type;     // "select", "boolean", ...
  std::string_view choices;  // as written, with "${NAME}" for what only the config script knows
  std::string_view default_answer;
};

// Pointing into the package's control files.
std::map<std::string, Question> read_templates(const package::Deb& deb) {
  std::map<std::string, Question> questions;
  const auto templates = deb.control_files.find("templates");
  if (templates == deb.control_files.end()) return questions;
  return base::while_doing(fmt::format("reading the templates of {}", deb.record.id()), [&] {
    for (const auto text : debian::split_stanzas(templates->second)) {
      const auto stanza = debian::Stanza::parse(text);
      const auto field = [&](std::string_view name) { return stanza.find(name).value_or(std::string_view()); };
      questions.emplace(stanza.require("Template"), Question{field("Type"), field("Choices"), field("Default")});
    }
    return questions;
  });
}

// "a, b\, c" has the choices "a" and "b, c".
std::vector<std::string> choices_of(std::string_view text) {
  std::vector<std::string> choices(1);
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 1 < text.size()) {
      choices.back() += text[++i];
    } else if (text[i] == ',') {
      choices.emplace_back();
    } else {
      choices.back() += text[i];
    }
  }
  for (auto& choice : choices) choice = base::trim(choice);
  std::erase(choices, "");
  return choices;
}

void require_choice(const DebconfAnswer& answer, const Question& question) {
  std::vector<std::string> choices;
  std::vector<std::string> chosen{answer.value};
  if (question.type == "boolean") {
    choices = {"true", "false"};
  } else if (question.type == "select" || question.type == "multiselect") {
    if (question.choices.find("${") != std::string_view::npos) return;
    choices = choices_of(question.choices);
    if (question.type == "multiselect") chosen = choices_of(answer.value);
  } else {
    return;
  }
  for (const auto& one : chosen) {
    if (std::ranges::count(choices, one) > 0) continue;
    const auto near = base::nearest(one, choices);
    throw base::Error(base::Exit::usage, fmt::format("'{}' is no answer to '{}'", one, answer.question))
        .at(answer.place.str())
        .hint(near ? fmt::format("did you mean '{}'?", *near)
                   : fmt::format("the answers are {}", base::join(choices, ", ")));
  }
}

}  // namespace

std::map<std::string, std::string> questions_of(const package::Deb& deb) {
  std::map<std::string, std::string> questions;
  for (const auto& [name, question] : read_templates(deb)) questions.emplace(name, question.default_answer);
  return questions;
}

Words words_of_answers(const package::Deb& deb, const std::vector<DebconfAnswer>& answers) {
  Words words;
  for (const auto& [name, default_answer] : questions_of(deb)) {
    const auto stated = std::ranges::find(answers, name, &DebconfAnswer::question);
    if (stated != answers.end()) {
      words.emplace("debconf:" + name, stated->value);
      words.emplace("stated:" + name, stated->value);
    } else if (!default_answer.empty()) {
      words.emplace("debconf:" + name, default_answer);
    }
  }
  return words;
}

void require_questions(const std::vector<DebconfAnswer>& answers, const std::vector<const package::Deb*>& packages) {
  if (answers.empty()) return;
  std::map<std::string, Question> asked;
  for (const auto* package : packages) asked.merge(read_templates(*package));
  std::vector<std::string> names;
  for (const auto& [name, question] : asked) names.push_back(name);
  for (const auto& answer : answers) {
    const auto question = asked.find(answer.question);
    if (question != asked.end()) {
      require_choice(answer, question->second);
      continue;
    }
    const auto near = base::nearest(answer.question, names);
    throw base::Error(base::Exit::usage, fmt::format("no package of the image asks '{}'", answer.question))
        .at(answer.place.str())
        .hint(near ? fmt::format("did you mean '{}'?", *near)
                   : std::string("the questions stand in the `templates` of the packages that ask them"));
  }
}

}  // namespace debone::effects
