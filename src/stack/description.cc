#include "stack/description.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "base/text.h"
#include "recipe/fields.h"
#include "recipe/unique.h"
#include "recipe/values.h"

namespace debone::stack {
namespace {

using recipe::fail;
using recipe::Fields;
using recipe::Node;

constexpr unsigned fewest_secret_bytes = 16;
constexpr unsigned most_secret_bytes = 64;

// The services of the file and the images that they name.
class Services {
 public:
  explicit Services(const Node& root) {
    const auto* services = root.find("services");
    if (services == nullptr) fail(root, "the compose file has no 'services'");
    for (const auto& [name, service] : recipe::members_of(*services, "services")) {
      names_.push_back(name->text);
      if (const auto* image = service->find("image"); image != nullptr) images_.push_back(image->text);
    }
  }
  std::string service(const Node& node) const { return one_of(names_, node, "service"); }
  std::string image(const Node& node) const { return one_of(images_, node, "image"); }

 private:
  static std::string one_of(const std::vector<std::string>& known, const Node& node, std::string_view kind) {
    const auto& text = recipe::text_of(node, kind);
    if (std::ranges::find(known, text) != known.end()) return text;
    const std::vector<std::string_view> candidates(known.begin(), known.end());
    fail(node, fmt::format("no service of this file {} '{}'", kind == "service" ? "is called" : "has the image", text),
         recipe::suggestion(text, candidates, fmt::format("there are {}", recipe::listed(candidates))));
  }

  std::vector<std::string> names_;
  std::vector<std::string> images_;
};

std::vector<std::string> words_of(const Node& node, std::string_view key) {
  std::vector<std::string> words;
  for (const auto& item : recipe::items_of(node, key)) words.push_back(recipe::text_of(*item, key));
  if (words.empty()) fail(node, fmt::format("'{}' is empty", key));
  return words;
}

std::vector<ImageRecipe> images_of(const Node& node, const Services& services) {
  std::vector<ImageRecipe> images;
  for (const auto& [image, value] : recipe::members_of(node, "images")) {
    auto& one = images.emplace_back();
    one.image = services.image(*image);
    one.recipe = recipe::text_of(*value, image->text);
    one.is_file = one.recipe.ends_with(".yaml") || one.recipe.ends_with(".yml");
    one.place = value->place().str();
    if (one.is_file && one.recipe.starts_with('/'))
      fail(*value, fmt::format("'{}' is an absolute path", one.recipe),
           "a stack's recipes lie beside its compose file");
  }
  std::ranges::sort(images, {}, &ImageRecipe::image);
  return images;
}

ServiceVariable variable_of(const Node& node, std::string_view key, const Services& services) {
  const Fields fields(node, fmt::format("'{}'", key), {"service", "variable"});
  return {services.service(fields.require("service")), recipe::environment_name(fields.require("variable"))};
}

Admin admin_of(const Node& node, const Services& services) {
  const Fields fields(node, "'admin'", {"service", "command"});
  Admin admin{services.service(fields.require("service")), words_of(fields.require("command"), "command")};
  if (std::ranges::find(admin.command, "EMAIL") == admin.command.end())
    fail(fields.require("command"), "'command' has no word EMAIL", "it stands for the address that the user gives");
  return admin;
}

Database database_of(const Node& node, const Services& services) {
  const Fields fields(node, "'database'", {"service", "dump", "load", "ends", "variable", "host"});
  Database database{.service = services.service(fields.require("service")),
                    .dump = words_of(fields.require("dump"), "dump"),
                    .load = words_of(fields.require("load"), "load"),
                    .ends = recipe::text_of(fields.require("ends"), "ends"),
                    .variable = {},
                    .host = {}};
  if (const auto* variable = fields.find("variable")) {
    database.variable = recipe::environment_name(*variable);
    for (const auto& [command, words] : {std::pair{"dump", &database.dump}, std::pair{"load", &database.load}}) {
      if (std::ranges::find(*words, "DATABASE") == words->end())
        fail(fields.require(command), fmt::format("'{}' has no word DATABASE", command),
             fmt::format("it stands for what the variable {} says", *database.variable));
    }
  }
  if (const auto* host = fields.find("host")) database.host = variable_of(*host, "host", services);
  return database;
}

std::vector<Folder> folders_of(const Node& node, const Services& services) {
  std::vector<Folder> folders;
  recipe::Unique seen("folder");
  for (const auto& item : recipe::items_of(node, "folders")) {
    const Fields fields(*item, "an item of 'folders'", {"service", "path"});
    auto& folder = folders.emplace_back();
    folder.service = services.service(fields.require("service"));
    folder.path = recipe::absolute_path(fields.require("path"), "path");
    if (folder.path.is_root()) fail(fields.require("path"), "'path' is the root", "name a volume's folder");
    seen.add(*item, folder.service + ":" + folder.path.absolute());
  }
  return folders;
}

BackupParts backup_of(const Node& node, const Services& services) {
  const Fields fields(node, "'backup'", {"database", "folders"});
  BackupParts parts;
  if (const auto* database = fields.find("database")) parts.database = database_of(*database, services);
  if (const auto* folders = fields.find("folders")) parts.folders = folders_of(*folders, services);
  if (!parts.database && parts.folders.empty()) fail(node, "'backup' names nothing", "name a 'database' or 'folders'");
  return parts;
}

// "hex24"
unsigned secret_bytes(const Node& node, const std::string& key) {
  const auto& text = recipe::text_of(node, key);
  const auto bytes = text.starts_with("hex") ? base::parse_decimal(text.substr(3)) : std::nullopt;
  if (!bytes || *bytes < fewest_secret_bytes || *bytes > most_secret_bytes) {
    fail(node, fmt::format("'{}' is not how a secret is made", text),
         fmt::format("hex24 makes 24 random bytes, written as 48 digits; {} to {} are possible", fewest_secret_bytes,
                     most_secret_bytes));
  }
  return static_cast<unsigned>(*bytes);
}

std::vector<Secret> secrets_of(const Node& node) {
  std::vector<Secret> secrets;
  for (const auto& [key, value] : recipe::members_of(node, "secrets")) {
    const auto file = base::RelPath::parse(key->text);
    if (!file || file->is_root()) {
      fail(*key, fmt::format("'{}' is no file below the compose file's folder", key->text),
           "for example secrets/database_password");
    }
    secrets.push_back({*file, secret_bytes(*value, key->text)});
  }
  return secrets;
}

}  // namespace

std::vector<std::string> Admin::for_user(const std::string& email, const std::string& first,
                                         const std::string& last) const {
  auto words = command;
  for (auto& word : words) {
    if (word == "EMAIL") {
      word = email;
    } else if (word == "FIRST") {
      word = first;
    } else if (word == "LAST") {
      word = last;
    }
  }
  return words;
}

Description describe(std::string_view text, const std::string& file) {
  const auto origin = std::make_shared<const recipe::Origin>(recipe::Origin{file, {}, "compose file"});
  const auto root = recipe::read_yaml(text, origin);
  const Services services(*root);
  Description description;
  const auto* node = root->find("x-debone");
  if (node == nullptr) return description;
  const Fields fields(*node, "'x-debone'", {"images", "address", "admin", "backup", "secrets"});
  if (const auto* images = fields.find("images")) description.images = images_of(*images, services);
  if (const auto* address = fields.find("address")) description.address = variable_of(*address, "address", services);
  if (const auto* admin = fields.find("admin")) description.admin = admin_of(*admin, services);
  if (const auto* backup = fields.find("backup")) description.backup = backup_of(*backup, services);
  if (const auto* secrets = fields.find("secrets")) description.secrets = secrets_of(*secrets);
  return description;
}

}  // namespace debone::stack
