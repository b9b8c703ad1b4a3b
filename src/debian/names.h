// What a package may be called (Policy 5.6.1).
#pragma once

#include <string_view>

namespace debone::debian {

// [a-z0-9][a-z0-9+.-]*, where upper case is let pass as dpkg does, of up to 255 bytes (Debian's longest has 75).
// Architectures have the same form.
bool is_package_name(std::string_view text);

}  // namespace debone::debian
