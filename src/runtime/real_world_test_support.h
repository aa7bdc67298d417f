// What the tests of the real world share: a world with either engine, and a folder of their own.
#pragma once

#include <gtest/gtest.h>
#include <stdlib.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "runtime/real_file_system.h"
#include "runtime/real_world.h"

namespace mortar {

class TemporaryFolder {
 public:
  TemporaryFolder() {
    const char* base = ::getenv("TMPDIR");
    std::string pattern = std::string(base != nullptr ? base : "/tmp") + "/mortar-runtime-XXXXXX";
    if (::mkdtemp(pattern.data()) != nullptr) path_ = pattern;
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder() { EXPECT_TRUE(RealFileSystem().remove_tree(path_)); }
  std::string operator/(const std::string& name) const { return path_ + "/" + name; }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

// Runs a task in a world and hands out its value.
template <class T>
Task<> keep_result(Task<T> task, std::optional<Result<T>>& into) {
  Result<T> result = co_await std::move(task);
  into.emplace(std::move(result));
  co_return done;
}

template <class T>
Result<T> run_in(RealWorld& world, Task<T> task) {
  std::optional<Result<T>> result;
  const Result<Done> ended = world.run(keep_result(std::move(task), result));
  EXPECT_TRUE(ended);
  return std::move(*result);
}

// Every test of this kind runs over io_uring and over epoll.
class RealWorldTest : public testing::TestWithParam<bool> {
 protected:
  void SetUp() override {
    Result<std::unique_ptr<RealWorld>> made = RealWorld::make({.io_uring = GetParam(), .workers = 4});
    ASSERT_TRUE(made);
    world_ = std::move(*made);
    if (GetParam() && !world_->uses_io_uring()) GTEST_SKIP() << "the kernel refuses io_uring";
  }
  template <class T>
  Result<T> run(Task<T> task) {
    return run_in(*world_, std::move(task));
  }
  RealWorld& world() { return *world_; }

  TemporaryFolder folder_;
  std::unique_ptr<RealWorld> world_;
};

inline std::string engine_name(const testing::TestParamInfo<bool>& engine) {
  return engine.param ? "io_uring" : "epoll";
}

}  // namespace mortar
