// What a person sees of a build while it runs, on stderr: a line a stage with its time, a bar while fetching (on a
// terminal alone), warnings. The stages themselves know nothing of it: they call base::Events.
#pragma once

#include <chrono>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/events.h"

namespace debone::cli {

class Progress : public base::Events {
 public:
  Progress();

  // Runs one stage. `tell` makes of its value what the line says: "106 packages". A base::Error that leaves the
  // stage passes on as it is.
  template <typename Stage, typename Tell>
  auto stage(std::string_view name, Stage&& run, Tell&& tell) {
    const auto begin = std::chrono::steady_clock::now();
    auto value = std::forward<Stage>(run)();
    line(name, std::chrono::steady_clock::now() - begin, tell(value));
    return value;
  }

  void warning(const std::string& text) override;
  void fetched(std::uint64_t done, std::uint64_t total) override;

  struct Timing {
    std::string stage;
    double seconds = 0;
  };
  const std::vector<Timing>& timings() const { return timings_; }
  const std::vector<std::string>& warnings() const { return warnings_; }

 private:
  void line(std::string_view name, std::chrono::steady_clock::duration time, const std::string& said);
  void clear_bar();

  std::mutex mutex_;
  bool terminal_ = false;
  bool colour_ = false;
  bool bar_shown_ = false;
  std::chrono::steady_clock::time_point bar_drawn_;
  std::vector<Timing> timings_;
  std::vector<std::string> warnings_;
};

}  // namespace debone::cli
