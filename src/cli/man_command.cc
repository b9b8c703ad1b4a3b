#include <fmt/format.h>

#include <filesystem>
#include <memory>

#include "base/file.h"
#include "base/text.h"
#include "cli/command.h"
#include "cli/manual.h"
#include "cli/version.h"

namespace debone::cli {
namespace {

// Text for roff (man(7)): a backslash and a dash mean themselves, no line begins a request.
std::string roff(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\\') {
      out += "\\e";
    } else if (c == '-') {
      out += "\\-";
    } else if ((c == '.' || c == '\'') && (out.empty() || out.back() == '\n')) {
      out += "\\&";
      out += c;
    } else {
      out += c;
    }
  }
  return out;
}

std::string heading(const std::string& name, const std::string& summary) {
  return fmt::format(".TH {} 1 \"\" \"debone {}\" \"User Commands\"\n.SH NAME\n{} \\- {}\n", name, version, roff(name),
                     roff(summary));
}

std::string options_of(const CLI::App& app) {
  std::string text;
  for (const auto* option : app.get_options()) {
    std::string names = option->get_positional() ? option->get_name(true) : option->get_name(false, true);
    if (!option->get_positional() && !option->get_type_name().empty()) names += " " + option->get_type_name();
    text += fmt::format(".TP\n.B {}\n{}\n", roff(names), roff(option->get_description()));
  }
  return text;
}

std::string page_of(const Command& command, const CLI::App& app) {
  auto text = heading("debone-" + command.name, command.summary);
  std::string positionals;
  for (const auto* option : app.get_options([](const CLI::Option* candidate) { return candidate->get_positional(); })) {
    positionals += option->get_required() ? fmt::format(" {}", option->get_name(true))
                                          : fmt::format(" [{}]", option->get_name(true));
  }
  text += fmt::format(".SH SYNOPSIS\n.B debone {}\n[OPTIONS]{}\n", roff(command.name), roff(positionals));
  text += fmt::format(".SH DESCRIPTION\n{}\n.SH OPTIONS\n{}", roff(command.description), options_of(app));
  text += ".SH EXAMPLES\n";
  for (const auto& example : command.examples)
    text += fmt::format(".TP\n.B {}\n{}\n", roff(example.command), roff(example.explanation));
  return text + ".SH SEE ALSO\n.BR debone (1)\n";
}

std::string main_page(const CLI::App& root, const std::vector<Command>& all) {
  auto text = heading("debone", "Debian packages in, one distroless container image out");
  text += fmt::format(".SH SYNOPSIS\n.B debone\nCOMMAND [OPTIONS]\n.SH DESCRIPTION\n{}\n.SH COMMANDS\n",
                      roff(root.get_description()));
  for (const auto& command : all) {
    if (!command.hidden) text += fmt::format(".TP\n.BR debone\\-{} (1)\n{}\n", command.name, roff(command.summary));
  }
  for (const auto& section : manual_sections()) {
    text += ".SH ";
    for (const char c : section.title) text += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    text += '\n';
    for (const auto& entry : section.entries)
      text += fmt::format(".TP\n.B {}\n{}\n", roff(entry.name), roff(entry.text));
  }
  return text;
}

int write_pages(const CLI::App& root, const std::filesystem::path& folder) {
  base::make_directories(folder);
  const auto all = commands(root);
  base::write_file_atomically(folder / "debone.1", main_page(root, all));
  for (const auto& command : all) {
    if (command.hidden) continue;
    base::write_file_atomically(folder / fmt::format("debone-{}.1", command.name),
                                page_of(command, *root.get_subcommand(command.name)));
  }
  return 0;
}

}  // namespace

Command man_command(const CLI::App& root) {
  return {
      .name = "man",
      .summary = "Write the man pages",
      .description = "",
      .examples = {{"debone man build/man", "writes debone.1 and a page for each command"}},
      .hidden = true,
      .prepare =
          [&root](CLI::App& app) {
            const auto folder = std::make_shared<std::string>();
            app.add_option("DIR", *folder, "The folder to write to")->required()->type_name("");
            return [&root, folder] { return write_pages(root, *folder); };
          },
  };
}

}  // namespace debone::cli
