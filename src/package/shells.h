// Which programs are shells, by their names.
#pragma once

#include <string_view>

namespace debone::package {

// "sh", "bash", "busybox": without a folder.
bool is_shell(std::string_view program);

}  // namespace debone::package
