#include "structure/pattern.h"

#include <fmt/format.h>
#include <re2/re2.h>
#include <re2/stringpiece.h>

#include "recipe/fields.h"

namespace debone::structure {

Pattern::Pattern(const recipe::Node& node, std::string_view key) : text_(recipe::text_or_empty(node, key)) {
  re2::RE2::Options options;
  options.set_log_errors(false);
  compiled_ = std::make_shared<const re2::RE2>(text_, options);
  if (!compiled_->ok()) {
    recipe::fail(node, fmt::format("'{}' is no regular expression: {}", key, compiled_->error()),
                 "the syntax is RE2's, which has no back-references and no look-around");
  }
}

bool Pattern::matches(std::string_view text) const {
  // trixie's RE2 has Abseil's string_view, which is not std's there.
  return re2::RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), *compiled_);
}

}  // namespace debone::structure
