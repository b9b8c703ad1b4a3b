// An option, or an argument, that is one of some words, each with a value.
#pragma once

#include <CLI/CLI.hpp>
#include <map>
#include <string>
#include <vector>

#include "base/error.h"

namespace debone::cli {

// "--format is 'xml'; it is json, sarif or text", with what may have been meant.
base::Error not_a_choice(const std::string& name, const std::string& given, const std::vector<std::string>& choices);

// An option, or an argument, that is one of some words. Its error is Error (usage).
template <typename Value>
CLI::Option* add_choice(CLI::App& app, const std::string& name, Value& value,
                        const std::map<std::string, Value>& choices, const std::string& what,
                        const std::string& type_name) {
  const auto choose = [&value, name, choices](const std::string& given) {
    const auto chosen = choices.find(given);
    if (chosen == choices.end()) {
      std::vector<std::string> words;
      for (const auto& choice : choices) words.push_back(choice.first);
      throw not_a_choice(name, given, words);
    }
    value = chosen->second;
  };
  return app.add_option_function<std::string>(name, choose, what)->type_name(type_name);
}

}  // namespace debone::cli
