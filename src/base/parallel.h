// Independent work on several threads, with results in the order of the input whatever the
// number of threads, and the first failure (by position) thrown as if it had run alone.
#pragma once

#include <atomic>
#include <cstddef>
#include <exception>
#include <functional>
#include <thread>
#include <vector>

namespace debone::base {

// The number of threads to use where the user did not say: the CPUs this process may use.
unsigned default_jobs();

// Calls fn(i) for each i below `count` on up to `jobs` threads, lower i first. After a failure no
// further i is begun; of the failures met, that of the lowest i is thrown.
void parallel_for(std::size_t count, unsigned jobs, const std::function<void(std::size_t)>& fn);

}  // namespace debone::base
