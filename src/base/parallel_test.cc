#include "base/parallel.h"

#include <gtest/gtest.h>

#include <set>

#include "base/test_tar.h"

namespace debone::base {
namespace {

TEST(Parallel, CallsEachOnce) {
  for (const unsigned jobs : {0U, 1U, 2U, 7U}) {
    for (const std::size_t count : {0U, 1U, 2U, 1000U}) {
      std::vector<std::atomic<int>> calls(count);
      parallel_for(count, jobs, [&](std::size_t i) { calls[i].fetch_add(1); });
      for (const auto& call : calls) EXPECT_EQ(call.load(), 1);
    }
  }
}

TEST(Parallel, GoesInOrderWithOneJob) {
  std::vector<std::size_t> order;
  parallel_for(5, 1, [&](std::size_t i) { order.push_back(i); });
  EXPECT_EQ(order, (std::vector<std::size_t>{0, 1, 2, 3, 4}));
}

TEST(Parallel, ThrowsTheFirstFailureAndBeginsNoMore) {
  for (const unsigned jobs : {1U, 4U}) {
    std::atomic<std::size_t> begun{0};
    const auto error = error_of([&] {
      parallel_for(100'000, jobs, [&](std::size_t i) {
        begun.fetch_add(1);
        if (i >= 3) throw Error(Exit::trust, std::to_string(i));
      });
    });
    EXPECT_EQ(error.message(), "3");
    EXPECT_LT(begun.load(), 100'000U);
  }
}

TEST(Parallel, UsesSeveralThreads) {
  std::atomic<int> waiting{0};
  parallel_for(2, 2, [&](std::size_t) {
    waiting.fetch_add(1);
    while (waiting.load() < 2) std::this_thread::yield();  // ends only if both run at once
  });
  EXPECT_GE(default_jobs(), 1U);
}

}  // namespace
}  // namespace debone::base
