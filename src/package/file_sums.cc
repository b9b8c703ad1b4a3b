#include "package/file_sums.h"

#include <fmt/format.h>

#include "base/digest.h"

namespace debone::package {

void sum_files(Deb& deb) {
  std::string sums;
  for (const auto& entry : deb.entries) {
    if (entry.type != base::TarType::file || entry.name.find('\n') != std::string::npos) continue;
    const auto name = std::string_view(entry.name).substr(entry.name.starts_with("./") ? 2 : 0);
    sums += fmt::format("{}  {}\n", base::md5_hex(entry.content), name);
  }
  deb.control_files["md5sums"] = std::move(sums);
}

}  // namespace debone::package
