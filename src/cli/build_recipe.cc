#include "cli/build_recipe.h"

#include <fmt/format.h>

#include <cstdlib>
#include <utility>

#include "base/error.h"
#include "base/text.h"

namespace debone::cli {

using base::Error;
using base::Exit;

Built build_recipe(const recipe::Recipe& recipe, const std::string& what, const std::optional<LockFile>& lock,
                   const std::string& architecture, const std::vector<recipe::Variant>& variants,
                   const BuildContext& context) {
  return base::while_doing(fmt::format("building {} for {}", recipe.name, architecture), [&] {
    auto selection = lock ? select_from_lock(lock->lock, recipe, architecture, what, context)
                          : select_by_resolving(recipe, architecture, context);
    auto image = build_image(recipe, selection, variants, context);
    return Built{std::move(selection), std::move(image)};
  });
}

std::optional<std::int64_t> source_date_epoch() {
  const char* text = std::getenv("SOURCE_DATE_EPOCH");
  if (text == nullptr || *text == '\0') return std::nullopt;
  const auto seconds = base::parse_decimal(text);
  if (!seconds || *seconds > 253402300799ULL) {  // the end of the year 9999, RFC 3339's last
    throw Error(Exit::usage, fmt::format("SOURCE_DATE_EPOCH is '{}', not seconds since 1970", text));
  }
  return static_cast<std::int64_t>(*seconds);
}

}  // namespace debone::cli
