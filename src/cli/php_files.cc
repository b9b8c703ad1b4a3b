#include "cli/php_files.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "base/text.h"
#include "cli/embedded.h"
#include "cli/fill_template.h"

namespace debone::cli {
namespace {

constexpr std::string_view home = "/srv/app";  // the catalog's place for an application

// Below a key that is there only where something is.
std::vector<std::string> below(std::vector<std::string> heads, const std::string& indent,
                               const std::vector<std::string>& items) {
  if (items.empty()) return {};
  for (const auto& item : items) heads.push_back(indent + item);
  return heads;
}

template <typename Make>
std::vector<std::string> each(const std::vector<std::string>& items, Make&& make) {
  std::vector<std::string> made;
  for (const auto& item : items) made.push_back(make(item));
  return made;
}

std::string in_home(const std::string& path) {
  return path == "." ? std::string(home) : fmt::format("{}/{}", home, path);
}

std::string extension_names(const php::Platform& platform) {
  std::vector<std::string> names;
  for (const auto& extension : platform.extensions) names.push_back(extension.name);
  return names.empty() ? "core" : base::join(names, ", ");
}

Blanks blanks_of(const PhpApplication& application) {
  const auto& framework = application.framework;
  const auto& php = application.platform.php;
  const auto web_root = in_home(application.public_dir);
  const auto folders = each(framework.folders, in_home);
  std::vector<std::string> secret_files;
  for (const auto& line : framework.secrets) {
    if (line.find('*') == std::string::npos) secret_files.emplace_back(line.substr(line.starts_with('/') ? 1 : 0));
  }
  Blanks blanks;
  blanks.texts = {{"DEBIAN", php.debian},
                  {"EXTENSIONS", extension_names(application.platform)},
                  {"INCLUDE", php_recipe(php)},
                  {"NAME", application.name},
                  {"PHP", php.version},
                  {"PUBLIC", application.public_dir},
                  {"SCRIPTS", framework.one_script ? R"(^/index\.php(/|$))" : R"([^/]\.php(/|$))"},
                  {"WEB_ROOT", web_root}};
  blanks.lists = {
      {"AUTOLOAD", {}},
      {"CONTENTS", below({"contents:", "  packages:"}, "    - ", application.packages)},
      {"ENVIRONMENT", below({"environment:"}, "  ", framework.environment)},
      {"ENV_FILE", {}},
      {"FOLDERS", folders},
      {"GENERATED", framework.generated},
      {"INDEX", {}},
      {"MOUNTS", each(framework.volumes, [](const auto& path) { return fmt::format("{}:{}", path, in_home(path)); })},
      {"PRIVATE", {}},
      {"SECRETS", framework.secrets},
      {"SECRET_FILES", secret_files},
      {"TMPFS", each(framework.tmpfs,
                     [](const auto& path) { return fmt::format("{}:uid=33,gid=33,mode=0750", in_home(path)); })},
      {"VOLUMES", framework.volumes},
      {"WRITABLE", each(folders,
                        [](const auto& path) {
                          return fmt::format("{{path: {}, type: directory, uid: 33, gid: 33, permissions: 0o750}}",
                                             path);
                        })},
  };
  if (application.has_vendor) blanks.lists["AUTOLOAD"] = {in_home("vendor/autoload.php")};
  if (application.has_index) blanks.lists["INDEX"] = {web_root + "/index.php"};
  if (application.has_env_file) blanks.lists["ENV_FILE"] = {".env"};
  if (application.public_dir == ".") {
    blanks.lists["PRIVATE"] = {R"(location ~ ^/(vendor|composer\.json|composer\.lock)(/|$) {)", "    return 404;", "}"};
  }
  return blanks;
}

// By the template's name: the file that is written.
std::string path_of(std::string_view name, const std::string& application) {
  if (name == "compose.yaml") return "compose.yaml";
  if (name == "deboneignore") return ".deboneignore";
  return fmt::format("{}-{}", application, name);
}

}  // namespace

std::string php_recipe(const php::Php& php) { return php.codename == "trixie" ? "php-fpm" : php.codename + "/php-fpm"; }

std::vector<NewFile> php_files(const PhpApplication& application) {
  const auto blanks = blanks_of(application);
  std::vector<NewFile> files;
  for (const auto& file : embedded_templates()) {
    const auto name = file.path.substr(file.path.find('/') + 1);
    if (name == "extensions") continue;
    files.push_back({path_of(name, application.name), fill_template(file.content, blanks)});
  }
  std::ranges::sort(files, {}, &NewFile::path);
  return files;
}

}  // namespace debone::cli
