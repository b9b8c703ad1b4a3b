// What C++ needs of its image: threads by OpenMP, exceptions, streams, regular expressions. Prints a line for each.
#include <omp.h>

#include <atomic>
#include <cmath>
#include <filesystem>
#include <iostream>
#include <regex>
#include <stdexcept>
#include <thread>
#include <vector>

int main() {
  std::vector<double> roots(100000);
  double sum = 0;
  std::atomic<int> most = 0;
#pragma omp parallel for num_threads(4) reduction(+ : sum)
  for (int i = 0; i < 100000; i++) {
    most = omp_get_num_threads();
    roots[static_cast<unsigned>(i)] = std::sqrt(i);
    sum += i % 2;
  }
  std::cout << "threads: " << most << ", sum: " << sum << '\n';
  try {
    std::vector<int>{1, 2}.at(7);
  } catch (const std::out_of_range&) {
    std::cout << "exception: caught\n";
  }
  std::thread([] {
    try {
      throw std::runtime_error("thrown in a thread");
    } catch (const std::exception& error) {
      std::cout << "exception: " << error.what() << '\n';
    }
  }).join();
  std::smatch match;
  const std::string text = "debs in, one image out";
  std::cout << "word: " << (std::regex_search(text, match, std::regex("one (\\w+)")) ? match[1].str() : "none") << '\n';
  std::cout << "directory: " << std::filesystem::is_directory("/usr/lib") << '\n';
}
