#include "base/rel_path.h"

#include "base/text.h"

namespace debone::base {
namespace {

constexpr std::size_t longest_component = 255;  // NAME_MAX
constexpr std::size_t longest_path = 4095;      // PATH_MAX less its NUL

}  // namespace

std::optional<RelPath> RelPath::parse(std::string_view text) {
  if (text.starts_with('/') || text.find('\0') != std::string_view::npos) return std::nullopt;
  std::string clean;
  clean.reserve(text.size());
  for (const auto component : split(text, '/')) {
    if (component.empty() || component == ".") continue;
    if (component == ".." || component.size() > longest_component) return std::nullopt;
    if (!clean.empty()) clean += '/';
    clean += component;
  }
  if (clean.size() > longest_path) return std::nullopt;
  return RelPath(std::move(clean));
}

std::optional<RelPath> RelPath::parse_absolute(std::string_view text) {
  if (!text.starts_with('/')) return std::nullopt;
  text.remove_prefix(std::min(text.find_first_not_of('/'), text.size()));
  return parse(text);
}

RelPath RelPath::parent() const {
  const auto slash = text_.rfind('/');
  return RelPath(slash == std::string::npos ? std::string() : text_.substr(0, slash));
}

std::string_view RelPath::name() const {
  const auto slash = text_.rfind('/');
  return slash == std::string::npos ? std::string_view(text_) : std::string_view(text_).substr(slash + 1);
}

bool RelPath::is_within(const RelPath& ancestor) const {
  if (ancestor.is_root()) return true;
  return text_.starts_with(ancestor.text_) &&
         (text_.size() == ancestor.text_.size() || text_[ancestor.text_.size()] == '/');
}

RelPath RelPath::operator/(const RelPath& tail) const {
  if (is_root()) return tail;
  if (tail.is_root()) return *this;
  return RelPath(text_ + "/" + tail.text_);
}

std::optional<RelPath> link_destination(const RelPath& link, std::string_view target) {
  if (target.empty()) return std::nullopt;
  RelPath at = target.starts_with('/') ? RelPath() : link.parent();
  for (const auto component : split(target, '/')) {
    if (component.empty() || component == ".") continue;
    if (component == "..") {
      if (at.is_root()) return std::nullopt;
      at = at.parent();
      continue;
    }
    const auto step = RelPath::parse(component);
    if (!step) return std::nullopt;
    at = at / *step;
  }
  return at;
}

}  // namespace debone::base
