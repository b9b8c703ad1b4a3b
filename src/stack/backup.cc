#include "stack/backup.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "base/error.h"
#include "base/file.h"
#include "base/text.h"
#include "image/json.h"
#include "layer/tar_writer.h"

namespace debone::stack {
namespace {

using base::Error;
using base::Exit;
using base::TarEntry;
using base::TarType;
using image::Json;

constexpr std::uint64_t format_number = 1;
constexpr const char* index_name = "backup.json";
constexpr const char* database_name = "database.sql";
constexpr std::size_t most_files = 1000;  // headers of the outer tar
constexpr std::uint32_t set_id_bits = 06000;

std::string folder_name(std::size_t number) { return fmt::format("folders/{}.tar", number); }

Error damaged(std::string what) {
  return Error(Exit::trust, fmt::format("not a whole backup: {}", what)).hint("nothing was changed");
}

TarEntry plain_entry(const std::string& name, std::int64_t time) {
  TarEntry entry;
  entry.name = name;
  entry.mode = 0600;
  entry.mtime = time;
  return entry;
}

// A file that the backup lists.
struct Listed {
  std::uint64_t size = 0;
  base::Digest digest;
  std::string service;
  std::string path;
};

std::map<std::string, Listed> listed_files(const image::JsonObject& index) {
  std::map<std::string, Listed> files;
  for (const auto& object : index.objects("files")) {
    const Listed one{object.number("size"), object.digest("digest"), object.text("service"), object.text("path")};
    if (!files.emplace(object.text("name"), one).second)
      throw damaged(fmt::format("{} lists '{}' twice", index_name, object.text("name")));
  }
  return files;
}

// The entries of the outer tar by name, in which each stands once.
std::map<std::string, std::string_view> files_of(std::string_view bytes) {
  std::map<std::string, std::string_view> files;
  for (const auto& entry : base::read_tar(bytes, most_files)) {
    if (entry.type != TarType::file) throw damaged(fmt::format("'{}' is no plain file", entry.name));
    if (!files.emplace(entry.name, entry.content).second)
      throw damaged(fmt::format("'{}' stands in it twice", entry.name));
  }
  return files;
}

void require_as_listed(const std::map<std::string, std::string_view>& files,
                       const std::map<std::string, Listed>& listed) {
  for (const auto& [name, file] : listed) {
    const auto found = files.find(name);
    if (found == files.end()) throw damaged(fmt::format("'{}' is missing", name));
    if (found->second.size() != file.size) {
      throw damaged(fmt::format("'{}' has {} bytes, and should have {}", name, found->second.size(), file.size));
    }
    if (base::Digest::of(found->second) != file.digest) throw damaged(fmt::format("'{}' was changed", name));
  }
  for (const auto& [name, content] : files) {
    if (name != index_name && !listed.contains(name))
      throw damaged(fmt::format("{} does not list '{}'", index_name, name));
  }
}

// The parts that the stack has are those that the backup has.
void require_parts(const std::map<std::string, Listed>& listed, const BackupParts& parts) {
  if (parts.database && !listed.contains(database_name)) throw damaged("it has no database");
  for (const auto& folder : parts.folders) {
    if (std::ranges::none_of(listed, [&](const auto& file) {
          return file.second.service == folder.service && file.second.path == folder.path.absolute();
        })) {
      throw damaged(fmt::format("it has no folder {} of '{}'", folder.path.absolute(), folder.service));
    }
  }
  const auto expected = parts.folders.size() + (parts.database ? 1 : 0);
  if (listed.size() != expected)
    throw damaged(fmt::format("it has {} files, and such a stack's has {}", listed.size(), expected));
}

}  // namespace

std::vector<TarEntry> read_folder(std::string_view tar, const Folder& folder) {
  const auto top = *base::RelPath::parse(folder.path.name());
  std::vector<TarEntry> entries;
  std::map<base::RelPath, TarType> seen;
  const auto refuse = [&](const TarEntry& entry, std::string_view why) {
    return damaged(fmt::format("'{}' of {} {}", base::printable(entry.name), folder.path.absolute(), why));
  };
  for (auto& entry : base::read_tar(tar)) {
    const auto path = base::RelPath::parse(entry.name);
    if (!path || !path->is_within(top)) throw refuse(entry, "lies outside of it");
    if (entry.type != TarType::file && entry.type != TarType::directory)
      throw refuse(entry, "is neither a plain file nor a directory");
    if (!entry.xattrs.empty()) throw refuse(entry, "has extended attributes");
    if (entry.type == TarType::file && (entry.mode & set_id_bits) != 0) throw refuse(entry, "has a set-id bit");
    if (!seen.emplace(*path, entry.type).second) throw refuse(entry, "stands twice");
    if (*path == top) {
      if (entry.type != TarType::directory) throw refuse(entry, "is no directory");
      continue;
    }
    const auto parent = seen.find(path->parent());
    if (parent == seen.end() || parent->second != TarType::directory) throw refuse(entry, "has no directory before it");
    entry.name = path->str().substr(top.str().size() + 1);
    entries.push_back(std::move(entry));
  }
  if (seen.empty()) throw damaged(fmt::format("{} is not there", folder.path.absolute()));
  return entries;
}

void write_folder(const StoredFolder& folder, const std::function<void(std::string_view)>& take) {
  for (const auto& entry : folder.entries) {
    take(layer::tar_header(entry, entry.content.size()));
    take(entry.content);
    take(layer::tar_padding(entry.content.size()));
  }
  take(layer::tar_end());
}

void require_end(std::string_view tail, const Database& database) {
  const auto trimmed = base::trim(tail);
  const auto last = trimmed.substr(trimmed.rfind('\n') + 1);
  if (last.starts_with(database.ends)) return;
  throw Error(Exit::does_not_hold,
              fmt::format("the dump of '{}' is not whole: it does not end with '{}'", database.service, database.ends));
}

void write_backup(const std::filesystem::path& file, const std::string& stack, std::int64_t created,
                  const Collected& collected) {
  std::vector<std::pair<std::string, const Spool*>> files;
  auto list = Json::array();
  const auto add = [&](const std::string& name, const Spool& spool, const Folder* folder) {
    Json one{{"name", name}, {"size", spool.size()}, {"digest", spool.sha256().oci()}};
    if (folder != nullptr) {
      one["service"] = folder->service;
      one["path"] = folder->path.absolute();
    }
    list.push_back(std::move(one));
    files.emplace_back(name, &spool);
  };
  if (collected.database != nullptr) add(database_name, *collected.database, nullptr);
  for (std::size_t i = 0; i < collected.folders.size(); ++i) {
    add(folder_name(i), *collected.folders[i].tar, &collected.folders[i].folder);
  }
  const auto index =
      Json{{"format", format_number}, {"stack", stack}, {"created", base::iso_time(created)}, {"files", list}}.dump(2) +
      "\n";

  base::AtomicFile out(file, 0600);
  out.write(layer::tar_header(plain_entry(index_name, created), index.size()));
  out.write(index);
  out.write(layer::tar_padding(index.size()));
  for (const auto& [name, spool] : files) {
    const auto size = spool->size();
    out.write(layer::tar_header(plain_entry(name, created), size));
    spool->read([&](std::string_view bytes) { out.write(bytes); });
    out.write(layer::tar_padding(size));
  }
  out.write(layer::tar_end());
  out.commit();
}

StoredBackup read_backup(std::string_view bytes, const std::string& stack, const BackupParts& parts) {
  const auto files = files_of(bytes);
  const auto found = files.find(index_name);
  if (found == files.end()) throw damaged(fmt::format("it has no {}", index_name));
  const auto index = image::JsonObject::parse(found->second, index_name);
  if (index.number("format") != format_number) {
    throw Error(Exit::usage,
                fmt::format("a backup of format {}, and this debone reads {}", index.number("format"), format_number));
  }
  if (index.text("stack") != stack) {
    throw Error(Exit::usage, fmt::format("a backup of the stack '{}', not of '{}'", index.text("stack"), stack))
        .hint("nothing was changed");
  }
  StoredBackup backup;
  backup.created = index.text("created");
  if (!base::parse_iso_time(backup.created)) throw damaged(fmt::format("{} has no time", index_name));
  const auto listed = listed_files(index);
  require_as_listed(files, listed);
  require_parts(listed, parts);
  if (parts.database) {
    backup.database = files.at(database_name);
    const auto size = backup.database->size();
    require_end(backup.database->substr(size - std::min(size, longest_dump_end)), *parts.database);
  }
  for (const auto& folder : parts.folders) {
    const auto file = std::ranges::find_if(listed, [&](const auto& one) {
      return one.second.service == folder.service && one.second.path == folder.path.absolute();
    });
    backup.folders.push_back({folder, read_folder(files.at(file->first), folder)});
  }
  return backup;
}

}  // namespace debone::stack
