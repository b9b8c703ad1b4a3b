#include "init/expand.h"

#include <algorithm>

#include "init/failure.h"
#include "init/text.h"

namespace debone::init {
namespace {

// What stands in braces: NAME or NAME:-default.
struct Reference {
  std::string_view name;
  std::string_view fallback;
  bool has_fallback = false;
};

// Takes "{...}" off the front of `text`.
Reference in_braces(std::string_view& text) {
  const auto end = text.find('}');
  if (end == std::string_view::npos) throw Failure{"'${' is not closed by '}'"};
  const auto inside = text.substr(1, end - 1);
  text.remove_prefix(end + 1);
  const auto colon = inside.find(":-");
  Reference reference{inside.substr(0, colon), {}, colon != std::string_view::npos};
  if (reference.has_fallback) reference.fallback = inside.substr(colon + 2);
  if (!is_variable_name(reference.name)) {
    throw Failure{cat("'${", inside, "}' is neither ${NAME} nor ${NAME:-default}")};
  }
  return reference;
}

// Takes "NAME" off the front of `text`.
Reference bare(std::string_view& text) {
  std::size_t length = 0;
  while (length < text.size() && is_variable_name(text.substr(0, length + 1))) ++length;
  if (length == 0) throw Failure{"a '$' alone; '$$' is a dollar sign"};
  const Reference reference{text.substr(0, length), {}, false};
  text.remove_prefix(length);
  return reference;
}

// `environment` nullptr: references are only checked.
void append_value(std::string& result, const Reference& reference, const Environment* environment) {
  if (environment == nullptr) return;
  const auto* value = environment->find(reference.name);
  if (reference.has_fallback) {
    result += value != nullptr && !value->empty() ? *value : reference.fallback;
  } else if (value != nullptr) {
    result += *value;
  } else {
    throw Failure{cat("the variable ", reference.name, " is not set")};
  }
}

std::string word_with(std::string_view word, const Environment* environment) {
  std::string result;
  for (;;) {
    const auto dollar = word.find('$');
    result += word.substr(0, dollar);
    if (dollar == std::string_view::npos) return result;
    word.remove_prefix(dollar + 1);
    if (word.starts_with('$')) {
      result += '$';
      word.remove_prefix(1);
    } else {
      append_value(result, word.starts_with('{') ? in_braces(word) : bare(word), environment);
    }
  }
}

std::string template_with(std::string_view text, const Environment* environment) {
  const auto whole = text;
  std::string result;
  for (;;) {
    const auto begin = text.find("${");
    result += text.substr(0, begin);
    if (begin == std::string_view::npos) return result;
    if (begin > 0 && text[begin - 1] == '$') {
      result += '{';
      text.remove_prefix(begin + 2);
      continue;
    }
    text.remove_prefix(begin + 1);
    const auto line = 1 + std::ranges::count(whole.substr(0, whole.size() - text.size()), '\n');
    try {
      append_value(result, in_braces(text), environment);
    } catch (const Failure& failure) {
      throw Failure{cat("line ", line, ": ", failure.message), failure.status};
    }
  }
}

}  // namespace

std::string expand_word(std::string_view word, const Environment& environment) { return word_with(word, &environment); }

std::string expand_template(std::string_view text, const Environment& environment) {
  return template_with(text, &environment);
}

void check_word(std::string_view word) { word_with(word, nullptr); }
void check_template(std::string_view text) { template_with(text, nullptr); }

}  // namespace debone::init
