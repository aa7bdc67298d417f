#include "translators/fuse/kernel_notices.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "simulation/simulation.h"

namespace mortar::fuse {
namespace {

using namespace std::chrono_literals;

struct Written final : KernelNotices::Writer {
  void forget_attributes(std::uint64_t inode) override { all.push_back("attributes " + std::to_string(inode)); }
  void forget_pages(std::uint64_t inode) override { all.push_back("pages " + std::to_string(inode)); }
  void forget_name(std::uint64_t parent, const std::string& name) override {
    all.push_back(std::to_string(parent) + "/" + name);
    if (when_named) when_named();
  }
  std::vector<std::string> all;
  std::function<void()> when_named;
};

struct KernelNoticesTest : ::testing::Test {
  std::vector<std::string> written() {
    simulation.run_for(1s);
    return std::exchange(writer->all, {});
  }
  Simulation simulation{1};
  SimulatedWorld& world = simulation.add_host("client", "10.0.0.1").start_process("mount");
  std::shared_ptr<Written> writer = std::make_shared<Written>();
  KernelNotices notices{world, writer};
};

using Texts = std::vector<std::string>;

TEST_F(KernelNoticesTest, TheSameIsWrittenOnce) {
  for (int time = 0; time < 3; ++time) {
    notices.forget_attributes(7);
    notices.forget_name(1, "a");
    notices.forget_pages(7);
  }
  EXPECT_TRUE(writer->all.empty()) << "the loop writes nothing";
  EXPECT_EQ(written(), (Texts{"attributes 7", "1/a", "pages 7"}));
  notices.forget_attributes(7);
  EXPECT_EQ(written(), Texts{"attributes 7"});
}

TEST_F(KernelNoticesTest, WhatComesWhileAWorkerWritesFollows) {
  writer->when_named = [this] {
    writer->when_named = nullptr;
    notices.forget_name(1, "a");
    notices.forget_pages(9);
  };
  notices.forget_name(1, "a");
  EXPECT_EQ(written(), (Texts{"1/a", "1/a", "pages 9"}));
}

}  // namespace
}  // namespace mortar::fuse
