#include <fmt/format.h>

#include <memory>

#include "base/text.h"
#include "cli/command.h"
#include "cli/one_of.h"
#include "cli/output.h"

namespace debone::cli {
namespace {

struct Words {
  std::string command;
  std::string summary;
  std::vector<std::string> options;
  bool takes_recipe = false;  // the name of one in the catalog, too
};

std::vector<Words> visible_commands(const CLI::App& root) {
  std::vector<Words> found;
  for (const auto& command : commands(root)) {
    if (command.hidden) continue;
    Words words{command.name, command.summary, {}, command.name == "catalog"};
    for (const auto* option : root.get_subcommand(command.name)->get_options()) {
      for (const auto& name : option->get_lnames()) words.options.push_back("--" + name);
      if (option->get_positional() && option->get_name(true) == "RECIPE") words.takes_recipe = true;
    }
    found.push_back(std::move(words));
  }
  return found;
}

std::string names(const std::vector<Words>& commands) {
  std::vector<std::string> all;
  for (const auto& words : commands) all.push_back(words.command);
  return base::join(all, " ");
}

std::string recipe_takers(const std::vector<Words>& commands, const std::string& separator) {
  std::vector<std::string> all;
  for (const auto& words : commands) {
    if (words.takes_recipe) all.push_back(words.command);
  }
  return base::join(all, separator);
}

// Recipes by name where one is taken, files for the rest: the shells ask debone itself.
std::string bash(const std::vector<Words>& commands) {
  std::string text = "# bash completion for debone\n_debone() {\n  local word=${COMP_WORDS[COMP_CWORD]} choices=\n";
  text +=
      fmt::format("  if [ \"$COMP_CWORD\" -eq 1 ]; then\n    choices='{} --help --version'\n  else\n", names(commands));
  text += "    case ${COMP_WORDS[1]} in\n";
  for (const auto& words : commands) {
    text += fmt::format("      {}) choices='{}' ;;\n", words.command, base::join(words.options, " "));
  }
  text += fmt::format("    esac\n    case ${{COMP_WORDS[1]}} in\n      {})", recipe_takers(commands, "|"));
  text +=
      " [[ $word == -* ]] || choices=\"$choices $(debone catalog 2>/dev/null | cut -d' ' -f1)\" "
      ";;\n"
      "    esac\n  fi\n"
      "  mapfile -t COMPREPLY < <(compgen -W \"$choices\" -- \"$word\")\n"
      "  [[ $word == -* || $COMP_CWORD -eq 1 ]] || mapfile -t -O ${#COMPREPLY[@]} COMPREPLY < <(compgen -f -- "
      "\"$word\")\n"
      "}\ncomplete -o filenames -F _debone debone\n";
  return text;
}

std::string zsh(const std::vector<Words>& commands) {
  std::string text = "#compdef debone\nlocal -a commands options\n";
  text += fmt::format("commands=({})\n", names(commands));
  text += "if (( CURRENT == 2 )); then\n  compadd -- $commands --help --version\n  return\nfi\ncase $words[2] in\n";
  for (const auto& words : commands)
    text += fmt::format("  {}) options=({}) ;;\n", words.command, base::join(words.options, " "));
  text += "esac\nif [[ $words[CURRENT] == -* ]]; then\n  compadd -- $options\nelse\n";
  text += fmt::format("  [[ $words[2] == ({}) ]]", recipe_takers(commands, "|"));
  text +=
      " && compadd -- ${(f)\"$(debone catalog 2>/dev/null | cut -d' ' -f1)\"}\n"
      "  _files\nfi\n";
  return text;
}

std::string fish(const std::vector<Words>& commands) {
  std::string text = "# fish completion for debone\n";
  for (const auto& words : commands) {
    text += fmt::format("complete -c debone -f -n __fish_use_subcommand -a {} -d '{}'\n", words.command, words.summary);
    for (const auto& option : words.options) {
      text += fmt::format("complete -c debone -n '__fish_seen_subcommand_from {}' -l {}\n", words.command,
                          option.substr(2));
    }
  }
  text += fmt::format("complete -c debone -n '__fish_seen_subcommand_from {}' ", recipe_takers(commands, " "));
  text += "-a '(debone catalog 2>/dev/null | cut -d\" \" -f1)'\n";
  return text;
}

}  // namespace

Command completion_command(const CLI::App& root) {
  return {
      .name = "completion",
      .summary = "Print a shell's completion script",
      .description = "",
      .examples = {{"debone completion bash > /etc/bash_completion.d/debone",
                    "completes commands, options and recipes in bash"}},
      .hidden = true,
      .prepare =
          [&root](CLI::App& app) {
            const auto shell = std::make_shared<std::string>();
            add_choice<std::string>(app, "SHELL", *shell, {{"bash", "bash"}, {"fish", "fish"}, {"zsh", "zsh"}},
                                    "bash, zsh or fish", "")
                ->required();
            return [&root, shell] {
              const auto commands = visible_commands(root);
              print(*shell == "bash" ? bash(commands) : *shell == "zsh" ? zsh(commands) : fish(commands));
              return 0;
            };
          },
  };
}

}  // namespace debone::cli
