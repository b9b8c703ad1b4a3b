#include "php/json.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <nlohmann/json.hpp>
#include <set>

namespace debone::php {
namespace {

using base::Error;
using base::Exit;

// Tells the parser's place to who is called by it.
class Cursor {
 public:
  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = const char&;

  Cursor(const char* at, const char** reached) : at_(at), reached_(reached) {}
  reference operator*() const { return *at_; }
  Cursor& operator++() {
    *reached_ = ++at_;
    return *this;
  }
  Cursor operator++(int) {
    const auto before = *this;
    ++*this;
    return before;
  }
  bool operator==(const Cursor& other) const { return at_ == other.at_; }

 private:
  const char* at_;
  const char** reached_;
};

// What nlohmann's parser calls; its functions are the parser's to name.
class Builder {
 public:
  using Source = nlohmann::json;

  Builder(std::string_view text, std::string file)
      : counted_(text.data()), reached_(text.data()), file_(std::move(file)) {}

  const char** reached() { return &reached_; }
  Json take() { return std::move(root_); }

  bool null() { return put({Json::Kind::null}); }
  bool boolean(bool /*value*/) { return put({Json::Kind::boolean}); }
  bool number_integer(Source::number_integer_t /*value*/) { return put({Json::Kind::number}); }
  bool number_unsigned(Source::number_unsigned_t /*value*/) { return put({Json::Kind::number}); }
  bool number_float(Source::number_float_t /*value*/, const std::string& /*text*/) { return put({Json::Kind::number}); }
  bool string(std::string& value) {
    Json text{Json::Kind::text};
    text.text = std::move(value);
    return put(std::move(text));
  }
  bool binary(Source::binary_t& /*value*/) { return false; }  // not in a text
  bool start_object(std::size_t /*size*/) { return open(Json::Kind::object); }
  bool start_array(std::size_t /*size*/) { return open(Json::Kind::list); }
  bool end_object() { return close(); }
  bool end_array() { return close(); }
  bool key(std::string& name) {
    if (!open_.back().keys.insert(name).second) throw error(fmt::format("the key '{}' stands twice", name));
    key_ = std::move(name);
    return true;
  }
  bool parse_error(std::size_t /*place*/, const std::string& /*token*/, const nlohmann::detail::exception& /*what*/) {
    throw error("malformed JSON").hint("`composer validate` says what is wrong");
  }

 private:
  struct Open {
    Json* value;
    std::set<std::string> keys;
  };

  // The parser has read the value's last character, of a number also the one after it.
  std::size_t line() {
    if (reached_ > counted_) {
      line_ += static_cast<std::size_t>(std::count(counted_, reached_ - 1, '\n'));
      counted_ = reached_ - 1;
    }
    return line_;
  }

  Error error(std::string what) { return Error(Exit::usage, std::move(what)).at(fmt::format("{}:{}", file_, line())); }

  Json* add(Json value) {
    if (++values_ > json_values) throw error(fmt::format("more than {} values", json_values));
    value.line = line();
    if (open_.empty()) {
      root_ = std::move(value);
      return &root_;
    }
    auto& parent = *open_.back().value;
    if (parent.kind == Json::Kind::list) return &parent.items.emplace_back(std::move(value));
    return &parent.members.emplace_back(std::move(key_), std::move(value)).second;
  }

  bool put(Json value) {
    add(std::move(value));
    return true;
  }

  bool open(Json::Kind kind) {
    if (open_.size() == json_depth) throw error(fmt::format("more than {} levels", json_depth));
    open_.push_back({add({kind}), {}});  // nothing is added to its parent before it is closed
    return true;
  }

  bool close() {
    open_.pop_back();
    return true;
  }

  const char* counted_;  // up to where lines are counted
  const char* reached_;
  std::size_t line_ = 1;
  std::string file_;
  std::size_t values_ = 0;
  std::string key_;
  Json root_;
  std::vector<Open> open_;
};

}  // namespace

const Json* Json::find(std::string_view key) const {
  const auto found = std::ranges::find(members, key, [](const auto& member) { return std::string_view(member.first); });
  return found == members.end() ? nullptr : &found->second;
}

Json parse_json(std::string_view text, const std::string& file) {
  Builder builder(text, file);
  nlohmann::json::sax_parse(Cursor(text.data(), builder.reached()),
                            Cursor(text.data() + text.size(), builder.reached()), &builder);
  return builder.take();
}

std::string_view name_of(Json::Kind kind) {
  switch (kind) {
    case Json::Kind::null: return "null";
    case Json::Kind::boolean: return "a boolean";
    case Json::Kind::number: return "a number";
    case Json::Kind::text: return "a text";
    case Json::Kind::list: return "a list";
    case Json::Kind::object: return "an object";
  }
  return "";
}

}  // namespace debone::php
