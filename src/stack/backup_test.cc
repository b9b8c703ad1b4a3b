#include "stack/backup.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "base/digest.h"
#include "base/error.h"
#include "base/file.h"
#include "base/test_tar.h"
#include "stack/mapped_file.h"

namespace debone::stack {
namespace {

using base::TestHeader;

const std::string dump = "CREATE TABLE a;\n-- Dump completed on 2026-11-28\n";

BackupParts parts() {
  BackupParts made;
  made.database = Database{"db", {"dump"}, {"load"}, "-- Dump completed", {}, {}};
  made.folders = {{"keys", *base::RelPath::parse("etc/keys")}};
  return made;
}

const std::vector<TestHeader> good_folder{{.name = "keys/", .type = '5', .mode = 02770},
                                          {.name = "keys/private", .type = '5', .mode = 0700, .uid = "0000041"},
                                          {.name = "keys/private/key", .content = "secret", .mode = 0640}};

std::string tar_of(const std::vector<TestHeader>& headers) {
  std::string tar;
  for (const auto& header : headers) tar += base::tar_entry(header);
  return tar + base::tar_end();
}

std::string listed(std::string_view name, std::string_view content, std::string_view more = {}) {
  return fmt::format(R"({{"name":"{}","size":{},"digest":"{}"{}}})", name, content.size(),
                     base::Digest::of(content).oci(), more);
}

constexpr std::string_view of_keys = R"(,"service":"keys","path":"/etc/keys")";

std::string index_of(const std::string& files, std::string_view stack = "shop", int format = 1) {
  return fmt::format(R"({{"format":{},"stack":"{}","created":"2026-11-28T08:00:00Z","files":[{}]}})", format, stack,
                     files);
}

// A backup with that index, dump and folder, whole or not.
std::string backup_with(const std::string& index, const std::string& database, const std::string& folder,
                        const std::vector<TestHeader>& more = {}) {
  std::vector<TestHeader> headers{{.name = "backup.json", .content = index},
                                  {.name = "database.sql", .content = database},
                                  {.name = "folders/0.tar", .content = folder}};
  headers.insert(headers.end(), more.begin(), more.end());
  return tar_of(headers);
}

std::string backup_of(const std::string& database, const std::string& folder) {
  return backup_with(index_of(listed("database.sql", database) + "," + listed("folders/0.tar", folder, of_keys)),
                     database, folder);
}

std::string error_of(const std::string& bytes) {
  return base::error_of([&] { read_backup(bytes, "shop", parts()); }).message();
}

// Of a backup whose folder's tar has these entries after its own.
std::string folder_error(const TestHeader& header) {
  auto headers = good_folder;
  headers.push_back(header);
  return error_of(backup_of(dump, tar_of(headers)));
}

TEST(Backup, IsReadAsItWasWritten) {
  const base::TempDir folder("debone-test");
  const Spool database(folder.path());
  const Spool keys(folder.path());
  const auto tar = tar_of(good_folder);
  base::write_all(database.fd(), dump, "dump");
  base::write_all(keys.fd(), tar, "keys");
  EXPECT_EQ(database.size(), dump.size());
  const auto file = folder.path() / "shop.tar";
  write_backup(file, "shop", 1795852800, {&database, {{parts().folders[0], &keys}}});

  struct stat status{};
  ASSERT_EQ(::stat(file.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777U, 0600U);
  const MappedFile mapped(file);
  const auto backup = read_backup(mapped.bytes(), "shop", parts());
  EXPECT_EQ(backup.created, "2026-11-28T08:00:00Z");
  EXPECT_EQ(backup.database, dump);
  ASSERT_EQ(backup.folders.size(), 1U);
  EXPECT_EQ(backup.folders[0].folder, parts().folders[0]);
  ASSERT_EQ(backup.folders[0].entries.size(), 2U);
  EXPECT_EQ(backup.folders[0].entries[1].name, "private/key");

  // What goes into the volume is a tar of our own.
  std::string again;
  write_folder(backup.folders[0], [&](std::string_view bytes) { again += bytes; });
  const auto entries = base::read_tar(again);
  ASSERT_EQ(entries.size(), 2U);
  EXPECT_EQ(entries[0].name, "private");
  EXPECT_EQ(entries[0].uid, 33U);
  EXPECT_EQ(entries[0].mode, 0700U);
  EXPECT_EQ(entries[1].content, "secret");

  // Nothing but the backup is left.
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder.path()), {}), 1);
}

TEST(Backup, OfAnotherStackIsRefused) {
  const auto bytes = backup_of(dump, tar_of(good_folder));
  const auto error = base::error_of([&] { read_backup(bytes, "passbolt", parts()); });
  EXPECT_EQ(error.code(), base::Exit::usage);
  EXPECT_EQ(error.message(), "a backup of the stack 'shop', not of 'passbolt'");
}

TEST(Backup, OfALaterFormatIsRefused) {
  EXPECT_EQ(error_of(backup_with(index_of("", "shop", 2), dump, "")), "a backup of format 2, and this debone reads 1");
}

TEST(Backup, ThatIsNotWholeIsRefused) {
  const auto folder = tar_of(good_folder);
  const auto good = backup_of(dump, folder);
  EXPECT_EQ(error_of(""), "malformed tar archive: it is cut short");
  for (std::size_t size = 0; size < good.size(); size += 512) {
    EXPECT_EQ(base::error_of([&] { read_backup(good.substr(0, size), "shop", parts()); }).code(), base::Exit::trust);
  }
  auto changed = good;
  changed.replace(changed.find("CREATE"), 6, "DROP  ");
  EXPECT_EQ(error_of(changed), "not a whole backup: 'database.sql' was changed");
  EXPECT_EQ(error_of(tar_of({{.name = "x"}})), "not a whole backup: it has no backup.json");
  const auto files = listed("database.sql", dump) + "," + listed("folders/0.tar", folder, of_keys);
  EXPECT_EQ(error_of(backup_with(index_of(files), dump + " ", folder)),
            "not a whole backup: 'database.sql' has 49 bytes, and should have 48");
  EXPECT_EQ(error_of(backup_with(index_of(files), dump, folder, {{.name = "more"}})),
            "not a whole backup: backup.json does not list 'more'");
  EXPECT_EQ(error_of(backup_with(index_of(files), dump, folder, {{.name = "database.sql"}})),
            "not a whole backup: 'database.sql' stands in it twice");
  EXPECT_EQ(error_of(backup_with(index_of(files), dump, folder, {{.name = "x", .type = '2', .link = "/etc/passwd"}})),
            "not a whole backup: 'x' is no plain file");
  EXPECT_EQ(error_of(backup_with(index_of(files + "," + listed("gone", "")), dump, folder)),
            "not a whole backup: 'gone' is missing");
  EXPECT_EQ(error_of(backup_with(index_of(files + "," + files), dump, folder)),
            "not a whole backup: backup.json lists 'database.sql' twice");
  EXPECT_EQ(error_of(backup_with(index_of(files + "," + listed("x", "")), dump, folder, {{.name = "x"}})),
            "not a whole backup: it has 3 files, and such a stack's has 2");
}

TEST(Backup, OfOtherPartsIsRefused) {
  const auto folder = tar_of(good_folder);
  EXPECT_EQ(error_of(backup_with(index_of(listed("database.sql", dump) + "," + listed("folders/0.tar", folder)), dump,
                                 folder)),
            "not a whole backup: it has no folder /etc/keys of 'keys'");
  EXPECT_EQ(error_of(tar_of({{.name = "backup.json", .content = index_of("")}})),
            "not a whole backup: it has no database");
}

TEST(Backup, WithADumpThatWasCutIsRefused) {
  const auto error =
      base::error_of([&] { read_backup(backup_of("CREATE TABLE a;\n", tar_of(good_folder)), "shop", parts()); });
  EXPECT_EQ(error.message(), "the dump of 'db' is not whole: it does not end with '-- Dump completed'");
}

TEST(Backup, WithAFolderOfAnythingElseIsRefused) {
  EXPECT_EQ(folder_error({.name = "keys/l", .type = '2', .link = "/etc/passwd"}),
            "not a whole backup: 'keys/l' of /etc/keys is neither a plain file nor a directory");
  EXPECT_EQ(folder_error({.name = "keys/h", .type = '1', .link = "keys/private/key"}),
            "not a whole backup: 'keys/h' of /etc/keys is neither a plain file nor a directory");
  EXPECT_EQ(folder_error({.name = "keys/d", .type = '3'}),
            "not a whole backup: 'keys/d' of /etc/keys is neither a plain file nor a directory");
  EXPECT_EQ(folder_error({.name = "keys/../../passwd"}),
            "not a whole backup: 'keys/../../passwd' of /etc/keys lies outside of it");
  EXPECT_EQ(folder_error({.name = "/etc/passwd"}), "not a whole backup: '/etc/passwd' of /etc/keys lies outside of it");
  EXPECT_EQ(folder_error({.name = "keysx"}), "not a whole backup: 'keysx' of /etc/keys lies outside of it");
  EXPECT_EQ(folder_error({.name = "keys/su", .mode = 04755}),
            "not a whole backup: 'keys/su' of /etc/keys has a set-id bit");
  EXPECT_EQ(folder_error({.name = "keys/private/key"}),
            "not a whole backup: 'keys/private/key' of /etc/keys stands twice");
  EXPECT_EQ(folder_error({.name = "keys/private/key/x"}),
            "not a whole backup: 'keys/private/key/x' of /etc/keys has no directory before it");
  EXPECT_EQ(folder_error({.name = "keys/other/x"}),
            "not a whole backup: 'keys/other/x' of /etc/keys has no directory before it");
  EXPECT_EQ(error_of(backup_of(dump, tar_of({{.name = "keys", .content = "x"}}))),
            "not a whole backup: 'keys' of /etc/keys is no directory");
  EXPECT_EQ(error_of(backup_of(dump, tar_of({}))), "not a whole backup: /etc/keys is not there");
  EXPECT_EQ(error_of(backup_of(dump, "x")), "malformed tar archive: it is cut short");
}

}  // namespace
}  // namespace debone::stack
