#include <algorithm>

#include "init/actions.h"
#include "init/failure.h"
#include "init/file.h"
#include "init/text.h"

namespace debone::init {
namespace {

constexpr std::size_t largest_secret = std::size_t{1} << 20U;

// Messages never say what it holds.
std::string secret_of(const std::string& variable, const std::string& path) {
  auto secret = [&] {
    try {
      return read_file(path, largest_secret);
    } catch (const Failure& failure) {
      throw Failure{cat(variable, ": ", failure.message)};
    }
  }();
  if (secret.ends_with('\n')) secret.pop_back();
  if (secret.empty()) throw Failure{cat(variable, ": ", path, " is empty")};
  if (secret.find('\0') != std::string::npos)
    throw Failure{cat(variable, ": ", path, " holds a NUL, which no variable can")};
  return secret;
}

void read_one(const std::string& name, Environment& environment) {
  const auto variable = name + "_FILE";
  if (environment.has(variable)) {
    if (environment.has(name)) throw Failure{cat("both ", name, " and ", variable, " are set")};
    environment.set(name, secret_of(variable, *environment.find(variable)));
  }
  environment.unset(variable);
}

}  // namespace

void read_secrets(const Config& config, Environment& environment, Log& log) {
  for (const auto* names : {&config.secrets, &config.from_files}) {
    for (const auto& name : *names) read_one(name, environment);
  }
  for (const auto& name : config.secrets) {
    if (environment.has(name)) log.hide(*environment.find(name));
  }
  for (const auto& name : config.required) {
    if (environment.has(name)) continue;
    const bool from_file = std::ranges::count(config.secrets, name) + std::ranges::count(config.from_files, name) > 0;
    throw Failure{from_file ? cat("neither ", name, " nor ", name, "_FILE is set") : cat(name, " is not set")};
  }
}

}  // namespace debone::init
