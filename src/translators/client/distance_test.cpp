// Bricks that are measured, and rest while they are not wanted.
#include "translators/client/protocol_test_support.h"

namespace mortar {
namespace {

using namespace testing;
using namespace std::chrono_literals;

class DistantBrick : public Protocol {
 protected:
  void start_measured(bool rests) {
    start_client();
    distant().tell_distance([this](std::optional<Duration> distance) { told_.push_back(distance); });
    distant().rest(rests);
  }
  Distant& distant() { return dynamic_cast<Distant&>(*client_); }
  std::vector<std::optional<Duration>> told_;
};

TEST_F(DistantBrick, IsMeasuredBeforeItIsUp) {
  start_server();
  start_measured(false);
  ASSERT_TRUE(until([this] { return !told_.empty(); }));
  EXPECT_EQ(top_->count<notice::ChildUp>(), 0u);
  ASSERT_TRUE(told_[0]);
  EXPECT_GT(*told_[0], Duration());
  EXPECT_LT(*told_[0], 1s);
  ASSERT_TRUE(until([this] { return top_->count<notice::ChildUp>() == 1; }));
  ASSERT_TRUE(until([this] { return told_.size() == 3; }));
  simulation_.network().cut_connections(server_host_, client_host_);
  ASSERT_TRUE(until([this] { return !told_.back(); }));
  ASSERT_TRUE(until([this] { return top_->count<notice::ChildUp>() == 2; }));
  EXPECT_TRUE(told_.back());
}

TEST_F(DistantBrick, MayBeOnThisMachine) {
  start_both();
  EXPECT_FALSE(distant().is_on_this_machine());
  client_.reset();
  Result<std::unique_ptr<Translator>> beside =
      ProtocolClient::maker(process_)(server_host_.start_process("mount"), client_section());
  ASSERT_TRUE(beside);
  client_ = std::move(*beside);
  ASSERT_TRUE(simulation_.run(client_->start()));
  EXPECT_TRUE(until([this] { return distant().is_on_this_machine(); }));
}

TEST_F(DistantBrick, RestsBeforeItIsUsedUntilItIsWanted) {
  start_server();
  start_measured(true);
  ASSERT_TRUE(until([this] { return told_.size() == 4; }));
  EXPECT_EQ(top_->count<notice::ChildUp>(), 0u);
  EXPECT_EQ(top_->count<notice::ChildDown>(), 1u);
  EXPECT_EQ(ask(fop::Stat{root_gfid, {}}).error().number(), ENOTCONN);
  EXPECT_TRUE(server_->clients("/brick").empty());
  const Instant before = simulation_.now();
  distant().rest(false);
  ASSERT_TRUE(until([this] { return top_->count<notice::ChildUp>() == 1; }));
  EXPECT_LT(simulation_.now() - before, 1s);
  EXPECT_TRUE(ask(fop::Stat{root_gfid, {}}));
}

TEST_F(DistantBrick, LetsGoOfAllThatItHasToRest) {
  start_server();
  start_measured(false);
  ASSERT_TRUE(until([this] { return top_->count<notice::ChildUp>() == 1; }));
  const Fd fd = open_file();
  ASSERT_TRUE(ask(lock_of(fd, 0, 10)));
  told_.clear();
  distant().rest(true);
  ASSERT_TRUE(until([this] { return top_->count<notice::ChildDown>() == 1 && !brick_->gone.empty(); }));
  EXPECT_EQ(brick_->releases.size(), 1u);
  ASSERT_TRUE(until([this] { return told_.size() == 3; }));
  EXPECT_TRUE(std::ranges::all_of(told_, [](const auto& distance) { return distance.has_value(); }));
  EXPECT_EQ(top_->count<notice::ChildUp>(), 1u);
  distant().rest(false);
  ASSERT_TRUE(until([this] { return top_->count<notice::ChildUp>() == 2; }));
  EXPECT_EQ(brick_->locks.size(), 2u) << "it has the lock again";
}

TEST_F(DistantBrick, IsNotReachedAnyMoreThoughItRests) {
  start_server();
  start_measured(true);
  ASSERT_TRUE(until([this] { return told_.size() == 2; }));
  simulation_.network().partition(server_host_, client_host_);
  ASSERT_TRUE(until([this] { return !told_.back(); }));
  simulation_.network().heal_all();
  ASSERT_TRUE(until([this] { return told_.back().has_value(); }));
  EXPECT_EQ(top_->count<notice::ChildUp>(), 0u);
}

}  // namespace
}  // namespace mortar
