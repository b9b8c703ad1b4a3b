#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "base/text.h"
#include "effects/accounting.h"
#include "effects/finishers.h"
#include "effects/passwd.h"
#include "effects/sysusers.h"

namespace debone::effects {
namespace {

using base::Error;
using base::Exit;

// A file of base-passwd, from the tree or, where the package is read but not unpacked, from its .deb.
std::optional<std::string_view> master(const Context& context, std::string_view name) {
  if (const auto text = context.tree.read(at(name))) return text;
  const auto* deb = context.package("base-passwd");
  if (deb == nullptr) return std::nullopt;
  for (const auto& entry : deb->entries)
    if (entry.type == base::TarType::file && entry.name == fmt::format("./{}", name)) return entry.content;
  return std::nullopt;
}

void read_masters(const Context& context, Accounts& accounts) {
  const auto read = [&](std::string_view file, std::string_view from) -> std::optional<std::string_view> {
    if (const auto shipped = context.tree.read(at(file))) return shipped;
    return master(context, from);
  };
  accounts.read_passwd(
      read("etc/passwd", "usr/share/base-passwd/passwd.master").value_or("root:*:0:0:root:/root:/usr/sbin/nologin\n"),
      "base-passwd", "passwd.master");
  accounts.read_group(read("etc/group", "usr/share/base-passwd/group.master").value_or("root:*:0:\n"), "base-passwd",
                      "group.master");
}

// A user whose gid no group has gets a group of its own name, as useradd makes it.
void add_own_group(Accounts& accounts, const recipe::User& user, const std::string& source, const std::string& place) {
  if (accounts.find_gid(user.gid) == nullptr) accounts.add_group({user.name, user.gid, {}}, source, place);
}

void add_stated(const Context& context, Accounts& accounts) {
  const auto& recipe = *context.input.recipe;
  for (const auto& group : recipe.groups) accounts.add_group(group, "the recipe", recipe.file);
  for (const auto& effects : recipe.effects)
    for (const auto& group : effects.groups) accounts.add_group(group, "the recipe", effects.place.str());
  const auto add = [&](const recipe::User& user, const std::string& place) {
    accounts.add_user(user, "the recipe", place);
    add_own_group(accounts, user, "the recipe", place);
  };
  for (const auto& user : recipe.users) add(user, recipe.file);
  for (const auto& effects : recipe.effects)
    for (const auto& user : effects.users) add(user, effects.place.str());
}

// The same for a name in every image, whatever else is in it.
std::uint32_t system_id(const Context& context, const std::string& name) {
  const auto known = context.table == nullptr ? std::nullopt : context.table->id(name);
  return known.value_or(computed_id(name));
}

// An account that is there already keeps its ids, as systemd-sysusers has it; so does one that the recipe states.
void add_sysuser(const Context& context, Accounts& accounts, const Sysuser& declared, const std::string& source,
                 const std::string& place) {
  const auto group_id = [&](const std::string& name) {
    if (const auto* group = accounts.find_group(name)) return group->group.gid;
    const auto gid = system_id(context, name);
    accounts.add_group({name, gid, {}}, source, place);
    return gid;
  };
  switch (declared.kind) {
    case Sysuser::Kind::group:
      if (accounts.find_group(declared.name) == nullptr)
        accounts.add_group({declared.name, declared.id.value_or(system_id(context, declared.name)), {}}, source, place);
      return;
    case Sysuser::Kind::member:
      accounts.add_group({declared.group, group_id(declared.group), {declared.name}}, source, place);
      return;
    case Sysuser::Kind::user: break;
  }
  if (accounts.find_user(declared.name) != nullptr) return;
  recipe::User user;
  user.name = declared.name;
  user.uid = declared.id.value_or(system_id(context, declared.name));
  user.gecos = declared.gecos;
  user.home = declared.home;
  user.shell = declared.shell;
  if (declared.gid) {
    user.gid = *declared.gid;
  } else if (!declared.group.empty()) {
    user.gid = group_id(declared.group);
  } else if (const auto* own = accounts.find_group(user.name)) {
    user.gid = own->group.gid;
  } else {
    user.gid = user.uid;
  }
  accounts.add_user(user, source, place);
  add_own_group(accounts, user, source, place);
}

// Whether the package's scripts make the user themselves, before systemd-sysusers(8) reads the package's own file: they
// do not call it (bookworm's dbus).
bool is_made_by_scripts(const Context& context, std::string_view package, std::string_view user) {
  bool makes = false;
  for (const auto& script : context.scripts) {
    if (script.package != package) continue;
    if (context.names(script, "sysusers")) return false;
    makes = makes || std::ranges::any_of(script.steps, [&](const Step& step) {
              const auto* added = std::get_if<AddUser>(&step.what);
              return added != nullptr && added->name == user && context.applies(step);
            });
  }
  return makes;
}

void add_sysusers(const Context& context, Accounts& accounts) {
  // Groups first, then users, then members: a user may name a group of a later file.
  std::vector<std::tuple<Sysuser, std::string, std::string>> declared;
  for (const auto& file : context.list(at("usr/lib/sysusers.d"), tree::NodeType::file)) {
    if (!file.name().ends_with(".conf")) continue;
    const auto& node = *context.tree.find(file);
    const auto source =
        node.origin.starts_with("package:") ? fmt::format("package {}", node.origin.substr(8)) : node.origin;
    for (auto& account : parse_sysusers(node.content.bytes(), file.absolute()))
      if (account.kind != Sysuser::Kind::user || !node.origin.starts_with("package:") ||
          !is_made_by_scripts(context, node.origin.substr(8), account.name))
        declared.emplace_back(std::move(account), source, file.absolute());
  }
  for (const auto kind : {Sysuser::Kind::group, Sysuser::Kind::user, Sysuser::Kind::member})
    for (const auto& [account, source, place] : declared)
      if (account.kind == kind) add_sysuser(context, accounts, account, source, place);
}

// The accounts that scripts make, each package's in its scripts' order: what one names, another may have made.
void add_scripted(const Context& context, Accounts& accounts) {
  const auto add = [&](const Account& script, const Sysuser& declared) {
    add_sysuser(context, accounts, declared, fmt::format("package {}", script.package), script.entry);
  };
  for (const auto& script : context.scripts) {
    for (const auto& step : script.steps) {
      if (!context.applies(step)) continue;
      if (const auto* group = std::get_if<AddGroup>(&step.what)) {
        add(script, {.kind = Sysuser::Kind::group, .name = group->name, .id = group->gid});
      } else if (const auto* member = std::get_if<AddMember>(&step.what)) {
        add(script, {.kind = Sysuser::Kind::member, .name = member->user, .group = member->group});
      } else if (const auto* user = std::get_if<AddUser>(&step.what)) {
        add(script, {.kind = Sysuser::Kind::user,
                     .name = user->name,
                     .id = user->uid,
                     .group = user->group,
                     .gecos = user->comment,
                     .home = user->home,
                     .shell = user->shell});
        for (const auto& joined : user->groups)
          add(script, {.kind = Sysuser::Kind::member, .name = user->name, .group = joined});
      }
    }
  }
}

// "UID" and "UID:GID" need no account here; whether one has them is for the check to say.
void require_run_as(const Context& context, const Accounts& accounts) {
  const auto& recipe = *context.input.recipe;
  const auto& run_as = recipe.run_as;
  if (run_as.empty() || base::is_digit(run_as.front()) || accounts.find_user(run_as) != nullptr) return;
  auto error = Error(Exit::usage, fmt::format("no user '{}' to run as", run_as)).at(recipe.file);
  const auto near = base::nearest(run_as, accounts.user_names());
  throw std::move(error).hint(near ? fmt::format("did you mean '{}'?", *near)
                                   : "state it under accounts: users, or name the package that brings it");
}

}  // namespace

void accounts(Context& context) {
  Accounts accounts;
  read_masters(context, accounts);
  add_stated(context, accounts);
  add_sysusers(context, accounts);
  add_scripted(context, accounts);
  require_run_as(context, accounts);
  context.write(at("etc/passwd"), accounts.passwd());
  context.write(at("etc/group"), accounts.group());
}

}  // namespace debone::effects
