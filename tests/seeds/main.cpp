#include <gtest/gtest.h>

#include <charconv>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/log.h"
#include "seeds.h"

namespace mortar::sim {

namespace {

std::string program;  // as it was called

}  // namespace

SeedChoice& seed_choice() {
  static SeedChoice choice;
  return choice;
}

void for_each_seed(const std::function<void(std::uint64_t seed)>& body) {
  const SeedChoice& choice = seed_choice();
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(choice.seconds);
  for (std::uint64_t index = 0;; ++index) {
    const bool over = choice.seconds != 0 ? std::chrono::steady_clock::now() >= end : index >= choice.count;
    if (over) return;
    const std::uint64_t seed = choice.first + index;
    body(seed);
    if (!testing::Test::HasFailure()) continue;
    const testing::TestInfo* test = testing::UnitTest::GetInstance()->current_test_info();
    std::printf("seed %llu failed; again with: %s --seed %llu --seeds 1 --gtest_filter=%s.%s\n",
                static_cast<unsigned long long>(seed), program.c_str(), static_cast<unsigned long long>(seed),
                test->test_suite_name(), test->name());
    return;
  }
}

namespace {

bool read_number(std::string_view text, std::uint64_t& number) {
  return std::from_chars(text.data(), text.data() + text.size(), number).ec == std::errc();
}

bool read_arguments(int count, char** words) {
  program = words[0];
  for (int index = 1; index < count; index += 2) {
    const std::string_view word = words[index];
    if (word == "--log" && index + 1 < count) {
      log::Level level{};
      if (!log::parse_level(words[index + 1], level)) return false;
      log::set_level(level);
      continue;
    }
    SeedChoice& choice = seed_choice();
    std::uint64_t* target = word == "--seed"         ? &choice.first
                            : word == "--seeds"      ? &choice.count
                            : word == "--seconds"    ? &choice.seconds
                            : word == "--operations" ? &choice.operations
                                                     : nullptr;
    if (target == nullptr || index + 1 >= count || !read_number(words[index + 1], *target)) return false;
  }
  return true;
}

}  // namespace
}  // namespace mortar::sim

int main(int count, char** words) {
  testing::InitGoogleTest(&count, words);
  // What goes wrong with thousands of faults is no news.
  mortar::log::set_level(mortar::log::Level::critical);
  if (!mortar::sim::read_arguments(count, words)) {
    std::fprintf(stderr,
                 "usage: %s [--seed FIRST] [--seeds COUNT] [--seconds LIMIT] [--log LEVEL] [--operations COUNT] "
                 "[--gtest_filter=NAME]\n",
                 words[0]);
    return 2;
  }
  const int failed = RUN_ALL_TESTS();
  const std::string done = mortar::sim::report();
  if (!done.empty()) std::puts(done.c_str());
  return failed;
}
