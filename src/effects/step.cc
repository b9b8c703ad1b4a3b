#include "effects/step.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <memory>
#include <utility>

#include "base/error.h"
#include "base/text.h"
#include "recipe/fields.h"
#include "recipe/values.h"

namespace debone::effects {
namespace {

using recipe::Fields;
using recipe::Node;
using recipe::NodePtr;

constexpr std::string_view answer_word = "{debconf:";

NodePtr with_words(const Node& node, const Words& words) {
  auto copy = std::make_shared<Node>(node);
  if (copy->kind == Node::Kind::scalar) copy->text = filled(node.text, words);
  for (auto& item : copy->items) item = with_words(*item, words);
  for (auto& member : copy->members) member.value = with_words(*member.value, words);
  return copy;
}

// The fields of a step, each read where it is there.
class Reader {
 public:
  Reader(const Node& node, std::string_view step, std::initializer_list<std::string_view> keys)
      : fields_(node, fmt::format("a step '{}'", step), keys) {}

  base::RelPath path(std::string_view key) const { return recipe::absolute_path(fields_.require(key), key); }
  std::string account(std::string_view key) const { return recipe::account_name(fields_.require(key), key); }
  std::string text(std::string_view key) const { return recipe::text_of(fields_.require(key), key); }
  const Node& require(std::string_view key) const { return fields_.require(key); }
  const Node* find(std::string_view key) const { return fields_.find(key); }

  std::optional<std::uint32_t> id(std::string_view key) const {
    const auto* node = fields_.find(key);
    if (node == nullptr) return std::nullopt;
    return recipe::id_of(*node, key);
  }
  std::optional<std::string> account_if_stated(std::string_view key) const {
    const auto* node = fields_.find(key);
    if (node == nullptr) return std::nullopt;
    return recipe::account_name(*node, key);
  }
  Rights rights() const {
    Rights rights{account_if_stated("owner"), account_if_stated("group"), std::nullopt};
    if (const auto* mode = fields_.find("mode")) rights.mode = recipe::permissions(*mode);
    return rights;
  }
  std::optional<base::RelPath> if_exists() const {
    const auto* node = fields_.find("if-exists");
    if (node == nullptr) return std::nullopt;
    return recipe::absolute_path(*node, "if-exists");
  }

 private:
  Fields fields_;
};

Step user(const Node& node) {
  const Reader read(node, "user", {"name", "uid", "group", "home", "shell", "comment", "groups", "if-exists"});
  AddUser user;
  user.name = read.account("name");
  user.uid = read.id("uid");
  user.group = read.account_if_stated("group").value_or("");
  if (const auto* home = read.find("home")) user.home = recipe::passwd_field(*home, "home");
  if (const auto* shell = read.find("shell")) user.shell = recipe::passwd_field(*shell, "shell");
  if (const auto* comment = read.find("comment")) user.comment = recipe::passwd_field(*comment, "comment");
  if (const auto* groups = read.find("groups"))
    for (const auto& group : recipe::items_of(*groups, "groups"))
      user.groups.push_back(recipe::account_name(*group, "groups"));
  return {std::move(user), read.if_exists()};
}

Step group(const Node& node) {
  const Reader read(node, "group", {"name", "gid", "if-exists"});
  return {AddGroup{read.account("name"), read.id("gid")}, read.if_exists()};
}

Step member(const Node& node) {
  const Reader read(node, "member", {"user", "group", "if-exists"});
  return {AddMember{read.account("user"), read.account("group")}, read.if_exists()};
}

Step directory(const Node& node) {
  const Reader read(node, "directory", {"path", "owner", "group", "mode", "if-exists"});
  return {MakeDirectory{read.path("path"), read.rights()}, read.if_exists()};
}

Step file(const Node& node) {
  const Reader read(node, "file", {"path", "content", "owner", "group", "mode", "if-exists"});
  return {WriteFile{read.path("path"), recipe::text_or_empty(read.require("content"), "content"), read.rights()},
          read.if_exists()};
}

Step copy(const Node& node) {
  const Reader read(node, "copy", {"from", "to", "owner", "group", "mode", "if-exists"});
  return {CopyFile{read.path("from"), read.path("to"), read.rights()}, read.if_exists()};
}

Step link(const Node& node) {
  const Reader read(node, "link", {"path", "to", "if-exists"});
  return {MakeLink{read.path("path"), read.text("to")}, read.if_exists()};
}

Step set(const Node& node) {
  const Reader read(node, "set", {"path", "owner", "group", "mode", "recursive", "if-exists"});
  const auto* recursive = read.find("recursive");
  return {
      SetRights{read.path("path"), read.rights(), recursive != nullptr && recipe::boolean_of(*recursive, "recursive")},
      read.if_exists()};
}

Step move(const Node& node) {
  const Reader read(node, "move", {"from", "to", "if-exists"});
  return {Move{read.path("from"), read.path("to")}, read.if_exists()};
}

Step remove(const Node& node) {
  if (node.kind == Node::Kind::scalar) return {Remove{recipe::absolute_path(node, "remove")}, std::nullopt};
  const Reader read(node, "remove", {"path", "if-exists"});
  return {Remove{read.path("path")}, read.if_exists()};
}

package::Alternative alternative_of(const Reader& read) {
  return {read.path("link").absolute(), read.text("name"), read.path("path").absolute()};
}

Step alternative(const Node& node) {
  const Reader read(node, "alternative", {"name", "link", "path", "priority", "slaves", "if-exists"});
  package::InstalledAlternative installed{alternative_of(read), 0, {}};
  installed.priority = static_cast<int>(recipe::id_of(read.require("priority"), "priority"));
  if (const auto* slaves = read.find("slaves"))
    for (const auto& slave : recipe::items_of(*slaves, "slaves"))
      installed.slaves.push_back(alternative_of(Reader(*slave, "alternative", {"name", "link", "path"})));
  return {AddAlternative{std::move(installed)}, read.if_exists()};
}

Step answer(const Node& node) {
  const Reader read(node, "answer", {"question", "value", "if-exists"});
  return {Answer{read.text("question"), read.text("value")}, read.if_exists()};
}

Step modules(const Node& node) {
  const Reader read(node, "modules", {"list", "directory", "head", "known", "tail", "if-exists"});
  ListModules step;
  step.list = read.path("list");
  step.directory = read.path("directory");
  if (const auto* head = read.find("head")) step.head = recipe::text_of(*head, "head");
  if (const auto* tail = read.find("tail")) step.tail = recipe::text_of(*tail, "tail");
  for (const auto& [name, text] : recipe::members_of(read.require("known"), "known"))
    step.modules[name->text] = recipe::text_of(*text, name->text);
  return {std::move(step), read.if_exists()};
}

Step finisher(const Node& node) {
  if (node.kind == Node::Kind::scalar) return {Finish{recipe::text_of(node, "finisher")}, std::nullopt};
  const Reader read(node, "finisher", {"name", "if-exists"});
  return {Finish{read.text("name")}, read.if_exists()};
}

Step omit(const Node& node) {
  const Reader read(node, "omits", {"what", "if-exists"});
  return {Omit{read.text("what")}, read.if_exists()};
}

constexpr std::array<std::pair<std::string_view, Step (*)(const Node&)>, 15> kinds{{
    {"alternative", alternative},
    {"answer", answer},
    {"copy", copy},
    {"directory", directory},
    {"file", file},
    {"finisher", finisher},
    {"group", group},
    {"link", link},
    {"member", member},
    {"modules", modules},
    {"move", move},
    {"omits", omit},
    {"remove", remove},
    {"set", set},
    {"user", user},
}};

// The brace that ends what the one at `open` begins.
std::size_t closing_brace(const std::string& text, std::size_t open) {
  int depth = 0;
  for (auto i = open; i < text.size(); ++i) {
    if (text[i] == '{') ++depth;
    if (text[i] == '}' && --depth == 0) return i;
  }
  return std::string::npos;
}

// Whether the answers are those that `if-answer: {QUESTION: ANSWER}` asks for; takes it out of the step.
bool take_condition(Node& step, const Words& words) {
  if (step.kind != Node::Kind::map || step.members.size() != 1) return true;
  const auto& member = step.members[0];
  if (member.value->kind != Node::Kind::map) return true;
  const auto* condition = member.value->find("if-answer");
  if (condition == nullptr) return true;
  const bool holds =
      std::ranges::all_of(recipe::members_of(*condition, "if-answer"), [&](const recipe::Member& answer) {
        const auto given = words.find("debconf:" + answer.key->text);
        return given != words.end() && given->second == answer.value->text;
      });
  auto rest = std::make_shared<Node>(*member.value);
  std::erase_if(rest->members, [](const recipe::Member& each) { return each.key->text == "if-answer"; });
  step.members[0].value = std::move(rest);
  return holds;
}

// An answer that stands in a text and that nobody gave.
void require_answers(const Node& node, const std::string& package) {
  if (const auto at = node.text.find(answer_word); at != std::string::npos) {
    const auto begin = at + answer_word.size();
    const auto question = node.text.substr(begin, closing_brace(node.text, at) - begin);
    throw base::Error(base::Exit::usage, fmt::format("what {} does needs an answer to '{}'", package, question))
        .hint(fmt::format("write `debconf: {{{}: ...}}` in the recipe", question));
  }
  for (const auto& item : node.items) require_answers(*item, package);
  for (const auto& member : node.members) require_answers(*member.value, package);
}

Step read_step(const Node& node) {
  const auto& members = recipe::members_of(node, "a step");
  if (members.size() != 1) recipe::fail(node, "a step has one key: what it does");
  const auto& name = members[0].key->text;
  std::vector<std::string_view> names;
  for (const auto& [known, read] : kinds) {
    if (known == name) return read(*members[0].value);
    names.push_back(known);
  }
  recipe::fail(*members[0].key, fmt::format("unknown step '{}'", name),
               recipe::suggestion(name, names, fmt::format("steps are {}", recipe::listed(names))));
}

}  // namespace

std::string filled(const std::string& text, const Words& words) {
  std::string out;
  std::vector<std::size_t> open;  // braces in it
  for (const char c : text) {
    if (c == '{') open.push_back(out.size());
    out += c;
    if (c != '}' || open.empty()) continue;
    const auto begin = open.back();
    open.pop_back();
    const auto word = words.find(std::string_view(out).substr(begin + 1, out.size() - begin - 2));
    if (word != words.end()) out.replace(begin, std::string::npos, word->second);
  }
  return out;
}

void hear(const Answer& answer, Words& words) {
  if (words.contains("stated:" + answer.question)) return;
  words.insert_or_assign("debconf:" + answer.question, answer.value);
}

std::vector<Step> read_steps(const Node& does, const Words& given) {
  std::vector<Step> steps;
  if (does.kind == Node::Kind::scalar && does.text == "nothing") return steps;
  auto words = given;
  for (const auto& item : recipe::items_of(does, "does")) {
    auto node = *with_words(*item, words);
    const bool holds = take_condition(node, words);
    auto step = read_step(node);
    if (!holds) continue;
    if (const auto package = words.find("package"); package != words.end()) require_answers(node, package->second);
    if (const auto* answer = std::get_if<Answer>(&step.what)) {
      hear(*answer, words);
    }
    steps.push_back(std::move(step));
  }
  return steps;
}

std::set<std::string> questions_in(const Node& does) {
  std::set<std::string> questions;
  for (auto at = does.text.find(answer_word); at != std::string::npos; at = does.text.find(answer_word, at + 1)) {
    const auto end = closing_brace(does.text, at);
    if (end != std::string::npos)
      questions.insert(does.text.substr(at + answer_word.size(), end - at - answer_word.size()));
  }
  for (const auto& item : does.items) questions.merge(questions_in(*item));
  for (const auto& member : does.members) {
    if (member.key->text == "if-answer") {
      for (const auto& answer : member.value->members) questions.insert(answer.key->text);
    } else {
      questions.merge(questions_in(*member.value));
    }
  }
  return questions;
}

}  // namespace debone::effects
