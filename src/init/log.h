// What debone-init says, on standard error: a line of text or a JSON object a line, written at once. Of a secret stars
// are written, wherever a message comes to hold it. What the processes say goes its own way.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "init/config.h"

namespace debone::init {

enum class Level { info, warning, error };

// A field of the JSON form alone. The value is JSON: made by text_value, or a number.
struct LogField {
  std::string_view name;
  std::string value;
};

// `text` as a JSON string; bytes that are no UTF-8 become U+FFFD.
std::string text_value(std::string_view text);

// What is spoken of: "step", "migrate". Empty for debone-init as a whole.
struct Subject {
  std::string_view kind;
  std::string_view name;
};

class Log {
 public:
  explicit Log(LogForm form) : form_(form) {}
  void set_form(LogForm form) { form_ = form; }
  void hide(std::string secret);  // not empty

  void info(Subject subject, std::string_view message, std::initializer_list<LogField> fields = {}) const;
  void warning(Subject subject, std::string_view message, std::initializer_list<LogField> fields = {}) const;
  void error(Subject subject, std::string_view message, std::initializer_list<LogField> fields = {}) const;

 private:
  void write(Level level, Subject subject, std::string_view text, std::initializer_list<LogField> fields) const;
  LogForm form_;
  std::vector<std::string> hidden_;  // the longest first, since one may hold another
};

}  // namespace debone::init
