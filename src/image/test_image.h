// A small image for the tests of this room and of those that use it.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <string>

#include "base/error.h"
#include "image/image.h"

namespace debone::image {

inline base::RelPath path_of(std::string_view text) { return *base::RelPath::parse(text); }

inline tree::Tree sample_tree() {
  tree::Tree tree;
  tree.put_directory(path_of("usr/bin"), 0755, 1700000000, "package:base-files");
  tree.put_symlink(path_of("bin"), "usr/bin", 1700000000, "package:base-files");
  tree.put_directory(path_of("var/lib/php/sessions"), 01733, 1700000001, "package:php-common");
  tree.put_file(path_of("usr/bin/php"), "the program", 0755, 1700000002, "package:php");
  tree.put_file(path_of("usr/bin/php8"), "the program", 0755, 1700000002, "package:php");
  const auto group = tree.new_hard_link_group();
  tree.at(path_of("usr/bin/php")).hard_link_group = group;
  tree.at(path_of("usr/bin/php8")).hard_link_group = group;
  tree.put_file(path_of("usr/bin/su"), "set-id", 04755, 1700000003, "package:su");
  tree.at(path_of("usr/bin/su")).uid = 2;
  tree.put_file(path_of("etc/passwd"), "root:x:0:0::/root:/bin/false\nwww-data:x:33:33::/var/www:/bin/false\n", 0644,
                1700000004, "effect:accounts");
  tree.put_file(path_of("etc/shadow"), "", 0640, 1700000004, "effect:accounts");
  tree.at(path_of("etc/shadow")).gid = 42;
  return tree;
}

inline Image sample_image(const tree::Tree& tree = sample_tree(), const std::string& architecture = "amd64") {
  Image image;
  image.config.architecture = architecture;
  image.config.created = 1700000004;
  image.config.user = "www-data";
  image.config.environment = {{"PATH", "/usr/bin"}, {"LANG", "C.UTF-8"}};
  image.config.entrypoint = {"php-fpm8.4", "-F"};
  image.config.cmd = {"-O"};
  image.config.work_dir = "/srv";
  image.config.stop_signal = "SIGQUIT";
  image.config.ports = {"9000/tcp"};
  image.config.volumes = {"/data"};
  image.annotations = {{"org.opencontainers.image.title", "php-fpm"}};
  image.layers.push_back(std::make_shared<const layer::Layer>(layer::pack(tree, 2)));
  return image;
}

// What `fn` throws, as a person sees it, with each `secret` (a temporary path) shown as PATH; and with `code`.
inline std::string error_of(const std::function<void()>& fn, base::Exit code, const std::string& secret = {}) {
  try {
    fn();
  } catch (const base::Error& error) {
    EXPECT_EQ(error.code(), code);
    auto text = error.render();
    for (auto at = text.find(secret); !secret.empty() && at != std::string::npos; at = text.find(secret, at + 4)) {
      text.replace(at, secret.size(), "PATH");
    }
    return text;
  }
  return "no error";
}

}  // namespace debone::image
