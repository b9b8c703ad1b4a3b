#include "effects/effects.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/error.h"
#include "base/text.h"
#include "effects/accounting.h"
#include "effects/answers.h"
#include "effects/context.h"
#include "effects/finishers.h"

namespace debone::effects {
namespace {

enum class When { always, named };  // by a step of a script's entry

struct Finisher {
  std::string_view name;
  void (*run)(Context&);
  When when;
};

// In this order: accounts first, since the rest looks names up in them; the recipe's own paths after all that scripts
// do; then what is computed of the whole tree, the packages' checksums last.
constexpr std::array<Finisher, 21> finishers{{
    {"accounts", accounts, When::always},
    {"base-files", base_files, When::named},
    {"scripts", scripted, When::always},
    {"tmpfiles", tmpfiles, When::always},
    {"alternatives", alternatives, When::always},
    {"php", php, When::named},
    {"pam", pam, When::named},
    {"shells", shells, When::named},
    {"xml-catalogs", xml_catalogs, When::named},
    {"sgml-catalog", sgml_catalog, When::named},
    {"mailcap", mailcap, When::named},
    {"ghostscript-fonts", ghostscript_fonts, When::named},
    {"exim4", exim4, When::named},
    {"locales", locales, When::named},
    {"paths", stated_paths, When::always},
    {"certificates", certificates, When::named},
    {"java-keystore", java_keystore, When::named},
    {"glib-schemas", glib_schemas, When::named},
    {"mime", mime, When::named},
    {"ld-so-cache", ld_so_cache, When::always},
    {"dpkg-status", dpkg_status, When::always},
}};

bool is_named(std::string_view name, const Context& context) {
  return std::ranges::any_of(context.scripts, [&](const Account& account) { return context.names(account, name); });
}

bool is_used(const recipe::DebconfAnswer& answer, const std::vector<Account>& scripts) {
  return std::ranges::count(certificate_questions, answer.question) > 0 ||
         std::ranges::count(locale_questions, answer.question) > 0 ||
         std::ranges::any_of(scripts,
                             [&](const Account& account) { return account.questions.contains(answer.question); });
}

// The packages that the recipe's `effects:` speak for are in the image, of the base perhaps.
void require_stated(const Input& input, const std::vector<const package::Deb*>& packages) {
  const auto is_in_base = [&](const std::string& package) {
    return input.base != nullptr && input.base->find(at("var/lib/dpkg/status.d/" + package)) != nullptr;
  };
  std::vector<std::string> names;
  for (const auto* deb : packages) names.push_back(deb->record.name);
  for (const auto& stated : input.recipe->effects) {
    if (std::ranges::count(names, stated.package) > 0 || is_in_base(stated.package)) continue;
    const auto near = base::nearest(stated.package, names);
    throw base::Error(base::Exit::usage, fmt::format("'{}' of 'effects' is not in the image", stated.package))
        .at(stated.place.str())
        .hint(near ? fmt::format("did you mean '{}'?", *near)
                   : "name it under 'packages', or take it out of 'effects'");
  }
}

}  // namespace

Applied apply(tree::Tree& tree, const Input& input, base::Events& events) {
  const Table table(input.table);
  std::vector<const package::Deb*> packages;
  for (const auto* debs : {input.debs, input.read}) {
    if (debs == nullptr) continue;
    for (const auto& deb : *debs) packages.push_back(&deb);
  }
  require_stated(input, packages);
  require_questions(input.recipe->debconf, packages);
  const auto scripts = account_for(input, table);
  Applied applied;
  for (const auto& answer : input.recipe->debconf) {
    if (is_used(answer, scripts)) continue;
    events.warning(
        fmt::format("{}: the table of effects makes nothing of the answer to '{}'; say under `effects` or "
                    "`paths` what it changes",
                    answer.place.str(), answer.question));
  }
  for (const auto& account : scripts) {
    if (!account.is_open()) continue;
    ++applied.open;
    events.warning(told(account));
  }
  for (const auto& finisher : finishers) {
    if (finisher.name == input.without) continue;
    Context context{tree, input, events, fmt::format("effect:{}", finisher.name), scripts, &table};
    if (finisher.when == When::named) {
      if (!is_named(finisher.name, context) && std::ranges::count(input.base_finishers, finisher.name) == 0) continue;
      applied.finishers.emplace_back(finisher.name);
    }
    base::while_doing(fmt::format("applying the effects of {}", finisher.name), [&] { finisher.run(context); });
  }
  return applied;
}

std::vector<std::string_view> finisher_names() {
  std::vector<std::string_view> names;
  for (const auto& finisher : finishers) names.push_back(finisher.name);
  return names;
}

bool is_finisher(std::string_view name) {
  return name == "sysusers" ||  // done by `accounts`
         std::ranges::find(finishers, name, &Finisher::name) != finishers.end();
}

}  // namespace debone::effects
