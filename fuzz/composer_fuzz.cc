// php::read_project and choose_platform: a composer.json and, behind a NUL, a composer.lock of a stranger's.
#include <string>

#include "fuzz.h"
#include "php/platform.h"
#include "php/project.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace debone;
  static const auto table = php::Extensions::parse("intl php@-intl\njson -\nimap php@-imap 8.2\npcntl - cli\n");
  const auto text = fuzz::text_of(data, size);
  const auto end = text.find('\0');
  fuzz::let_refuse([&] {
    const auto project =
        end == std::string_view::npos
            ? php::read_project(text, "composer.json", std::nullopt, "composer.lock")
            : php::read_project(text.substr(0, end), "composer.json", text.substr(end + 1), "composer.lock");
    const auto platform = php::choose_platform(project, table, {});
    fuzz::require(!platform.php.version.empty());
  });
  return 0;
}
