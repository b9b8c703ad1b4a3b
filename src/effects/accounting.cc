#include "effects/accounting.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>

#include "base/text.h"
#include "debian/multiarch.h"
#include "effects/answers.h"
#include "effects/maintainer_script.h"
#include "effects/stated.h"

namespace debone::effects {
namespace {

using State = Account::State;

constexpr std::array<std::string_view, 3> run_scripts{"preinst", "config", "postinst"};
// A first installation runs none of these:
// https://www.debian.org/doc/debian-policy/ch-maintainerscripts.html#s-unpackphase
constexpr std::array<std::string_view, 2> later_scripts{"prerm", "postrm"};
constexpr std::size_t largest_script = std::size_t{1} << 20U;  // bytes; the longest of the archive has some 60 kB
constexpr std::size_t most_told = 3;

class Accountant {
 public:
  Accountant(const package::Deb& deb, const Table& table, const std::vector<recipe::DebconfAnswer>& answers)
      : deb_(deb),
        table_(table),
        entries_(table.entries(deb.record.name)),
        identity_{deb.record.name, deb.record.version.str(), deb.record.architecture} {
    const auto multiarch = debian::multiarch(identity_.architecture);
    words_ = words_of_answers(deb, answers);
    words_["package"] = identity_.package;
    words_["version"] = identity_.version;
    if (!multiarch.empty()) {
      words_["architecture"] = identity_.architecture;
      words_["multiarch"] = multiarch;
    }
  }

  Account script(std::string_view name, std::string_view text) {
    Account account;
    account.package = deb_.record.name;
    account.script = name;
    std::vector<Step> section_steps;
    if (text.size() > largest_script || text.find('\0') != std::string_view::npos) {
      account.lines = {fmt::format("(a program of {})", base::human_size(text.size()))};
      account.form = {key_of({base::Digest::of(text).hex()}), ""};
    } else {
      const auto read =
          read_script(text, identity_, [&](const Section& section) { return take(section, section_steps, account); });
      account.lines = read.lines;
      if (!is_shell(read.interpreter)) account.lines.insert(account.lines.begin(), "#!" + read.interpreter);
      account.form = {key_of(account.lines), fingerprints_of(account.lines)};
    }
    settle(account);
    account.steps.insert(account.steps.end(), std::make_move_iterator(section_steps.begin()),
                         std::make_move_iterator(section_steps.end()));
    return account;
  }

  Account trigger(const std::string& name) {
    Account account;
    account.package = deb_.record.name;
    account.script = "trigger " + name;
    for (const auto& entry : entries_) {
      const bool is_named =
          std::ranges::any_of(entry.triggers, [&](const auto& trigger) { return filled(trigger, words_) == name; });
      if (!is_named) continue;
      take(entry, State::known, account);
      break;
    }
    return account;
  }

 private:
  static bool is_shell(std::string_view interpreter) {
    const auto name = interpreter.substr(interpreter.rfind('/') + 1);
    return name.empty() || name == "sh" || name == "bash" || name == "dash";
  }

  void take(const Entry& entry, State state, Account& account) {
    account.state = state;
    account.entry = entry.place.str();
    account.steps = read_steps(*entry.does, words_);
    for (const auto& question : questions_in(*entry.does)) account.questions.insert(filled(question, words_));
    // Later scripts hear what this one answered.
    for (const auto& step : account.steps) {
      if (const auto* answer = std::get_if<Answer>(&step.what)) {
        hear(*answer, words_);
      }
    }
    if (!entry.why.empty()) account.why.push_back(entry.why);
  }

  // A section's arguments as they were before its text was normalised.
  void restore(std::string& word) const {
    const std::array<std::pair<std::string_view, std::string_view>, 4> placeholders{{
        {"@PACKAGE@", identity_.package},
        {"@VERSION@", identity_.version},
        {"@MULTIARCH@", debian::multiarch(identity_.architecture)},
        {"@ARCHITECTURE@", identity_.architecture},
    }};
    for (const auto& [placeholder, text] : placeholders)
      for (auto at = word.find(placeholder); at != std::string::npos; at = word.find(placeholder, at + text.size()))
        word.replace(at, placeholder.size(), text);
  }

  bool take(const Section& section, std::vector<Step>& steps, Account& account) {
    for (const auto& one : table_.templates(section.helper)) {
      auto words = match(one, section.text);
      if (!words) continue;
      words->insert(words_.begin(), words_.end());
      for (auto& word : *words) restore(word.second);
      for (auto& step : read_steps(*one.does, *words)) steps.push_back(std::move(step));
      account.sections.push_back(section.helper);
      if (!one.why.empty() && std::ranges::find(account.why, one.why) == account.why.end())
        account.why.push_back(one.why);
      return true;
    }
    return false;
  }

  // By an entry that knows the script's form, else by the form last known of the package's own.
  void settle(Account& account) {
    const Entry* last = nullptr;
    for (const auto& entry : entries_) {
      if (entry.script != account.script) continue;
      if (std::ranges::find(entry.known, account.form.key, &Known::key) != entry.known.end()) {
        take(entry, State::known, account);
        account.lines.clear();
        return;
      }
      if (entry.packages != std::vector<std::string>{"*"} && (last == nullptr || last->packages == entry.packages))
        last = &entry;
    }
    if (last == nullptr) return;
    take(*last, State::changed, account);
    compare(last->known.back().fingerprints, account);
  }

  // Leaves the lines that are new, and counts those that are gone.
  static void compare(std::string_view fingerprints, Account& account) {
    std::multiset<std::string_view> before;
    for (std::size_t i = 0; i + 4 <= fingerprints.size(); i += 4) before.insert(fingerprints.substr(i, 4));
    std::erase_if(account.lines, [&](const std::string& line) {
      const auto found = before.find(fingerprint_of(line));
      if (found == before.end()) return false;
      before.erase(found);
      return true;
    });
    account.gone = before.size();
  }

  const package::Deb& deb_;
  const Table& table_;
  std::vector<Entry> entries_;
  Identity identity_;
  Words words_;
};

// The names and paths that a `triggers` file declares an interest in (deb-triggers(5)).
std::vector<std::string> interests(std::string_view triggers) {
  std::vector<std::string> names;
  for (auto line : base::lines(triggers)) {
    const auto words = base::words(line.substr(0, line.find('#')));
    if (words.size() == 2 && words[0].starts_with("interest")) names.emplace_back(words[1]);
  }
  std::ranges::sort(names);
  return names;
}

std::string counted(std::size_t count, std::string_view thing) {
  return fmt::format("{} {}{}", count, thing, count == 1 ? "" : "s");
}

std::string some(const std::vector<std::string>& lines) {
  std::vector<std::string> shown;
  for (const auto& line : lines) {
    if (shown.size() == most_told) {
      shown.emplace_back("...");
      break;
    }
    shown.push_back(line.size() > 100 ? line.substr(0, 100) + "..." : line);
  }
  return base::join(shown, " | ");
}

}  // namespace

std::vector<Account> account_for(const package::Deb& deb, const Table& table, bool is_stated,
                                 const std::vector<recipe::DebconfAnswer>& answers) {
  std::vector<Account> accounts;
  const auto settled = [&](std::string_view script, State state) {
    Account account;
    account.state = state;
    account.package = deb.record.name;
    account.script = script;
    accounts.push_back(std::move(account));
  };
  std::optional<Accountant> accountant;
  const auto ask = [&]() -> Accountant& { return accountant ? *accountant : accountant.emplace(deb, table, answers); };
  for (const auto name : run_scripts) {
    const auto script = deb.control_files.find(std::string(name));
    if (script == deb.control_files.end()) continue;
    if (is_stated)
      settled(name, State::stated);
    else
      accounts.push_back(ask().script(name, script->second));
  }
  if (const auto triggers = deb.control_files.find("triggers"); triggers != deb.control_files.end() && !is_stated)
    for (const auto& name : interests(triggers->second)) accounts.push_back(ask().trigger(name));
  for (const auto name : later_scripts)
    if (deb.control_files.contains(std::string(name))) settled(name, State::not_run);
  return accounts;
}

std::vector<Account> account_for(const Input& input, const Table& table) {
  std::vector<Account> accounts;
  const auto add = [&](const std::vector<package::Deb>& debs) {
    for (const auto& deb : debs) {
      const bool stated = is_stated(*input.recipe, deb.record.name);
      for (auto& account : account_for(deb, table, stated, input.recipe->debconf))
        accounts.push_back(std::move(account));
    }
  };
  if (input.read != nullptr) add(*input.read);
  add(*input.debs);
  return accounts;
}

std::string told(const Account& account) {
  if (account.state == State::changed) {
    return fmt::format("{} {} has changed since {}: {} {} new ({}), {} gone; what it did before is taken",
                       account.package, account.script, account.entry, counted(account.lines.size(), "line"),
                       account.lines.size() == 1 ? "is" : "are", base::printable(some(account.lines)), account.gone);
  }
  if (account.lines.empty())
    return fmt::format("{} {} is not in the table of effects: what it does is left out", account.package,
                       account.script);
  return fmt::format("{} {} is not in the table of effects: {} ({}); what it does is left out", account.package,
                     account.script, counted(account.lines.size(), "line"), base::printable(some(account.lines)));
}

}  // namespace debone::effects
