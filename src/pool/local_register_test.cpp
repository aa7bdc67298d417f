#include "pool/local_register.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "simulation/simulation.h"

namespace mortar {
namespace {

constexpr const char* folder = "/store/mortar";

std::string text_of(std::uint64_t version) { return fmt::format("the document of version {}\n", version); }

TEST(LocalRegister, SwapsOnlyWhatWasRead) {
  Simulation simulation(1);
  SimulatedWorld& world = simulation.add_host("server", "10.0.0.1").start_process();
  auto opened = LocalRegister::open(world, folder);
  ASSERT_TRUE(opened);
  LocalRegister& kept = **opened;
  EXPECT_EQ(simulation.run(kept.read())->version, 0u);
  EXPECT_FALSE(LocalRegister::exists(world, folder));
  EXPECT_EQ(*simulation.run(kept.swap(0, text_of(1))), 1u);
  EXPECT_TRUE(LocalRegister::exists(world, folder));
  EXPECT_EQ(simulation.run(kept.swap(0, "too late")).error().number(), EAGAIN);
  EXPECT_EQ(*simulation.run(kept.read()), (Document{1, text_of(1)}));
}

TEST(LocalRegister, WatchersSeeTheNextVersion) {
  Simulation simulation(1);
  SimulatedWorld& world = simulation.add_host("server", "10.0.0.1").start_process();
  auto opened = LocalRegister::open(world, folder);
  ASSERT_TRUE(opened);
  const auto watch = [](LocalRegister& watched, std::optional<Document>& seen) -> Task<> {
    seen = co_await tried(watched.watch(0));
    co_return done;
  };
  std::optional<Document> seen;
  world.start(watch(**opened, seen));
  simulation.run_for(std::chrono::seconds(1));
  EXPECT_FALSE(seen);
  EXPECT_TRUE(simulation.run((*opened)->swap(0, text_of(1))));
  simulation.run_for(std::chrono::seconds(1));
  ASSERT_TRUE(seen);
  EXPECT_EQ(seen->version, 1u);
}

// The power fails before every single modifying call, with any part of what was not synced lost.
TEST(LocalRegister, KeepsWhatItAnsweredWhateverTheMoment) {
  bool finished = false;
  for (std::uint64_t moment = 1; !finished; ++moment) {
    ASSERT_LT(moment, 500u);
    Simulation simulation(moment);
    Host& host = simulation.add_host("server", "10.0.0.1");
    bool dead = false;
    host.disk().on_call([&dead, moment](const DiskCall& call) {
      dead = dead || (call.modifying && call.number == moment);
      return dead ? EIO : 0;
    });
    std::uint64_t answered = 0;
    {
      auto opened = LocalRegister::open(host.start_process(), folder);
      while (opened && answered < 5) {
        Result<std::uint64_t> swapped = simulation.run((*opened)->swap(answered, text_of(answered + 1)));
        if (!swapped) break;
        answered = *swapped;
      }
    }
    finished = !dead;
    host.power_off();
    Simulation after(moment);
    Host& same = after.add_host("server", "10.0.0.1");
    same.disk().restore(host.disk().state());
    auto reopened = LocalRegister::open(same.start_process(), folder);
    ASSERT_TRUE(reopened) << moment << ": " << reopened.error().sentence();
    Document document = *after.run((*reopened)->read());
    EXPECT_GE(document.version, answered) << moment;
    EXPECT_LE(document.version, answered + 1) << moment;
    if (document.version != 0) EXPECT_EQ(document.text, text_of(document.version)) << moment;
  }
}

TEST(LocalRegister, ADamagedCopyFallsBackAndTwoAreRefused) {
  Simulation simulation(1);
  Host& host = simulation.add_host("server", "10.0.0.1");
  SimulatedWorld& world = host.start_process();
  auto opened = LocalRegister::open(world, folder);
  ASSERT_TRUE(opened);
  for (std::uint64_t version = 0; version < 3; ++version) {
    ASSERT_TRUE(simulation.run((*opened)->swap(version, text_of(version + 1))));
  }
  const std::string newest = std::string(folder) + "/document.1";
  const std::string older = std::string(folder) + "/document.0";
  std::string content = *host.disk().read_file(newest);
  content.back() = '?';
  ASSERT_TRUE(host.disk().write_file(newest, content));
  auto fallen = LocalRegister::open(world, folder);
  ASSERT_TRUE(fallen);
  EXPECT_EQ(simulation.run((*fallen)->read())->version, 2u);
  EXPECT_NE((*fallen)->damage().find("document.1 is damaged"), std::string::npos) << (*fallen)->damage();
  ASSERT_TRUE(simulation.run((*fallen)->swap(2, text_of(3))));
  EXPECT_EQ((*fallen)->damage(), "");
  ASSERT_TRUE(host.disk().write_file(newest, content));
  ASSERT_TRUE(host.disk().write_file(older, ""));
  EXPECT_EQ(LocalRegister::open(world, folder).error().number(), EIO);
}

}  // namespace
}  // namespace mortar
