#include "recipe/yaml_reader.h"

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

#include <map>
#include <optional>
#include <sstream>

#include "base/error.h"
#include "base/text.h"

namespace debone::recipe {
namespace {

using base::Error;
using base::Exit;

Error error_at(const Place& place, std::string what) { return Error(Exit::usage, std::move(what)).at(place.str()); }

Place place_of(const Origin& origin, const YAML::Mark& mark) { return {origin.file, mark.line + 1, mark.column + 1}; }

// Bytes that a text may not hold: yaml-cpp reads over some and turns others into U+FFFD.
void check_bytes(std::string_view text, const Origin& origin) {
  int line = 1;
  std::size_t line_start = 0;
  for (std::size_t i = 0; i < text.size();) {
    const auto byte = static_cast<unsigned char>(text[i]);
    std::size_t length = 1;
    bool good = (byte >= 0x20 && byte < 0x7F) || byte == '\t' || byte == '\n' ||
                (byte == '\r' && i + 1 < text.size() && text[i + 1] == '\n');
    if (byte >= 0x80) {
      while (length < 4 && i + length < text.size() && (static_cast<unsigned char>(text[i + length]) & 0xC0U) == 0x80U)
        ++length;
      const auto character = text.substr(i, length);
      good = base::printable(character) == character;
    }
    if (!good) {
      throw error_at({origin.file, line, static_cast<int>(i - line_start) + 1},
                     fmt::format("the byte 0x{:02x} does not belong into a {}", byte, origin.noun))
          .hint(fmt::format("a {} is UTF-8 text without control characters", origin.noun));
    }
    i += length;
    if (byte == '\n') {
      ++line;
      line_start = i;
    }
  }
}

// Builds the nodes from yaml-cpp's events, and refuses on the way what a recipe may not hold, before it costs anything.
class Builder : public YAML::EventHandler {
 public:
  Builder(std::string_view text, std::shared_ptr<const Origin> origin, const Limits& limits)
      : lines_(base::lines(text)), origin_(std::move(origin)), limits_(limits) {}

  NodePtr root() { return root_; }

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (documents_++ > 0) {
      throw error_at(place_of(*origin_, mark), "a second document begins here")
          .hint(fmt::format("a {} is one YAML document", origin_->noun));
    }
  }
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    auto node = begin(Node::Kind::null, mark, "");
    // yaml-cpp's mark of an absent value is that of whatever follows it.
    if (!open_.empty()) {
      const Node& holder = open_.back().key ? *open_.back().key : *open_.back().node;
      node->line = holder.line;
      node->column = holder.column;
    }
    remember(anchor, node, 1, {1, 0});
    add(std::move(node));
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    auto node = begin(Node::Kind::scalar, mark, tag, value.size());
    node->text = value;
    node->quoted = tag == "!";
    if (node->quoted) check_closed(mark);
    remember(anchor, node, 1, {1, value.size()});
    add(std::move(node));
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    open(Node::Kind::list, mark, tag, anchor);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    open(Node::Kind::map, mark, tag, anchor);
  }
  void OnMapEnd() override { close(); }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const auto found = anchors_.find(anchor);
    if (found == anchors_.end()) {
      throw error_at(place_of(*origin_, mark), "an alias stands inside the very value it names");
    }
    count(found->second.size, mark);
    if (open_.size() + found->second.depth > deepest_nesting) too_deep(mark);
    open_.back().depth = std::max(open_.back().depth, found->second.depth + 1);
    add(found->second.node);
  }

 private:
  struct Size {  // aliases expanded
    std::size_t nodes = 0;
    std::size_t bytes = 0;  // of texts
  };
  struct Open {
    std::shared_ptr<Node> node;
    YAML::anchor_t anchor = 0;
    Size before;                               // of all that was read before it
    std::size_t depth = 1;                     // of the deepest value in it, itself counted
    NodePtr key;                               // of a map: waits for its value
    std::map<std::string_view, NodePtr> keys;  // of a map: those seen
  };
  struct Anchored {
    NodePtr node;
    std::size_t depth = 0;
    Size size;
  };

  [[noreturn]] void too_deep(const YAML::Mark& mark) const {
    throw error_at(place_of(*origin_, mark), fmt::format("nested deeper than {} levels", deepest_nesting));
  }

  // Counts before anything is kept, so that no alias costs more than a text that spells it out.
  void count(const Size& size, const YAML::Mark& mark) {
    read_.nodes += size.nodes;
    read_.bytes += size.bytes;
    if (read_.nodes > limits_.nodes) {
      throw error_at(place_of(*origin_, mark),
                     fmt::format("more than {} values, those that aliases repeat counted", limits_.nodes));
    }
    if (read_.bytes > limits_.text) {
      throw error_at(place_of(*origin_, mark),
                     fmt::format("more than {} bytes of text, what aliases repeat counted", limits_.text));
    }
  }

  std::shared_ptr<Node> begin(Node::Kind kind, const YAML::Mark& mark, const std::string& tag, std::size_t bytes = 0) {
    if (!tag.empty() && tag != "?" && tag != "!") {
      throw error_at(place_of(*origin_, mark), fmt::format("a tag, which {}s do not use", origin_->noun))
          .hint("remove the word that begins with '!', or quote it");
    }
    count({1, bytes}, mark);
    auto node = std::make_shared<Node>();
    node->kind = kind;
    node->origin = origin_;
    node->line = mark.line + 1;
    node->column = mark.column + 1;
    return node;
  }

  void open(Node::Kind kind, const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor) {
    if (open_.size() >= deepest_nesting) too_deep(mark);
    const auto before = read_;
    open_.push_back({.node = begin(kind, mark, tag), .anchor = anchor, .before = before, .key = {}, .keys = {}});
  }

  void close() {
    auto done = std::move(open_.back());
    open_.pop_back();
    remember(done.anchor, done.node, done.depth, {read_.nodes - done.before.nodes, read_.bytes - done.before.bytes});
    if (!open_.empty()) open_.back().depth = std::max(open_.back().depth, done.depth + 1);
    add(std::move(done.node));
  }

  void remember(YAML::anchor_t anchor, const NodePtr& node, std::size_t depth, const Size& size) {
    if (anchor != 0) anchors_[anchor] = {node, depth, size};
  }

  void add(NodePtr node) {
    if (open_.empty()) {
      root_ = std::move(node);
      return;
    }
    auto& into = open_.back();
    if (into.node->kind == Node::Kind::list) {
      into.node->items.push_back(std::move(node));
    } else if (into.key) {
      into.node->members.push_back({std::exchange(into.key, nullptr), std::move(node)});
    } else {
      add_key(into, std::move(node));
    }
  }

  static void add_key(Open& into, NodePtr key) {
    if (key->kind != Node::Kind::scalar) throw error_at(key->place(), "a key must be a text");
    const auto [first, is_new] = into.keys.emplace(key->text, key);
    if (!is_new) {
      throw error_at(key->place(), fmt::format("the key '{}' stands twice", key->text))
          .hint(fmt::format("its first place is line {}, column {}", first->second->line, first->second->column));
    }
    into.key = std::move(key);
  }

  // yaml-cpp takes the end of the text for a closing quote.
  void check_closed(const YAML::Mark& mark) const {
    auto line = static_cast<std::size_t>(mark.line);
    auto column = static_cast<std::size_t>(mark.column);
    if (line >= lines_.size() || column >= lines_[line].size()) return;
    constexpr std::string_view blanks = " \t\r";
    const auto end = lines_[line].size();
    while (lines_[line][column] == '&' || lines_[line][column] == '!') {  // an anchor before the quote
      column = lines_[line].find_first_not_of(blanks, std::min(lines_[line].find_first_of(blanks, column), end));
      if (column == std::string_view::npos) return;
    }
    const char quote = lines_[line][column];
    if (quote != '\'' && quote != '"') return;  // a block
    for (++column; line < lines_.size(); ++line, column = 0) {
      for (; column < lines_[line].size(); ++column) {
        if (quote == '"' && lines_[line][column] == '\\') {
          ++column;
        } else if (lines_[line][column] == quote) {
          if (quote == '"' || column + 1 >= lines_[line].size() || lines_[line][column + 1] != quote) return;
          ++column;
        }
      }
    }
    throw error_at(place_of(*origin_, mark), fmt::format("the quote {} that begins here is not closed", quote));
  }

  std::vector<std::string_view> lines_;
  std::shared_ptr<const Origin> origin_;
  Limits limits_;
  int documents_ = 0;
  Size read_;
  std::vector<Open> open_;
  std::map<YAML::anchor_t, Anchored> anchors_;
  NodePtr root_;
};

// yaml-cpp's words for what it met, at its place, and what was probably meant.
Error syntax_error(const YAML::ParserException& problem, std::string_view text, const Origin& origin) {
  const auto place = place_of(origin, problem.mark);
  const auto lines = base::lines(text);
  // It reports a tab in the indentation in many ways, on that line or the next.
  for (int line = std::max(problem.mark.line - 1, 0);
       line <= problem.mark.line && static_cast<std::size_t>(line) < lines.size(); ++line) {
    const auto here = lines[static_cast<std::size_t>(line)];
    const auto tab = here.substr(0, here.find_first_not_of(" \t\r")).find('\t');
    if (tab == std::string_view::npos || base::trim(here).empty()) continue;
    return error_at({origin.file, line + 1, static_cast<int>(tab) + 1}, "a tab in the indentation")
        .hint("YAML is indented with spaces");
  }
  auto error = error_at(place, "this is not YAML: " + problem.msg);
  if (problem.msg == YAML::ErrorMsg::MAP_VALUE) {
    return std::move(error).hint("a text that holds ': ' needs quotes, and the keys of one map stand in one column");
  }
  return error;
}

}  // namespace

std::string Place::str() const { return fmt::format("{}:{}:{}", file, line, column); }

const Node* Node::find(std::string_view key) const {
  for (const auto& member : members) {
    if (member.key->text == key) return member.value.get();
  }
  return nullptr;
}

namespace {

// In docs/.
std::string_view page_of(std::string_view noun) {
  if (noun == "test file") return "test";
  if (noun == "compose file") return "stack";
  return noun == "table" ? "effects" : noun;
}

}  // namespace

NodePtr read_yaml(std::string_view text, const std::shared_ptr<const Origin>& origin, const Limits& limits) {
  if (text.size() > limits.text) {
    throw Error(Exit::usage, fmt::format("larger than the {} bytes allowed here", limits.text)).at(origin->file);
  }
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);  // some editors' mark of UTF-8
  check_bytes(text, *origin);
  Builder builder(text, origin, limits);
  try {
    std::istringstream stream{std::string(text)};
    YAML::Parser parser(stream);
    while (parser.HandleNextDocument(builder)) {
    }
  } catch (const YAML::ParserException& problem) {
    throw syntax_error(problem, text, *origin);
  } catch (const YAML::Exception& problem) {
    throw error_at(place_of(*origin, problem.mark), "this is not YAML: " + problem.msg);
  }
  auto root = builder.root();
  if (!root || root->kind == Node::Kind::null) {
    throw error_at({origin->file, 1, 1}, fmt::format("the {} is empty", origin->noun))
        .hint(fmt::format("docs/{}.md describes its keys", page_of(origin->noun)));
  }
  if (root->kind != Node::Kind::map) {
    throw error_at(root->place(), fmt::format("a {} is a map of keys{}", origin->noun,
                                              origin->noun == "recipe" ? ", such as 'name: php-fpm'" : ""));
  }
  return root;
}

}  // namespace debone::recipe
