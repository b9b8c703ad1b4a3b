#include "tree/secrets.h"

#include <algorithm>
#include <array>

namespace debone::tree {
namespace {

using Names = std::initializer_list<std::string_view>;

bool contains(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

bool ends_with_any(std::string_view name, Names endings) {
  return std::ranges::any_of(endings, [&](std::string_view ending) { return name.ends_with(ending); });
}

bool is_any(std::string_view name, Names names) { return std::ranges::find(names, name) != names.end(); }

}  // namespace

bool looks_secret(std::string_view name, std::string_view content) {
  if (contains(content, "PRIVATE KEY-----") || contains(content, "PRIVATE KEY BLOCK-----")) return true;
  if (is_any(name, {".env", ".netrc", ".pgpass", ".git-credentials", "id_rsa", "id_dsa", "id_ecdsa", "id_ed25519"})) {
    return true;
  }
  if (name.starts_with(".env.")) return !ends_with_any(name, {".example", ".sample", ".dist", ".template"});
  if (ends_with_any(name, {".p12", ".pfx", ".jks"})) return true;
  return ends_with_any(name, {".pem", ".key"}) && !contains(content, "-----BEGIN ");
}

}  // namespace debone::tree
