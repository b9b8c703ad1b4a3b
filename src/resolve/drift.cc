#include "resolve/drift.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>

#include "base/text.h"

namespace debone::resolve {
namespace {

std::string told_start(const Inputs& inputs) {
  return inputs.starts.empty() ? "nothing" : fmt::format("'{}'", inputs.starts);
}

// Pairs what both lists have by `key`, and tells what one alone has, or both have in different words.
template <typename Item, typename Key, typename Text>
void compare(std::vector<Drift>& found, const std::vector<Item>& wanted, const std::vector<Item>& locked,
             const std::string& recipe, const std::string& lock, std::string_view where, Key key, Text text) {
  const auto in = [&](const std::vector<Item>& all, const Item& item) {
    return std::ranges::find_if(all,
                                [&](const Item& other) { return std::invoke(key, other) == std::invoke(key, item); });
  };
  for (const auto& item : wanted) {
    const auto at = in(locked, item);
    if (at == locked.end()) {
      found.push_back({item.place.str(), fmt::format("'{}'{} is not in {}", std::invoke(text, item), where, lock)});
    } else if (std::invoke(text, *at) != std::invoke(text, item)) {
      found.push_back({item.place.str(), fmt::format("'{}'{} stands as '{}' in {}", std::invoke(text, item), where,
                                                     std::invoke(text, *at), at->place.str())});
    }
  }
  for (const auto& item : locked) {
    if (in(wanted, item) == wanted.end()) {
      found.push_back(
          {item.place.str(), fmt::format("'{}'{} is no longer in {}", std::invoke(text, item), where, recipe)});
    }
  }
}

// Between equal versions the earlier source wins.
bool same_order(const std::vector<InputSource>& a, const std::vector<InputSource>& b) {
  return std::ranges::equal(a, b, {}, &InputSource::id, &InputSource::id);
}

// An account that the recipe states. The lock has others beside them: those of packages.
template <typename Account>
void compare_account(std::vector<Drift>& found, std::string_view kind, const Account& account, std::uint32_t id,
                     const std::vector<LockedAccount>& locked, const std::string& recipe, const std::string& lock) {
  const auto at = std::ranges::find(locked, account.name, &LockedAccount::name);
  if (at == locked.end()) {
    found.push_back({recipe, fmt::format("the {} '{}' ({}) is not in {}", kind, account.name, id, lock)});
  } else if (at->id != id) {
    found.push_back({recipe, fmt::format("the {} '{}' has the number {}, and {} in {}", kind, account.name, id, at->id,
                                         at->place.str())});
  }
}

}  // namespace

std::vector<Drift> drift(const recipe::Recipe& recipe, const Lock& lock) {
  std::vector<Drift> found;
  const auto wanted = inputs_of(recipe);
  const auto& locked = lock.inputs;
  if (wanted.name != locked.name) {
    found.push_back({recipe.file, fmt::format("its name is '{}', and '{}' in {}", wanted.name, locked.name,
                                              locked.name_place.str())});
  }
  if (wanted.closure != locked.closure) {
    found.push_back({recipe.file, fmt::format("the closure is {}, and {} in {}", name_of(wanted.closure),
                                              name_of(locked.closure), locked.closure_place.str())});
  }
  if (wanted.extends != locked.extends) {
    const auto told = [](const std::string& base) { return base.empty() ? "nothing" : fmt::format("'{}'", base); };
    found.push_back({wanted.extends.empty() ? recipe.file : wanted.extends_place.str(),
                     fmt::format("it extends {}, and {} in {}", told(wanted.extends), told(locked.extends),
                                 locked.extends.empty() ? locked.file : locked.extends_place.str())});
  }
  const auto compare_items = [&](const auto& items, const auto& others, std::string_view where) {
    compare(found, items, others, recipe.file, locked.file, where, &InputItem::package, &InputItem::text);
  };
  compare(
      found, wanted.sources, locked.sources, recipe.file, locked.file, "",
      [](const InputSource& source) -> const auto& { return source.id(); },
      [](const InputSource& source) { return source.str(); });
  if (found.empty() && !same_order(wanted.sources, locked.sources)) {
    found.push_back(
        {wanted.sources.front().place.str(), fmt::format("the sources stand in another order in {}", locked.file)});
  }
  compare_items(wanted.requests, locked.requests, "");
  compare_items(wanted.files, locked.files, " of 'files'");
  compare_items(wanted.keep, locked.keep, " of 'keep'");
  compare_items(wanted.exclude, locked.exclude, " of 'exclude'");
  compare_items(wanted.debug, locked.debug, " of the debug variants");
  if (wanted.closure == locked.closure) {
    if (wanted.starts != locked.starts) {
      found.push_back({recipe.file, fmt::format("it starts {}, and {} in {}", told_start(wanted), told_start(locked),
                                                locked.starts.empty() ? locked.file : locked.starts_place.str())});
    }
    const auto before = found.size();
    compare_items(wanted.cuts, locked.cuts, " of 'cuts'");
    if (found.size() == before && !std::ranges::equal(wanted.cuts, locked.cuts, {}, &InputItem::text, &InputItem::text))
      found.push_back(
          {wanted.cuts.front().place.str(), fmt::format("the cuts stand in another order in {}", locked.file)});
  }
  const auto compare_accounts = [&](const auto& stated, const std::string& place) {
    for (const auto& user : stated.users)
      compare_account(found, "user", user, user.uid, lock.users, place, locked.file);
    for (const auto& group : stated.groups) {
      compare_account(found, "group", group, group.gid, lock.groups, place, locked.file);
    }
  };
  compare_accounts(recipe, recipe.file);
  for (const auto& effects : recipe.effects) compare_accounts(effects, effects.place.str());
  for (const auto& name : recipe.archs) {
    if (lock.find(name) == nullptr)
      found.push_back({recipe.file, fmt::format("{} has no packages for {}", locked.file, name)});
  }
  for (const auto& architecture : lock.architectures) {
    if (recipe.archs.empty() || std::ranges::count(recipe.archs, architecture.name) > 0) continue;
    found.push_back(
        {architecture.place.str(), fmt::format("{} is no longer in 'archs' of {}", architecture.name, recipe.file)});
  }
  return found;
}

}  // namespace debone::resolve
