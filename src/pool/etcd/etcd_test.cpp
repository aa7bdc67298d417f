#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

#include "pool/etcd/etcd_test_support.h"

namespace mortar {
namespace {

using namespace std::chrono_literals;

class EtcdTest : public EtcdPoolTest {
 protected:
  EtcdProcess& add_member() { return add_member(authority_); }
  EtcdProcess& add_member(const Authority& authority) {
    members_.push_back(std::make_unique<EtcdProcess>(*world_, make_settings("server", authority)));
    return *members_.back();
  }

  void TearDown() override {
    for (const auto& member : members_) EXPECT_TRUE(run(member->stop()));
  }

  // Repeats what is refused for the moment.
  template <class T>
  Task<T> patiently(std::function<Task<T>()> ask) {
    for (;;) {
      Result<T> answer = co_await ask();
      if (answer || answer.error().number() != EBUSY) co_return answer;
      co_await tried(world_->sleep(200ms));
    }
  }

  // Lets it in, waits until it has caught up, and gives it a vote.
  Task<> join(EtcdProcess& member, EtcdProcess& through) {
    EtcdGateway gateway(*world_, through.address());
    const std::uint64_t id =
        co_await tried(patiently<std::uint64_t>([&gateway, &member] { return gateway.add_learner(member.url()); }));
    std::vector<GroupMember> members = co_await tried(gateway.members());
    co_await tried(member.start(std::move(members)));
    co_await tried(member.answering(start_limit));
    co_await tried(patiently<Done>([&gateway, id] { return gateway.promote(id); }));
    co_return done;
  }

  std::vector<std::unique_ptr<EtcdProcess>> members_;
};

TEST_F(EtcdTest, TheRegisterSwapsReadsAndWatches) {
  EtcdProcess& member = add_member();
  EXPECT_FALSE(member.has_data());
  EtcdRegister kept(*world_, member.address());
  EXPECT_EQ(run(kept.read()).error().number(), ENOTCONN);
  ASSERT_TRUE(member.start({}));
  ASSERT_TRUE(run(member.answering(start_limit)));
  EXPECT_TRUE(member.has_data());
  EXPECT_EQ(*run(kept.read()), Document{});
  EXPECT_EQ(run(kept.swap(41, "too early")).error().number(), EAGAIN);

  ASSERT_TRUE(run(kept.found(Document{41, "first"})));
  ASSERT_TRUE(run(kept.found(Document{77, "repeated, and nothing happens"})));
  const Document first = *run(kept.read());
  EXPECT_EQ(first.text, "first");
  EXPECT_GT(first.version, 41u);

  EtcdRegister other(*world_, member.address());
  EXPECT_EQ(run(other.swap(41, "too late")).error().number(), EAGAIN);
  const Result<std::uint64_t> second = run(other.swap(first.version, "second"));
  ASSERT_TRUE(second);
  EXPECT_GT(*second, first.version);
  EXPECT_EQ(run(kept.swap(first.version, "too late")).error().number(), EAGAIN);
  EXPECT_EQ(*run(kept.watch(first.version)), (Document{*second, "second"}));

  const auto later = [](RealWorld& world, Register& changed, std::uint64_t version) -> Task<> {
    co_await tried(world.sleep(300ms));
    co_await tried(changed.swap(version, "third"));
    co_return done;
  };
  world_->background().start(later(*world_, other, *second));
  const Result<Document> third = run(kept.watch(*second));
  ASSERT_TRUE(third);
  EXPECT_EQ(third->text, "third");

  const std::string large(3 << 20, 'x');
  const Result<std::uint64_t> fourth = run(kept.swap(third->version, large));
  ASSERT_TRUE(fourth);
  EXPECT_EQ(run(other.read())->text, large);
}

TEST_F(EtcdTest, AKilledMemberComesBackWithWhatItAnswered) {
  EtcdProcess& member = add_member();
  EtcdRegister kept(*world_, member.address());
  ASSERT_TRUE(member.start({}));
  ASSERT_TRUE(run(member.answering(start_limit)));
  ASSERT_TRUE(run(kept.found(Document{1, "kept"})));
  const std::string pid = *world_->files().read_file(folder_ / "1/pid");
  ASSERT_TRUE(world_->processes().signal(std::stoi(pid), 9));
  ASSERT_TRUE(run(member.answering(start_limit)));
  EXPECT_EQ(run(kept.read())->text, "kept");
  // Another glusterd finds the process and takes it over.
  EtcdProcess next(*world_, EtcdSettings{.folder = folder_ / "1", .log_file = folder_ / "1/log"});
  ASSERT_TRUE(next.start({}));
  EXPECT_EQ(next.wipe().error().number(), EBUSY);
  ASSERT_TRUE(run(member.stop()));
  ASSERT_TRUE(run(next.stop()));
  EXPECT_TRUE(next.wipe());
  EXPECT_FALSE(next.has_data());
}

TEST_F(EtcdTest, GrowsAndShrinksAndNeedsAMajority) {
  EtcdProcess& first = add_member();
  ASSERT_TRUE(first.start({}));
  ASSERT_TRUE(run(first.answering(start_limit)));
  EtcdRegister kept(*world_, first.address());
  ASSERT_TRUE(run(kept.found(Document{5, "grown"})));
  for (int count = 0; count < 2; ++count) {
    const Result<Done> joined = run(join(add_member(), first));
    ASSERT_TRUE(joined) << joined.error().sentence();
  }
  EtcdRegister third(*world_, members_[2]->address());
  // The member itself may be the last to hear that it votes.
  auto read = run(third.read());
  for (int tries = 0; !read && tries < 100; ++tries) {
    ASSERT_TRUE(run(world_->sleep(std::chrono::milliseconds(50))));
    read = run(third.read());
  }
  ASSERT_TRUE(read) << read.error().sentence();
  EXPECT_EQ(read->text, "grown");
  EtcdGateway gateway(*world_, first.address());
  const auto members = run(gateway.members());
  ASSERT_TRUE(members);
  EXPECT_EQ(members->size(), 3u);
  for (const GroupMember& member : *members) EXPECT_FALSE(member.learner);

  // One of three may be away.
  ASSERT_TRUE(run(members_[1]->stop()));
  Document document = *run(third.read());
  const Result<std::uint64_t> changed = run(third.swap(document.version, "by two of three"));
  ASSERT_TRUE(changed) << changed.error().sentence();
  // Its place is taken away; then it is gone for good.
  const auto lost = std::ranges::find(*members, "server2", &GroupMember::name);
  ASSERT_TRUE(run(gateway.remove(lost->id)));
  EXPECT_EQ(run(gateway.remove(lost->id)).error().number(), ENOENT);
  EXPECT_EQ(run(gateway.members())->size(), 2u);

  // One of two is not enough: nothing is read or changed, and the member says that it has no leader.
  ASSERT_TRUE(run(first.stop()));
  EXPECT_EQ(run(third.swap(*changed, "alone")).error().number(), ETIMEDOUT);
  EtcdGateway alone(*world_, members_[2]->address());
  EXPECT_EQ(run(alone.status())->leader, 0u);
  ASSERT_TRUE(first.start({}));
  const auto comes_back = [](RealWorld& world, Register& read) -> Task<Document> {
    for (;;) {
      Result<Document> found = co_await read.read();
      if (found) co_return found;
      co_await tried(world.sleep(200ms));
    }
  };
  document = *run(comes_back(*world_, third));
  EXPECT_TRUE(document.text == "alone" || document.text == "by two of three") << document.text;
}

TEST_F(EtcdTest, AStrangersCertificateDoesNotLetAMemberIn) {
  EtcdProcess& first = add_member();
  ASSERT_TRUE(first.start({}));
  ASSERT_TRUE(run(first.answering(start_limit)));
  EtcdGateway gateway(*world_, first.address());
  EtcdProcess& stranger = add_member(*make_authority(pool_, seed()));
  ASSERT_TRUE(run(gateway.add_learner(stranger.url())));
  ASSERT_TRUE(stranger.start(*run(gateway.members())));
  EXPECT_EQ(run(stranger.answering(3s)).error().number(), ETIMEDOUT);
  EXPECT_TRUE(run(gateway.members())->back().name.empty() || run(gateway.members())->front().name.empty());
}

}  // namespace
}  // namespace mortar
