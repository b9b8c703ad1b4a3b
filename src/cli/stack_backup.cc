#include "cli/stack_backup.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <deque>
#include <optional>
#include <set>
#include <vector>

#include "base/error.h"
#include "base/text.h"
#include "cli/start_stack.h"
#include "stack/configuration.h"
#include "stack/launch.h"
#include "stack/mapped_file.h"

namespace debone::cli {
namespace {

namespace fs = std::filesystem;
using base::Error;
using base::Exit;

// Of several containers of a service any has its volumes.
const stack::Container& container_of(const std::vector<stack::Container>& containers, const std::string& service,
                                     const FoundStack& found) {
  const auto one = std::ranges::find(containers, service, &stack::Container::service);
  if (one != containers.end()) return *one;
  throw Error(Exit::does_not_hold, fmt::format("the service '{}' has no container", service))
      .at(found.name)
      .hint(fmt::format("`debone stack {} up` makes it", found.name));
}

const stack::Container& container_with(const std::vector<stack::Container>& containers, const stack::Folder& folder,
                                       const FoundStack& found) {
  const auto& container = container_of(containers, folder.service, found);
  if (std::ranges::count(container.volumes, folder.path.absolute()) > 0) return container;
  throw Error(Exit::usage, fmt::format("the service '{}' has no volume at {}", folder.service, folder.path.absolute()))
      .at(found.file().string())
      .hint("a folder of x-debone's 'backup' is where a volume is mounted");
}

// A command of the database with its name, which the container knows.
std::vector<std::string> with_name(std::vector<std::string> command, const stack::Database& database,
                                   const stack::Container& container) {
  if (!database.variable) return command;
  const auto name = container.variable(*database.variable).value_or("");
  if (name.empty() || name.starts_with('-')) {
    throw Error(Exit::usage, fmt::format("the variable {} of the service '{}' names no database: '{}'",
                                         *database.variable, database.service, base::printable(name)));
  }
  std::ranges::replace(command, std::string("DATABASE"), name);
  return command;
}

// What the stack works with may be elsewhere, so that the service's own database is an empty one.
void require_here(const stack::Database& database, const std::optional<std::string>& host, const FoundStack& found,
                  std::string_view way_out) {
  if (!host || host == database.service) return;
  throw Error(Exit::does_not_hold, fmt::format("the database is not that of the service '{}', but at '{}'",
                                               database.service, base::printable(*host)))
      .at(found.name)
      .hint(std::string(way_out));
}

void dump(const stack::Database& database, const stack::Container& container, const stack::Engine& engine,
          const FoundStack& found, const stack::Spool& spool) {
  if (container.status != "running") {
    throw Error(Exit::does_not_hold, fmt::format("the service '{}' does not run", database.service))
        .at(found.name)
        .hint(fmt::format("`debone stack {} up` starts it", found.name));
  }
  engine.execute(container, with_name(database.dump, database, container), spool.fd());
  std::string tail;
  spool.read([&](std::string_view bytes) {
    tail += bytes;
    if (tail.size() > stack::longest_dump_end) tail.erase(0, tail.size() - stack::longest_dump_end);
  });
  stack::require_end(tail, database);
}

void require_whole(const stack::Spool& spool, const stack::Folder& folder) {
  // By the name that every open file has: the spool's own is gone.
  const stack::MappedFile file(fmt::format("/proc/self/fd/{}", spool.fd()));
  stack::read_folder(file.bytes(), folder);
}

}  // namespace

const stack::BackupParts& parts_of(const FoundStack& found) {
  if (found.description.backup) return *found.description.backup;
  throw Error(Exit::usage, "the stack does not say what a backup of it is")
      .at(found.file().string())
      .hint("docs/stack.md describes 'backup' of x-debone");
}

void back_up(const FoundStack& found, const stack::Engine& engine, const fs::path& file) {
  const auto& parts = parts_of(found);
  const auto containers = engine.containers(found.name);
  const auto folder = file.has_parent_path() ? file.parent_path() : fs::path(".");
  stack::Collected collected;
  std::deque<stack::Spool> spools;
  // The database first: files that came after it stand in no row of it, and do no harm.
  if (parts.database) {
    if (const auto& host = parts.database->host) {
      require_here(*parts.database, container_of(containers, host->service, found).variable(host->variable), found,
                   "it is saved there, by its server's own means");
    }
    const auto& container = container_of(containers, parts.database->service, found);
    auto& spool = spools.emplace_back(folder);
    base::while_doing("dumping the database", [&] { dump(*parts.database, container, engine, found, spool); });
    collected.database = &spool;
  }
  for (const auto& one : parts.folders) {
    const auto& container = container_with(containers, one, found);
    auto& spool = spools.emplace_back(folder);
    base::while_doing(fmt::format("copying {} of '{}'", one.path.absolute(), one.service), [&] {
      engine.copy_out(container, one.path.absolute(), spool.fd());
      require_whole(spool, one);
    });
    collected.folders.push_back({one, &spool});
  }
  const auto now =
      std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch());
  stack::write_backup(file, found.name, now.count(), collected);
}

void require_no_volumes(const FoundStack& found, const stack::Engine& engine) {
  const auto volumes = engine.volumes(found.name);
  if (volumes.empty()) return;
  throw Error(Exit::usage, fmt::format("the stack has volumes: {}", base::join(volumes, ", ")))
      .at(found.name)
      .hint(
          fmt::format("a backup goes into a stack without data; `debone stack {} down --volumes` removes them for good",
                      found.name));
}

void require_own_database(const FoundStack& found, const stack::Compose& compose) {
  const auto& database = parts_of(found).database;
  if (!database || !database->host) return;
  require_here(*database, stack::configured(compose.configuration(), *database->host), found,
               "the dump is 'database.sql' in the backup, and is loaded there by its server's own means");
}

void restore(const FoundStack& found, const stack::Compose& compose, const stack::StoredBackup& backup,
             std::chrono::milliseconds patience) {
  const auto& engine = compose.engine();
  std::set<std::string> services;
  const auto& database = parts_of(found).database;
  for (const auto& folder : backup.folders) services.insert(folder.folder.service);
  if (!services.empty()) {
    stack::create(compose, {services.begin(), services.end()}, patience);
    const auto containers = compose.containers();
    for (const auto& folder : backup.folders) {
      const auto& container = container_with(containers, folder.folder, found);
      base::while_doing(fmt::format("filling {} of '{}'", folder.folder.path.absolute(), folder.folder.service), [&] {
        engine.copy_in(container, folder.folder.path.absolute(),
                       [&](const stack::Sink& sink) { stack::write_folder(folder, sink); });
      });
    }
  }
  if (!database) return;
  start_stack(compose, {database->service}, patience);
  const auto containers = compose.containers();
  base::while_doing("loading the database", [&] {
    const auto& container = container_of(containers, database->service, found);
    engine.execute(container, with_name(database->load, *database, container),
                   [&](const stack::Sink& sink) { sink(*backup.database); });
  });
}

}  // namespace debone::cli
