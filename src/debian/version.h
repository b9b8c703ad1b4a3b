// A Debian version ([epoch:]upstream[-revision], Policy 5.6.12) and dpkg's order of them.
#pragma once

#include <compare>
#include <string>
#include <string_view>

namespace debone::debian {

class Version {
 public:
  Version() = default;  // the empty version, before every other
  // Throws Error (trust, without a place) for what dpkg refuses: no digits in the epoch, an epoch over
  // INT_MAX, an empty upstream part or revision, characters outside Policy's set.
  static Version parse(std::string_view text);

  const std::string& str() const { return text_; }
  // The version without its epoch, as file names have it.
  std::string_view without_epoch() const;

  // dpkg's order: "1.0" and "1.0-0" are equal, "1.0~rc1" comes before "1.0".
  friend std::weak_ordering operator<=>(const Version& a, const Version& b);
  friend bool operator==(const Version& a, const Version& b) { return (a <=> b) == 0; }

 private:
  explicit Version(std::string text) : text_(std::move(text)) {}
  std::string text_;
};

}  // namespace debone::debian
