#include "cli/init_program.h"

#include <fmt/format.h>

#include <utility>

#include "base/digest.h"
#include "base/error.h"
#include "cli/embedded.h"
#include "cli/version.h"
#include "recipe/init_block.h"

namespace debone::cli {
namespace {

constexpr std::string_view copyright = R"(Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: debone
Comment: debone-init is linked statically. It holds parts of the GNU C Library,
 which is free software under the LGPL, version 2.1 or later, and of GCC's
 libstdc++ and libgcc, which are free software under the GPL, version 3 or
 later, with the GCC Runtime Library Exception, version 3.1.

Files: *
Copyright: 2026 The debone developers
License: Apache-2.0
 Licensed under the Apache License, Version 2.0 (the "License"); you may not
 use this file except in compliance with the License. You may obtain a copy of
 the License at
 .
     http://www.apache.org/licenses/LICENSE-2.0
 .
 Unless required by applicable law or agreed to in writing, software
 distributed under the License is distributed on an "AS IS" BASIS, WITHOUT
 WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied. See the
 License for the specific language governing permissions and limitations under
 the License.
)";

class Package {
 public:
  Package(tree::Tree& tree, std::int64_t created) : tree_(tree), created_(created) {}

  void add(std::string_view path, std::string content, std::uint32_t mode) {
    const auto where = *base::RelPath::parse_absolute(path);
    const auto* standing = tree_.find_following(where);
    if (standing != nullptr && standing->origin.starts_with("package:")) {  // not a base's own, which this takes over
      throw base::Error(base::Exit::usage, fmt::format("a package brings {}, which the recipe's 'init' makes", path))
          .hint("cut that file, or do without the 'init'");
    }
    sums_ += fmt::format("{}  {}\n", base::md5_hex(content), where.str());
    size_ += content.size();
    put(where, std::move(content), mode);
  }

  void record(const std::string& architecture) {
    const auto path = *base::RelPath::parse(fmt::format("var/lib/dpkg/status.d/{}", recipe::init_package));
    put(path,
        fmt::format("Package: {}\nVersion: {}\nArchitecture: {}\nMaintainer: The debone developers "
                    "<debone@example.org>\nInstalled-Size: {}\nDescription: first process of an image without a "
                    "shell\n",
                    recipe::init_package, version, architecture, (size_ + 1023) / 1024),
        0644);
    put(*base::RelPath::parse(path.str() + ".md5sums"), std::move(sums_), 0644);
  }

 private:
  void put(const base::RelPath& path, std::string content, std::uint32_t mode) {
    tree_.put_file(path, std::move(content), mode, created_, fmt::format("effect:{}", recipe::init_package));
  }

  tree::Tree& tree_;
  std::int64_t created_;
  std::string sums_;
  std::uint64_t size_ = 0;
};

}  // namespace

void require_init_program(const recipe::Recipe& recipe, const std::string& architecture) {
  if (!embedded_init(architecture).empty()) return;
  throw base::Error(base::Exit::usage, fmt::format("this debone has no debone-init for {}", architecture))
      .at(recipe.init->place.str())
      .hint("build the image with a debone that was built on that architecture, or do without the 'init'");
}

void add_init_program(tree::Tree& tree, const std::string& architecture, std::int64_t created) {
  Package package(tree, created);
  package.add(recipe::init_program, std::string(embedded_init(architecture)), 0755);
  package.add("/usr/share/doc/debone-init/copyright", std::string(copyright), 0644);
  package.record(architecture);
}

}  // namespace debone::cli
