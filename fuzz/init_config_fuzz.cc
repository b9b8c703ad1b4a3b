// The configuration of debone-init, whole: its form, its meaning, the times of its schedule. A word that is written is
// read back as it was.
#include <string>

#include "fuzz.h"
#include "init/config.h"
#include "init/expand.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace debone;
  const auto text = fuzz::text_of(data, size);
  try {
    const auto sections = init::sections_of(text, "fuzz.conf");
    for (const auto& section : sections) {
      for (const auto& entry : section.entries) {
        for (const auto& word : entry.words) {
          const auto again = init::words_of(init::written_word(word), entry.place);
          fuzz::require(again.size() == 1 && again.front() == word);
        }
      }
    }
    for (const auto& job : init::config_of(sections).jobs) {
      fuzz::require(init::next_time(job.cron, 1'700'000'000) > 1'700'000'000);
    }
  } catch (const init::Failure& failure) {
    fuzz::require(!failure.message.empty());
  }
  const init::Environment none;
  for (const auto expand : {init::expand_word, init::expand_template}) {
    try {
      expand(text, none);
    } catch (const init::Failure& failure) {
      fuzz::require(failure.status == init::own_failure);
    }
  }
  return 0;
}
