#include "init/actions.h"

#include <sys/mman.h>

#include <algorithm>
#include <cerrno>

#include "init/expand.h"
#include "init/failure.h"
#include "init/file.h"
#include "init/probe.h"
#include "init/signals.h"
#include "init/target.h"
#include "init/text.h"

namespace debone::init {
namespace {

constexpr std::size_t largest_template = std::size_t{16} << 20U;
constexpr Duration longest_try{5000};

// Why it is passed over; empty where all of it holds.
std::string unmet(const Condition& condition, const Environment& environment) {
  for (const auto& path : condition.missing) {
    const auto expanded = expand_word(path, environment);
    if (exists(expanded)) return cat(expanded, " is there");
  }
  for (const auto& path : condition.exists) {
    const auto expanded = expand_word(path, environment);
    if (!exists(expanded)) return cat(expanded, " is not there");
  }
  for (const auto& name : condition.set) {
    if (!environment.has(name)) return cat(name, " is not set");
  }
  for (const auto& name : condition.unset) {
    if (environment.has(name)) return cat(name, " is set");
  }
  return {};
}

bool passed_over(const Context& context, const Condition& condition, Subject subject) {
  const auto reason = unmet(condition, context.environment);
  if (!reason.empty()) context.log.info(subject, cat("passed over: ", reason));
  return !reason.empty();
}

std::string rendered(std::string_view text, const std::string& name, const Environment& environment) {
  try {
    return expand_template(text, environment);
  } catch (const Failure& failure) {
    throw Failure{cat(name, ": ", failure.message), failure.status};
  }
}

std::string rendered_file(const std::string& path, const Environment& environment) {
  const auto expanded = expand_word(path, environment);
  return rendered(read_file(expanded, largest_template), expanded, environment);
}

// What a step reads as standard input, in memory.
Fd input_of(const Step& step, const Environment& environment) {
  Fd input(::memfd_create("stdin", MFD_CLOEXEC));
  if (!input) throw Failure{cat("cannot make its standard input: ", reason_of(errno))};
  for (const auto& path : step.stdin_files) append_file(expand_word(path, environment), input.get());
  if (!step.stdin_template.empty())
    write_all(input.get(), rendered_file(step.stdin_template, environment), "standard input");
  if (step.stdin_text) write_all(input.get(), rendered(*step.stdin_text, "stdin-text", environment), "standard input");
  return input;
}

void wait_for(Context& context, const Wait& wait, const std::string& text, Clock::time_point deadline) {
  const Subject subject{"wait", wait.name};
  const auto target = target_of(text);
  const auto begin = Clock::now();
  std::string last_reason;
  for (;;) {
    const auto left = std::chrono::ceil<Duration>(deadline - Clock::now());
    const auto limit = std::clamp(left, Duration(1), longest_try);
    const auto reason = run_probe(context.processes, [&] { return probe(target, limit); }, limit);
    const auto taken = std::chrono::duration_cast<Duration>(Clock::now() - begin);
    if (reason.empty()) {
      context.log.info(subject, cat(text, " is there"), {{"seconds", seconds_of(taken)}});
      return;
    }
    if (Clock::now() + wait.interval >= deadline) {
      // The last try may have had no time for more; what an earlier one found says more.
      const bool cut_short = reason == no_answer && !last_reason.empty();
      throw Failure{cat(text, " is not there after ", written(wait.timeout), ": ", cut_short ? last_reason : reason),
                    timed_out};
    }
    if (reason != last_reason) context.log.info(subject, cat("waits for ", text, ": ", reason));
    last_reason = reason;
    pause(context, wait.interval);
  }
}

// One try; its exit status, or timed_out.
int try_step(Context& context, const Step& step, const Child& child) {
  const Stopping rules{SIGTERM, {}, context.stopping.timeout};
  std::optional<Duration> timeout;
  if (step.timeout.count() > 0) timeout = step.timeout;
  const auto outcome = supervise(context, child, rules, timeout, {"step", step.name});
  if (outcome.stopped_by) throw Stopped{*outcome.stopped_by};
  return outcome.timed_out ? timed_out : outcome.status;
}

std::string told(const Step& step, int status) {
  if (status == timed_out && step.timeout.count() > 0) return cat("had no more time after ", written(step.timeout));
  if (status > by_signal) return cat("ended by ", signal_name(status - by_signal));
  return cat("ended with status ", status);
}

}  // namespace

void perform(Context& context, const Wait& wait) {
  if (passed_over(context, wait.condition, {"wait", wait.name})) return;
  const auto deadline = Clock::now() + wait.timeout;
  for (const auto& target : wait.targets) wait_for(context, wait, expand_word(target, context.environment), deadline);
}

void perform(Context& context, const Template& made) {
  const Subject subject{"template", made.name};
  if (passed_over(context, made.condition, subject)) return;
  const auto content =
      made.text ? rendered(*made.text, "text", context.environment) : rendered_file(made.from, context.environment);
  const auto to = expand_word(made.to, context.environment);
  auto uid = static_cast<uid_t>(-1);
  auto gid = static_cast<gid_t>(-1);
  if (!made.owner.empty()) {
    const auto account = account_of(made.owner, context.accounts);
    uid = account.uid;
    gid = account.gid;
  }
  write_file(to, content, made.mode, uid, gid);
  context.log.info(subject, cat("wrote ", to));
}

void perform(Context& context, const Step& step) {
  const Subject subject{"step", step.name};
  if (passed_over(context, step.condition, subject)) return;
  auto child = child_of(step.command, context.environment, context.accounts);
  const auto input = input_of(step, context.environment);
  child.standard_input = input.get();
  for (std::uint64_t tries = 0;; ++tries) {
    const auto status = try_step(context, step, child);
    if (status == 0) {
      context.log.info(subject, "done");
      return;
    }
    if (tries == step.retries) throw Failure{told(step, status), status};
    context.log.warning(subject, cat(told(step, status), "; try ", tries + 2, " of ", step.retries + 1,
                                     " follows after ", written(step.retry_interval)));
    pause(context, step.retry_interval);
  }
}

}  // namespace debone::init
