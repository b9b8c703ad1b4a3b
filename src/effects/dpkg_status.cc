// The layout that scanners read in images without dpkg: a file a package instead of /var/lib/dpkg/status.
#include <fmt/format.h>

#include <map>
#include <unordered_map>

#include "base/digest.h"
#include "base/text.h"
#include "effects/finishers.h"

namespace debone::effects {
namespace {

// The stanza without blank lines around it (scanners lose a stanza after one), and without a Status field, which has no
// business in a .deb and would hide the package.
std::string stanza_text(std::string_view control) {
  std::string text;
  bool skipped = false;
  for (const auto line : base::lines(control)) {
    if (base::trim(line).empty()) continue;
    const bool continues = line.starts_with(' ') || line.starts_with('\t');
    if (!continues) skipped = base::lower(line.substr(0, 7)) == "status:";
    if (skipped) continue;
    text += line;
    text += '\n';
  }
  return text;
}

// The sums of the package's files, computed where it was read (package::sum_files), by where a file's bytes lie in its
// archive: a file of the tree that has these very bytes was not touched, so its sum need not be computed again.
class OwnSums {
 public:
  explicit OwnSums(const package::Deb& deb) {
    const auto sums = deb.control_files.find("md5sums");
    if (sums == deb.control_files.end()) return;
    std::unordered_map<std::string_view, std::string_view> by_path;
    for (const auto line : base::lines(sums->second)) {
      if (line.size() < 35 || line.substr(32, 2) != "  " || !base::is_hex(line.substr(0, 32))) continue;
      by_path.emplace(line.substr(34), line.substr(0, 32));
    }
    for (const auto& entry : deb.entries) {
      if (entry.type != base::TarType::file || entry.content.empty()) continue;
      std::string_view name = entry.name;
      if (name.starts_with("./")) name.remove_prefix(2);
      if (const auto sum = by_path.find(name); sum != by_path.end())
        by_content_.emplace(entry.content.data(), std::pair(entry.content.size(), sum->second));
    }
  }

  std::string of(std::string_view content) const {
    if (!content.empty())
      if (const auto known = by_content_.find(content.data());
          known != by_content_.end() && known->second.first == content.size())
        return base::lower(known->second.second);
    return base::md5_hex(content);
  }

 private:
  std::unordered_map<const char*, std::pair<std::size_t, std::string_view>> by_content_;
};

}  // namespace

void dpkg_status(Context& context) {
  std::map<std::string_view, OwnSums> own_sums;
  std::map<std::string_view, std::string> sums;
  for (const auto& deb : context.debs()) {
    own_sums.emplace(deb.record.name, deb);
    sums.emplace(deb.record.name, "");
  }
  // Configuration files are listed too, though dpkg has them in its status file: here is no such field, and a file that
  // ships and is listed nowhere would look like nobody's.
  constexpr std::string_view of_package = "package:";
  for (const auto& [path, node] : context.tree.nodes()) {
    if (node.type != tree::NodeType::file || !node.origin.starts_with(of_package)) continue;
    const auto name = std::string_view(node.origin).substr(of_package.size());
    const auto own = own_sums.find(name);
    if (own == own_sums.end() || path.str().find('\n') != std::string::npos) continue;
    sums[name] += fmt::format("{}  {}\n", own->second.of(node.content.bytes()), path.str());
  }
  for (const auto& deb : context.debs()) {
    const auto path = fmt::format("var/lib/dpkg/status.d/{}", deb.record.name);
    context.write(at(path), stanza_text(deb.control));
    context.write(at(path + ".md5sums"), sums.at(deb.record.name));
  }
}

}  // namespace debone::effects
