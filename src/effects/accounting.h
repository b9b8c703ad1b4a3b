// What is known of every maintainer script of an image's packages, and of every trigger that they are interested in:
// the steps of its entry, or that a first installation does not run it, or that nobody knows it.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "effects/effects.h"
#include "effects/step.h"
#include "effects/table.h"

namespace debone::effects {

struct Account {
  enum class State {
    known,    // the table has this very form of it
    stated,   // the recipe's `effects:` speak for the package
    not_run,  // by a first installation (Policy 6.5)
    changed,  // the table has another form, whose steps are taken
    unknown,
  };
  State state = State::unknown;
  std::string package;
  std::string script;                 // "postinst", or "trigger NAME"
  std::vector<Step> steps;            // of those known, changed
  std::vector<std::string> why;       // what the table says of the script and its sections
  std::string entry;                  // the place of its entry in the table, or empty
  std::vector<std::string> lines;     // normalised: of the whole rest, or of a changed one those that are new
  std::size_t gone = 0;               // lines of the form last known that are not there any more
  std::vector<std::string> sections;  // the helpers whose sections it has, known ones
  std::set<std::string> questions;    // of debconf's, those that the steps hang on
  Known form;                         // of a script: what an entry for it would say

  bool is_open() const { return state == State::changed || state == State::unknown; }
};

// In the packages' order; of each preinst, config, postinst, its triggers, prerm, postrm. Throws Error (usage) where
// the table is malformed.
std::vector<Account> account_for(const package::Deb& deb, const Table& table, bool is_stated,
                                 const std::vector<recipe::DebconfAnswer>& answers);
std::vector<Account> account_for(const Input& input, const Table& table);

// "systemd postinst has changed: 2 lines are new (...), 1 is gone", for a warning.
std::string told(const Account& account);

}  // namespace debone::effects
