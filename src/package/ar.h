// The ar archive that a .deb is (deb(5), ar(5)): members in a row behind a magic, read strictly.
#pragma once

#include <string_view>
#include <vector>

namespace debone::package {

struct ArMember {
  std::string_view name;     // without the blanks or the '/' that fill its field
  std::string_view content;  // points into the archive
};

// All members in order. Throws Error (trust, without a place) where the archive is malformed. Names are those of
// their 16-byte field alone: the long names of GNU and BSD do not occur in .debs.
std::vector<ArMember> read_ar(std::string_view archive);

}  // namespace debone::package
