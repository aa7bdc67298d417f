#include "translators/client/leaf_offsets.h"

#include <gtest/gtest.h>

#include <bit>
#include <map>

#include "base/random.h"
#include "simulation/simulation.h"
#include "translators/client/protocol_client.h"
#include "translators/server/server.h"
#include "translators/testing.h"

namespace mortar {
namespace {

using leaf_offsets::child_of;
using leaf_offsets::fold;
using leaf_offsets::leaf_of;
using leaf_offsets::unfold;

constexpr std::uint64_t one = 1;

TEST(LeafOffsets, SmallOnesAreMultiplied) {
  EXPECT_EQ(fold(5, 2, 3), 17U);
  EXPECT_EQ(unfold(17, 3), 5U);
  EXPECT_EQ(leaf_of(17, 3), 2U);
  // Of three leaves the number needs two bits: everything below 2^60 is small.
  EXPECT_EQ(fold((one << 60) - 1, 2, 3), ((one << 60) - 1) * 3 + 2);
}

TEST(LeafOffsets, LargeOnesLoseTheirLowestBits) {
  EXPECT_EQ(fold(one << 60, 2, 3), one << 62 | one << 59 | 2);
  EXPECT_EQ(unfold(one << 62 | one << 59 | 2, 3), one << 60);
  const std::uint64_t cookie = 0x5123456789abcdef;
  EXPECT_EQ(fold(cookie, 1, 2), 0x6891a2b3c4d5e6f7U);
  EXPECT_EQ(unfold(0x6891a2b3c4d5e6f7, 2), cookie & ~std::uint64_t{3});
  EXPECT_EQ(leaf_of(0x6891a2b3c4d5e6f7, 2), 1U);
}

TEST(LeafOffsets, StartAndEndStay) {
  for (const std::uint32_t leaves : {1U, 2U, 3U, 64U, 65536U}) {
    for (const std::uint64_t offset : {std::uint64_t{0}, ~std::uint64_t{0}}) {
      EXPECT_EQ(fold(offset, leaves - 1, leaves), offset);
      EXPECT_EQ(unfold(offset, leaves), offset);
    }
  }
}

TEST(LeafOffsets, WithOneLeafNothingChanges) {
  Random random(3);
  for (int round = 0; round < 1000; ++round) {
    const std::uint64_t offset = random.next();
    EXPECT_EQ(fold(offset, 0, 1), offset);
    EXPECT_EQ(unfold(offset, 1), offset);
    EXPECT_EQ(leaf_of(offset, 1), 0U);
  }
}

TEST(LeafOffsets, ComeBackAsTheyWere) {
  Random random(4);
  for (int round = 0; round < 200000; ++round) {
    const auto leaves = static_cast<std::uint32_t>(2 + random.below(random.chance(0.5) ? 8 : 65535));
    const auto leaf = static_cast<std::uint32_t>(random.below(leaves));
    // What file systems use: up to 63 bits.
    const std::uint64_t offset = random.next() >> (1 + random.below(62));
    if (offset == 0) continue;
    const std::uint64_t folded = fold(offset, leaf, leaves);
    ASSERT_LT(folded, one << 63);
    ASSERT_EQ(leaf_of(folded, leaves), leaf);
    const int bits = std::bit_width(leaves - 1);
    const bool small = offset < one << (62 - bits);
    const std::uint64_t lost = small ? 0 : (one << (bits + 1)) - 1;
    ASSERT_EQ(unfold(folded, leaves), offset & ~lost) << offset << " of " << leaves;
    // The position that is asked for is the one that is shown.
    if (unfold(folded, leaves) != 0) ASSERT_EQ(fold(unfold(folded, leaves), leaf, leaves), folded);
  }
}

TEST(LeafOffsets, KeepTheOrderOfALeaf) {
  Random random(5);
  for (int round = 0; round < 20000; ++round) {
    const auto leaves = static_cast<std::uint32_t>(2 + random.below(100));
    const auto leaf = static_cast<std::uint32_t>(random.below(leaves));
    const std::uint64_t first = random.next() >> (1 + random.below(62));
    const std::uint64_t second = random.next() >> (1 + random.below(62));
    const auto [less, more] = std::minmax(first, second);
    ASSERT_LE(fold(less, leaf, leaves), fold(more, leaf, leaves));
  }
}

// Two bricks on one simulated server, seen through a graph of two clients.
class TwoLeaves : public ::testing::Test {
 protected:
  void TearDown() override {
    if (graph_) EXPECT_TRUE(simulation_.run(graph_->stop()).has_value());
    graph_.reset();
  }

  static Task<> serve(World& world, Translator& brick, std::uint16_t port) {
    VolumeSection section{"server", "protocol/server", {}, {}};
    section.set_option("listen-port", std::to_string(port));
    section.set_option("auth.addr.leaf.allow", "*");
    std::unique_ptr<Translator> server = co_await tried(ProtocolServer::make(world, section));
    server->add_child(brick);
    co_await tried(server->start());
    Event never;
    co_await never.wait();
    co_return done;
  }
  static VolumeSection client(int number) {
    VolumeSection section{"client-" + std::to_string(number), "protocol/client", {}, {}};
    section.set_option("remote-host", "server");
    section.set_option("remote-port", std::to_string(49152 + number));
    section.set_option("remote-subvolume", "leaf");
    return section;
  }
  void build(int clients) {
    for (int number = 0; number < clients; ++number) {
      testing::FakeLeaf& brick = bricks_[number];
      brick.answer<fop::Opendir>([](const Call&, const fop::Opendir& open) {
        fop::Opened reply;
        reply.fd.open = std::make_shared<Descriptor>(open.gfid, 0, true);
        return reply;
      });
      brick.answer<fop::Readdir>([](const Call&, const fop::Readdir&) { return listed<fop::Readdir, Entry>(); });
      brick.answer<fop::Readdirp>([](const Call&, const fop::Readdirp&) { return listed<fop::Readdirp, EntryPlus>(); });
      server_.start(serve(server_, brick, static_cast<std::uint16_t>(49152 + number)));
    }
    Volfile volfile;
    VolumeSection top{"top", "test/top", {}, {}};
    for (int number = 0; number < clients; ++number) {
      volfile.sections.push_back(client(number));
      top.subvolumes.push_back(volfile.sections.back().name);
    }
    volfile.sections.push_back(top);
    const TranslatorTypes types{
        {"protocol/client", ProtocolClient::maker()},
        {"test/top", [](World&, const VolumeSection&) { return std::make_unique<testing::NoticeBoard>(); }}};
    Result<std::unique_ptr<Graph>> built = Graph::build(client_, volfile, types);
    ASSERT_TRUE(built) << built.error().sentence();
    graph_ = std::move(*built);
    ASSERT_TRUE(simulation_.run(graph_->start()).has_value());
  }
  template <class Operation, class Entry>
  static typename Operation::Reply listed() {
    typename Operation::Reply reply;
    for (const std::uint64_t offset : {std::uint64_t{7}, one << 62}) {
      Entry entry;
      entry.name = "name";
      entry.offset = offset;
      reply.entries.elements.push_back(entry);
    }
    reply.op_ret = 2;
    return reply;
  }
  template <class Operation>
  Result<typename Operation::Reply> ask(int number, Operation operation) {
    Translator& leaf = *graph_->top().children()[static_cast<std::size_t>(number)];
    return simulation_.run(leaf.perform(call_, operation), std::chrono::minutes(1));
  }
  // The position that the brick was asked for, and those that its client showed.
  template <class Operation>
  std::pair<std::uint64_t, std::vector<std::uint64_t>> list(int number, std::uint64_t offset) {
    const Result<fop::Opened> opened = ask(number, fop::Opendir{.gfid = root_gfid});
    EXPECT_TRUE(opened);
    if (!opened) return {};
    const Result<typename Operation::Reply> reply =
        ask(number, Operation{.gfid = root_gfid, .fd = opened->fd, .offset = offset, .size = 4096});
    EXPECT_TRUE(reply);
    std::vector<std::uint64_t> shown;
    if (reply) {
      for (const auto& entry : reply->entries.elements) shown.push_back(entry.offset);
    }
    return {bricks_[number].template asked<Operation>().back().second.offset, shown};
  }

  Simulation simulation_{7};
  SimulatedWorld& server_ = simulation_.add_host("server", "10.0.0.1").start_process("glusterfsd");
  SimulatedWorld& client_ = simulation_.add_host("client", "10.0.0.2").start_process("glusterfs");
  std::map<int, testing::FakeLeaf> bricks_;
  std::unique_ptr<Graph> graph_;
  Call call_;
};

TEST_F(TwoLeaves, ShowPositionsWithTheirNumberAndAskForTheirOwn) {
  build(2);
  using Listed = std::pair<std::uint64_t, std::vector<std::uint64_t>>;
  const std::uint64_t large = one << 62 | one << 61;
  EXPECT_EQ(list<fop::Readdir>(0, 0), Listed(0, {14, large}));
  EXPECT_EQ(list<fop::Readdir>(1, 0), Listed(0, {15, large | 1}));
  EXPECT_EQ(list<fop::Readdir>(1, 15), Listed(7, {15, large | 1}));
  EXPECT_EQ(list<fop::Readdirp>(0, 14), Listed(7, {14, large}));
  EXPECT_EQ(list<fop::Readdirp>(1, large | 1), Listed(one << 62, {15, large | 1}));

  EXPECT_EQ(child_of(graph_->top(), 14), 0U);
  EXPECT_EQ(child_of(graph_->top(), 15), 1U);
  EXPECT_EQ(child_of(graph_->top(), large | 1), 1U);
}

TEST_F(TwoLeaves, OfWhichOneIsAloneShowsWhatTheBrickSaid) {
  build(1);
  using Listed = std::pair<std::uint64_t, std::vector<std::uint64_t>>;
  EXPECT_EQ(list<fop::Readdir>(0, 7), Listed(7, {7, one << 62}));
  EXPECT_EQ(list<fop::Readdirp>(0, one << 62), Listed(one << 62, {7, one << 62}));
  EXPECT_EQ(child_of(graph_->top(), 15), 0U);
}

TEST(LeafOffsets, BelongToTheChildAboveTheirLeaf) {
  testing::NoticeBoard top, left, right;
  testing::FakeLeaf first, second, third;
  left.add_child(first);
  left.add_child(second);
  right.add_child(third);
  top.add_child(left);
  top.add_child(right);
  number_leaves(top);
  EXPECT_EQ(child_of(top, fold(9, 0, 3)), 0U);
  EXPECT_EQ(child_of(top, fold(9, 1, 3)), 0U);
  EXPECT_EQ(child_of(top, fold(9, 2, 3)), 1U);
  EXPECT_EQ(child_of(left, fold(9, 1, 3)), 1U);
  EXPECT_EQ(child_of(left, fold(9, 2, 3)), 0U);             // of another subtree
  EXPECT_EQ(child_of(top, one << 62 | one << 40 | 3), 0U);  // there is no leaf of this number
}

}  // namespace
}  // namespace mortar
