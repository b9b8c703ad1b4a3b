// Archives made by chance, far more entangled than real ones, with the real apt as their judge.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "resolve/test_cases.h"

namespace debone::resolve {
namespace {

class Dice {
 public:
  explicit Dice(unsigned seed) : engine_(seed) {}
  std::size_t below(std::size_t limit) { return engine_() % limit; }
  bool in_a_hundred(unsigned times) { return below(100) < times; }
  template <typename T>
  const T& one_of(const std::vector<T>& all) {
    return all[below(all.size())];
  }

 private:
  std::mt19937 engine_;
};

class Chance {
 public:
  explicit Chance(unsigned seed) : dice_(seed), clashes_(dice_.one_of<unsigned>({0, 5, 15, 30})) {
    for (std::size_t i = 0; i < 5 + dice_.below(10); ++i) names_.push_back(fmt::format("p{}", i));
    for (std::size_t i = 0; i < 1 + dice_.below(3); ++i) virtual_names_.push_back(fmt::format("v{}", i));
  }

  // The text of a case file.
  std::string archive(int requests) {
    std::string text = "source main\n";
    for (const auto& name : names_) text += package(name);
    for (int i = 0; i < requests; ++i) {
      text += "request";
      for (std::size_t n = 0; n < 1 + dice_.below(3); ++n) text += " " + dice_.one_of(names_);
      text += "\n";
    }
    return text;
  }

 private:
  std::string version() { return dice_.one_of<std::string>({"1", "1-0", "1.0", "1.0-0", "2~rc1", "2", "2-1", "1:1"}); }

  std::string relation(unsigned versioned = 35) {
    auto all = names_;
    all.insert(all.end(), virtual_names_.begin(), virtual_names_.end());
    auto text = dice_.one_of(all) + (dice_.in_a_hundred(5) ? ":any" : "");
    if (dice_.in_a_hundred(versioned)) {
      text += fmt::format(" ({} {})", dice_.one_of<std::string>({"<<", "<=", "=", ">=", ">>"}), version());
    }
    return text;
  }

  std::string depends() {
    std::string text;
    for (std::size_t i = 0; i < 1 + dice_.below(3); ++i) {
      text += i == 0 ? "" : ", ";
      for (std::size_t j = 0; j < dice_.one_of<std::size_t>({1, 1, 1, 2, 2, 3}); ++j) {
        text += (j == 0 ? "" : " | ") + relation();
      }
    }
    return text;
  }

  std::string package(const std::string& name) {
    auto text = fmt::format("{} {}", name, version());
    const auto add = [&](unsigned times, std::string_view field, const std::string& value) {
      if (dice_.in_a_hundred(times)) text += fmt::format("; {}: {}", field, value);
    };
    add(20, "Multi-Arch", dice_.one_of<std::string>({"same", "foreign", "allowed"}));
    add(50, "Priority", dice_.one_of<std::string>({"required", "important", "standard", "optional", "extra"}));
    add(60, "Depends", depends());
    add(10, "Pre-Depends", relation());
    add(35, "Provides",
        dice_.one_of(virtual_names_) + (dice_.in_a_hundred(40) ? fmt::format(" (= {})", version()) : ""));
    add(clashes_, "Conflicts", relation());
    add(clashes_, "Breaks", relation(90));
    return text + "\n";
  }

  Dice dice_;
  unsigned clashes_;
  std::vector<std::string> names_;
  std::vector<std::string> virtual_names_;
};

// Of 3000 such requests three differed: apt gave up where there is an answer, and left in what it had marked for an
// alternative that it then dropped. One of these is among ours: for a pre-dependency of a package that depends on
// itself apt 2.6 ends in an internal error.
TEST(RandomCases, AreSolvedAsAptDoes) {
  constexpr unsigned archives = 30;
  constexpr int requests = 4;
  constexpr unsigned gives_up = 6;
  std::vector<std::string> differences;
  for (unsigned seed = 0; seed < archives; ++seed) {
    if (seed == gives_up) continue;
    const auto text = Chance(seed).archive(requests);
    for (const auto& difference : CaseFile(text).differences_from_apt()) {
      differences.push_back(fmt::format("seed {}: {}\n{}", seed, difference, text));
    }
  }
  EXPECT_TRUE(differences.empty()) << base::join(differences, "\n");
}

}  // namespace
}  // namespace debone::resolve
