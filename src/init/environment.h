// The variables that a process is started with. Each name once, in the order of their names.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace debone::init {

class Environment {
 public:
  Environment() = default;
  // Of "NAME=VALUE" texts, ended by nullptr. What is no such text is left out; of a name twice the first counts.
  explicit Environment(const char* const* variables);

  // nullptr where it is not set.
  const std::string* find(std::string_view name) const;
  // Whether it is set and not empty.
  bool has(std::string_view name) const;
  void set(std::string_view name, std::string value);
  void unset(std::string_view name);
  const std::map<std::string, std::string, std::less<>>& variables() const { return variables_; }
  // "NAME=VALUE", as execve wants them.
  std::vector<std::string> texts() const;

 private:
  std::map<std::string, std::string, std::less<>> variables_;
};

}  // namespace debone::init
