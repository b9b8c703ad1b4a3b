#include "recipe/values.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "base/text.h"
#include "recipe/architectures.h"
#include "recipe/fields.h"

namespace debone::recipe {
namespace {

bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_letter(char c) { return is_lower(c) || (c >= 'A' && c <= 'Z'); }

// Whether `text` is made of letters, digits and characters of `others`, and begins with a letter or digit.
bool is_word(std::string_view text, std::string_view others, bool upper_case) {
  const auto is_alphanumeric = [&](char c) { return base::is_digit(c) || (upper_case ? is_letter(c) : is_lower(c)); };
  return !text.empty() && is_alphanumeric(text.front()) &&
         std::ranges::all_of(text, [&](char c) { return is_alphanumeric(c) || others.find(c) != others.npos; });
}

bool is_package_name(std::string_view text) { return text.size() >= 2 && is_word(text, "+-.", false); }

std::string valid_package_name(const Node& node, const std::string& name) {
  if (is_package_name(name)) return name;
  const auto lower = base::lower(name);
  fail(node, fmt::format("'{}' is not a package's name", name),
       is_package_name(lower) ? fmt::format("did you mean '{}'?", lower)
                              : "such a name has two or more lower-case letters, digits, '+', '-' and '.', and begins "
                                "with a letter or digit");
}

bool is_account_name(std::string_view text) {
  return !text.empty() && text.size() <= 32 && (is_letter(text.front()) || text.front() == '_') &&
         std::ranges::all_of(
             text, [](char c) { return is_letter(c) || base::is_digit(c) || c == '_' || c == '.' || c == '-'; });
}

bool is_id(std::string_view text) {
  const auto value = base::parse_decimal(text);
  return value && *value <= 4'294'967'294 && (text.size() == 1 || !text.starts_with('0'));
}

// SIGRTMIN+1 and the like: within the kernel's 34 to 64 as glibc gives them out.
bool is_realtime_signal(std::string_view name) {
  for (const std::string_view base : {"SIGRTMIN+", "SIGRTMAX-"}) {
    if (!name.starts_with(base)) continue;
    const auto offset = base::parse_decimal(name.substr(base.size()));
    return offset && *offset >= 1 && *offset <= 30;
  }
  return false;
}

constexpr std::array<std::string_view, 33> signals{
    "SIGABRT",   "SIGALRM", "SIGBUS",    "SIGCHLD",  "SIGCONT", "SIGFPE",  "SIGHUP",   "SIGILL",   "SIGINT",
    "SIGIO",     "SIGKILL", "SIGPIPE",   "SIGPROF",  "SIGPWR",  "SIGQUIT", "SIGRTMAX", "SIGRTMIN", "SIGSEGV",
    "SIGSTKFLT", "SIGSTOP", "SIGSYS",    "SIGTERM",  "SIGTRAP", "SIGTSTP", "SIGTTIN",  "SIGTTOU",  "SIGURG",
    "SIGUSR1",   "SIGUSR2", "SIGVTALRM", "SIGWINCH", "SIGXCPU", "SIGXFSZ"};

}  // namespace

std::string recipe_name(const Node& node) {
  const auto& name = text_of(node, "name");
  const bool joined = name.find("..") == std::string::npos && is_word(std::string_view(&name.back(), 1), "", false);
  if (!is_word(name, "._-", false) || !joined || name.size() > 128) {
    fail(node, fmt::format("'{}' cannot be a recipe's name", name),
         "a name has lower-case letters and digits, with single '.', '_' or '-' between them");
  }
  return name;
}

std::string package_name(const Node& node) {
  const auto& name = text_of(node, "packages");
  const auto end = std::min(name.find_first_of("=/:"), name.size());
  if (end < name.size() && is_package_name(name.substr(0, end))) {
    fail(node, fmt::format("'{}' is more than a package's name, which is all that stands here", name),
         fmt::format("write '{}'", name.substr(0, end)));
  }
  return valid_package_name(node, name);
}

Request package_request(const Node& node) {
  const auto& text = text_of(node, "packages");
  Request request;
  request.place = node.place();
  request.name = valid_package_name(node, text.substr(0, text.find_first_of("=/:")));
  auto rest = text.substr(request.name.size());
  if (rest.starts_with(':')) {
    request.architecture = rest.substr(1, rest.find_first_of("=/") - 1);
    rest.erase(0, request.architecture.size() + 1);
    if (!is_word(request.architecture, "-", false)) {
      fail(node, fmt::format("'{}' names no architecture after the ':'", text),
           fmt::format("write '{}'", request.name + rest));
    }
  }
  const auto pin = rest.empty() ? rest : rest.substr(1);
  // Policy 5.6.12.
  if (rest.starts_with('=') && !is_word(pin, ".+-~:", true)) {
    fail(node, fmt::format("'{}' names no version after the '='", text),
         "a version is written whole, as the lock and `apt policy` show it: 8.4.16-1~deb13u1");
  }
  if (rest.starts_with('/') && !is_word(pin, "+-._~/", true)) {
    fail(node, fmt::format("'{}' names no suite after the '/'", text),
         "a suite is named as its Release file has it, such as trixie-backports");
  }
  (rest.starts_with('=') ? request.version : request.suite) = pin;
  return request;
}

int priority(const Node& node) {
  const auto& text = text_of(node, "priority");
  const bool negative = text.starts_with('-');
  const auto number = base::parse_decimal(std::string_view(text).substr(negative ? 1 : 0));
  if (!number || *number == 0 || *number > (negative ? 32768U : 32767U)) {
    fail(node, fmt::format("'{}' is not a priority", text),
         "write a number as apt_preferences(5) has it: 500 is the usual one, 100 that of backports, 990 goes before "
         "others, below 0 is never chosen by itself");
  }
  return negative ? -static_cast<int>(*number) : static_cast<int>(*number);
}

std::string debian_codename(const Node& node) {
  const auto& name = text_of(node, "debian");
  constexpr std::array<std::string_view, 5> moving{"experimental", "oldstable", "stable", "testing", "unstable"};
  if (std::ranges::find(moving, name) != moving.end()) {
    fail(node, fmt::format("'{}' is not a codename", name),
         "write the release's codename, such as 'trixie': an image must not change its release by itself");
  }
  if (const auto dash = name.find('-');
      dash != std::string::npos && std::ranges::all_of(name.substr(0, dash), is_lower)) {
    fail(node, fmt::format("'{}' is not a codename", name),
         fmt::format("write '{}': -updates and -security belong to it", name.substr(0, dash)));
  }
  if (!std::ranges::all_of(name, is_lower)) {
    fail(node, fmt::format("'{}' is not a codename", name), "a codename is a lower-case word, such as 'trixie'");
  }
  return name;
}

std::string component_name(const Node& node) {
  const auto& name = text_of(node, "components");
  if (!is_word(name, "+-._/", true) || name.find("..") != std::string::npos) {
    fail(node, fmt::format("'{}' cannot be a component", name), "components are words such as 'main' and 'contrib'");
  }
  return name;
}

std::string source_name(const Node& node) {
  const auto& name = text_of(node, "name");
  if (!is_word(name, "-.", false)) {
    fail(node, fmt::format("'{}' cannot be a source's name", name),
         "such a name has lower-case letters, digits, '-' and '.', and begins with a letter or digit");
  }
  return name;
}

std::string url(const Node& node, std::string_view key) {
  const auto& text = text_of(node, key);
  const bool known = text.starts_with("http://") || text.starts_with("https://") || text.starts_with("file:/");
  const bool printable = std::ranges::all_of(text, [](char c) { return c > ' ' && c <= '~'; });
  if (!known || !printable || text.ends_with("://")) {
    fail(node, fmt::format("'{}' is not an address that '{}' can have", text, key),
         "it begins with https://, http:// or file:/, and has no blanks");
  }
  return text;
}

std::string fingerprint(const Node& node) {
  std::string digits;
  for (char c : text_of(node, "fingerprint")) {
    if (c != ' ') digits += c >= 'a' && c <= 'f' ? static_cast<char>(c - 'a' + 'A') : c;
  }
  if (!base::is_hex(digits) || (digits.size() != 40 && digits.size() != 64)) {
    fail(node, fmt::format("'{}' is not a key's fingerprint", node.text),
         "it has 40 or 64 hex digits: `gpg --show-keys --with-fingerprint FILE` prints it");
  }
  return digits;
}

std::string account_name(const Node& node, std::string_view key) {
  const auto& name = text_of(node, key);
  if (!is_account_name(name)) {
    fail(node, fmt::format("'{}' cannot be the name of a user or group", name),
         "such a name begins with a letter or '_' and has up to 32 letters, digits, '_', '-' and '.'");
  }
  return name;
}

std::string run_as(const Node& node) {
  const auto& text = text_of(node, "run-as");
  const auto parts = base::split(text, ':');
  if (!(parts.size() == 1 && is_account_name(text)) && !(parts.size() <= 2 && std::ranges::all_of(parts, is_id))) {
    fail(node, fmt::format("'run-as' cannot be '{}'", text), "write a user's name, a number, or two as in 33:33");
  }
  return text;
}

std::string passwd_field(const Node& node, std::string_view key) {
  const auto& text = text_or_empty(node, key);
  if (text.find_first_of(":\n\r") != std::string::npos) {
    fail(node, fmt::format("'{}' holds a ':' or a line end, which /etc/passwd cannot have", key));
  }
  return text;
}

base::RelPath absolute_path(const Node& node, std::string_view key) {
  const auto& text = text_of(node, key);
  constexpr std::string_view rule = "'..' is not allowed, nor are names over 255 bytes";
  if (!text.starts_with('/')) {
    const auto meant = "/" + text;
    fail(node, fmt::format("'{}' must be an absolute path, not '{}'", key, text),
         base::RelPath::parse_absolute(meant) ? fmt::format("write '{}'", meant) : std::string(rule));
  }
  auto path = base::RelPath::parse_absolute(text);
  if (!path) fail(node, fmt::format("'{}' is not a path that '{}' can have", text, key), std::string(rule));
  return *std::move(path);
}

std::filesystem::path disk_path(const Node& node, std::string_view key) {
  const std::filesystem::path path = text_of(node, key);
  if (path.is_relative() && node.origin->folder.empty()) {
    fail(node, fmt::format("'{}' names a file beside the recipe, but {} comes with debone", key, node.origin->file),
         "a recipe of the catalog can include the catalog's text alone");
  }
  auto whole = (node.origin->folder / path).lexically_normal();
  return whole.has_filename() ? whole : whole.parent_path();  // "app/" is app
}

std::uint32_t permissions(const Node& node) {
  const auto& text = text_of(node, "permissions");
  const bool prefixed = text.starts_with("0o");
  const auto bits = base::parse_octal(prefixed ? std::string_view(text).substr(2) : text);
  if (bits && !prefixed && !text.starts_with('0')) {
    fail(node, fmt::format("'permissions' is octal, and '{}' does not say so", text), fmt::format("write 0o{}", text));
  }
  if (!bits || *bits > 07777) {
    fail(node, fmt::format("'{}' is not a file's permissions", text),
         "write them in octal, such as 0o755; 0o7777 is the most");
  }
  return static_cast<std::uint32_t>(*bits);
}

std::string environment_name(const Node& node) {
  const auto& name = node.text;
  if (name.empty() || base::is_digit(name.front()) ||
      !std::ranges::all_of(name, [](char c) { return is_letter(c) || base::is_digit(c) || c == '_'; })) {
    fail(node, fmt::format("'{}' cannot be the name of an environment variable", name),
         "such a name has letters, digits and '_', and begins with no digit");
  }
  return name;
}

std::string annotation_key(const Node& node) {
  if (!is_word(node.text, "._-/", true)) {
    fail(node, fmt::format("'{}' cannot be an annotation's key", node.text),
         "such a key has letters, digits, '.', '_', '-' and '/': org.opencontainers.image.title");
  }
  return node.text;
}

std::string stop_signal(const Node& node) {
  const auto& text = text_of(node, "stop-signal");
  if (const auto number = base::parse_decimal(text); number && *number >= 1 && *number <= 64) {
    return fmt::format("{}", *number);
  }
  const auto name = text.starts_with("SIG") ? text : "SIG" + text;
  if (std::ranges::find(signals, name) != signals.end() || is_realtime_signal(name)) return name;
  std::string upper = name;
  for (char& c : upper) {
    if (is_lower(c)) c = static_cast<char>(c - 'a' + 'A');
  }
  if (upper.starts_with("SIGSIG")) upper.erase(0, 3);
  fail(node, fmt::format("'{}' is not a signal", text),
       suggestion(upper, signals, "write a name such as SIGTERM or SIGRTMIN+3, or a number from 1 to 64"));
}

std::string port(const Node& node) {
  const auto& text = text_of(node, "ports");
  const auto slash = text.find('/');
  const auto number = base::parse_decimal(std::string_view(text).substr(0, slash));
  const auto protocol = slash == std::string::npos ? "tcp" : text.substr(slash + 1);
  if (!number || *number < 1 || *number > 65535 || (protocol != "tcp" && protocol != "udp" && protocol != "sctp")) {
    fail(node, fmt::format("'{}' is not a port", text),
         "write a number from 1 to 65535, with /udp or /sctp where it is not TCP");
  }
  return fmt::format("{}/{}", *number, protocol);
}

std::string architecture(const Node& node) {
  const auto& name = text_of(node, "archs");
  if (const auto debian = debian_architecture(name)) return std::string(*debian);
  fail(node, fmt::format("'{}' is not an architecture", name), hint_of_architectures(name));
}

}  // namespace debone::recipe
