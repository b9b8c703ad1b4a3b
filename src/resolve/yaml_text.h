// Writing the YAML that locks are made of: texts in quotes where they need them, maps on one line. What it writes,
// recipe::read_yaml reads back as the same text.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace debone::resolve {

// `text`, in double quotes unless it means itself without them. Bytes that are no text are shown as base::printable
// shows them.
std::string yaml_text(std::string_view text);

// "{name: libc6, version: 2.41-12}"
class FlowMap {
 public:
  void add(std::string_view key, std::string_view value);
  void add_list(std::string_view key, const std::vector<std::string>& values);
  std::string str() const { return "{" + text_ + "}"; }

 private:
  void add_written(std::string_view key, std::string_view value);
  std::string text_;
};

}  // namespace debone::resolve
