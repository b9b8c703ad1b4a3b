#include "php/constraint.h"

#include <algorithm>
#include <string>

#include "base/text.h"

namespace debone::php {
namespace {

constexpr std::uint32_t largest = 100'000'000;  // of a component; years and days have eight digits
constexpr std::size_t longest = 300;            // text of a constraint
constexpr Version none{0, 0, 0};
constexpr Version end{largest, 0, 0};  // above every version

using Ranges = std::vector<Range>;

// As it is written: up to four numbers, and what of them is said.
struct Written {
  std::array<std::uint32_t, 4> number{};
  std::size_t numbers = 0;  // how many are said
  bool wildcard = false;    // `*` or `x` stands after them
  bool unstable = false;    // -dev, -beta1, -RC1: just below the numbers
  bool has_suffix = false;
};

// Sorted, and none touches another: so the ranges of an intersection are no more than those of both.
Ranges merged(Ranges ranges) {
  std::ranges::sort(ranges, {}, &Range::from);
  Ranges out;
  for (const auto& range : ranges) {
    if (range.from >= range.below) continue;
    if (!out.empty() && range.from <= out.back().below) {
      out.back().below = std::max(out.back().below, range.below);
    } else {
      out.push_back(range);
    }
  }
  return out;
}

// Of two that are merged.
Ranges intersection(const Ranges& left, const Ranges& right) {
  Ranges both;
  auto a = left.begin();
  auto b = right.begin();
  while (a != left.end() && b != right.end()) {
    const Range range{std::max(a->from, b->from), std::min(a->below, b->below)};
    if (range.from < range.below) both.push_back(range);
    if (a->below < b->below) {
      ++a;
    } else {
      ++b;
    }
  }
  return both;
}

std::optional<std::string_view> after(std::string_view text, std::string_view prefix) {
  if (!base::lower(text.substr(0, prefix.size())).starts_with(prefix)) return std::nullopt;
  return text.substr(prefix.size());
}

bool digits(std::string_view text) { return std::ranges::all_of(text, base::is_digit); }

// The suffix after the numbers: "" where there is none, or it says stable; nothing where it is not understood.
std::optional<bool> is_unstable(std::string_view suffix) {
  if (suffix.empty()) return false;
  const auto word = suffix.find_first_not_of("-._+");
  if (word == std::string_view::npos) return std::nullopt;
  suffix = suffix.substr(word);
  if (base::lower(suffix) == "stable") return false;
  for (const auto* const name : {"dev", "alpha", "beta", "rc", "a", "b"}) {
    const auto rest = after(suffix, name);
    if (!rest) continue;
    const auto number = rest->starts_with('.') || rest->starts_with('-') ? rest->substr(1) : *rest;
    if (digits(number)) return true;
  }
  return std::nullopt;
}

std::optional<Written> read_version(std::string_view text) {
  // A flag for the stability of what may be installed, `@dev`, says nothing of the version.
  text = text.substr(0, text.find('@'));
  if (const auto plain = after(text, "v")) text = *plain;
  Written written;
  while (true) {
    if (!text.empty() && (text[0] == '*' || text[0] == 'x' || text[0] == 'X')) {
      written.wildcard = true;
      text.remove_prefix(1);
    } else {
      const auto length = std::min(text.find_first_not_of("0123456789"), text.size());
      const auto number = base::parse_decimal(text.substr(0, length));
      if (!number || *number >= largest || written.numbers == 4 || written.wildcard) return std::nullopt;
      written.number.at(written.numbers++) = static_cast<std::uint32_t>(*number);
      text.remove_prefix(length);
    }
    if (!text.starts_with('.')) break;
    text.remove_prefix(1);
  }
  if (written.wildcard) return text.empty() ? std::optional(written) : std::nullopt;
  const auto unstable = is_unstable(text);
  if (!unstable) return std::nullopt;
  written.unstable = *unstable;
  written.has_suffix = !text.empty();
  return written;
}

// The lowest version of three numbers that is not below four.
Version lowest_from(const std::array<std::uint32_t, 4>& number) {
  return {number[0], number[1], number[2] + (number[3] > 0 ? 1U : 0U)};
}

Version from(const Written& written) { return lowest_from(written.number); }

// The lowest version above all that begin with the first `count` numbers.
Version above(const Written& written, std::size_t count) {
  if (count == 0) return end;
  auto number = written.number;
  for (auto i = count; i < number.size(); ++i) number.at(i) = 0;
  ++number.at(count - 1);
  return lowest_from(number);
}

// All that is said by a version without an operator: 8.2 is 8.2.0 alone, 8.2.* all that begin so.
Range exactly(const Written& written) {
  if (written.wildcard) return {from(written), above(written, written.numbers)};
  if (written.unstable) return {none, none};
  return {from(written), above(written, written.number.size())};
}

// ^: up to the next version that may break what uses it, by semantic versioning.
Range caret(const Written& written) {
  std::size_t count = 0;
  while (count < written.numbers && written.number.at(count) == 0) ++count;
  return {from(written), above(written, std::min({count + 1, written.numbers, std::size_t{3}}))};
}

// ~: the last number that is said may grow; ~8 is 8.*.
Range tilde(const Written& written) {
  return {from(written), above(written, std::max<std::size_t>(written.numbers, 2) - 1)};
}

// What stands between blanks: an operator and a version.
std::optional<Ranges> read_part(std::string_view text) {
  constexpr std::array<std::string_view, 11> operators{"<=", ">=", "==", "!=", "<>", "<", ">", "=", "^", "~", ""};
  const auto sign = *std::ranges::find_if(operators, [&](auto each) { return text.starts_with(each); });
  const auto written = read_version(text.substr(sign.size()));
  if (!written) return std::nullopt;
  if (written->wildcard && written->numbers == 0) {
    return sign.empty() ? std::optional(Ranges{{none, end}}) : std::nullopt;
  }
  if (written->wildcard && !sign.empty()) return std::nullopt;
  const auto exact = exactly(*written);
  if (sign == "<=") return Ranges{{none, written->unstable ? from(*written) : exact.below}};
  if (sign == ">=") return Ranges{{from(*written), end}};
  if (sign == "<") return Ranges{{none, from(*written)}};
  if (sign == ">") return Ranges{{written->unstable ? from(*written) : exact.below, end}};
  if (sign == "!=" || sign == "<>") return Ranges{{none, exact.from}, {exact.below, end}};
  if (sign == "^") return Ranges{caret(*written)};
  if (sign == "~") return Ranges{tilde(*written)};
  return Ranges{exact};
}

// "8.1 - 8.4": both ends, and of the second all that begin so.
std::optional<Ranges> read_span(std::string_view first, std::string_view last) {
  const auto low = read_version(first);
  const auto high = read_version(last);
  if (!low || !high || low->wildcard || high->wildcard) return std::nullopt;
  if (high->unstable) return Ranges{{from(*low), from(*high)}};
  const auto said = high->numbers >= 3 || high->has_suffix ? high->number.size() : high->numbers;
  return Ranges{{from(*low), above(*high, said)}};
}

// Parts of which all must hold, with commas or blanks between them.
std::optional<Ranges> read_all(std::string_view text) {
  std::vector<std::string> parts;
  for (const auto piece : base::split(text, ',')) {
    const auto words = base::words(piece);
    if (words.empty()) return std::nullopt;
    for (const auto word : words) {
      // A blank may stand after an operator.
      const bool operator_alone = !parts.empty() && parts.back().find_first_not_of("<>=!^~") == std::string::npos;
      if (operator_alone) {
        parts.back() += word;
      } else {
        parts.emplace_back(word);
      }
    }
  }
  Ranges all{{none, end}};
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const bool span = i + 2 < parts.size() && parts[i + 1] == "-";
    const auto ranges = span ? read_span(parts[i], parts[i + 2]) : read_part(parts[i]);
    if (!ranges) return std::nullopt;
    all = intersection(all, merged(*ranges));
    if (span) i += 2;
  }
  return all;
}

}  // namespace

std::optional<Constraint> Constraint::parse(std::string_view text) {
  if (text.size() > longest) return std::nullopt;
  Ranges any;
  auto pieces = base::split(text, '|');
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    // `||` leaves an empty piece between two others; `|` is the same.
    if (pieces[i].empty() && i > 0 && i + 1 < pieces.size() && !pieces[i - 1].empty()) continue;
    const auto ranges = read_all(pieces[i]);
    if (!ranges) return std::nullopt;
    any.insert(any.end(), ranges->begin(), ranges->end());
  }
  return Constraint(merged(std::move(any)));
}

bool Constraint::meet(const Range& range, const std::vector<Constraint>& all) {
  Ranges left{range};
  for (const auto& each : all) left = intersection(left, each.ranges_);
  return !left.empty();
}

}  // namespace debone::php
