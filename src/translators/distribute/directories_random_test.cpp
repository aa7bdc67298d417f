// Several clients make, remove and look for the same directories at once, some die, bricks go away for a while. In the
// end every name is one directory on all bricks, or none.
#include "translators/distribute/directories_test_support.h"

namespace mortar {
namespace {

using namespace testing;

class Turmoil {
 public:
  explicit Turmoil(std::uint64_t seed, bool bricks_go)
      : random_(seed), bricks_go_(bricks_go), lab_(2 + seed % 3, {}, seed) {
    EXPECT_TRUE(lab_.client().lookup(root_gfid));
    parent_ = lab_.client().mkdir(root_gfid, "p")->iatt.gfid;
    clients_.push_back(&lab_.client());
    for (int more = 0; more < 2; ++more) clients_.push_back(&lab_.add_client());
    for (DistributeClient* client : clients_) EXPECT_TRUE(client->lookup(root_gfid, "p"));
  }

  void run() {
    for (int turn = 0; turn < 60; ++turn) {
      DistributeClient*& client = clients_[random_.below(clients_.size())];
      begin_something(*client);
      lab_.simulation().run_for(std::chrono::microseconds(random_.below(3000)));
      if (random_.chance(0.05)) {
        client->die();
        client = &lab_.add_client();
      }
      if (bricks_go_ && random_.chance(0.05)) toggle(random_.below(lab_.bricks()));
    }
    for (std::size_t brick = 0; brick < lab_.bricks(); ++brick) {
      if (!lab_.brick(brick).is_there()) lab_.brick(brick).come_back();
    }
    lab_.simulation().run_for(std::chrono::seconds(20));
  }

  void check_outcomes() {
    for (const auto& made : made_) {
      if (*made && !**made) expect_any((*made)->error(), {EEXIST}, {ENOTCONN, EIO});
    }
    for (const auto& removed : removed_) {
      if (*removed && !**removed) expect_any((*removed)->error(), {ENOENT}, {ENOTCONN, EIO});
    }
    for (const auto& looked : looked_) {
      // ESTALE: another directory took its place while it was looked at.
      if (*looked && !**looked) expect_any((*looked)->error(), {ENOENT, ESTALE}, {ENOTCONN});
    }
  }

  void check_directories() {
    DistributeClient& heir = lab_.add_client();
    ASSERT_TRUE(heir.lookup(root_gfid));
    ASSERT_TRUE(heir.lookup(root_gfid, "p"));
    EXPECT_ALIKE(lab_, "p");
    for (const char* name : names_) {
      const std::string path = std::string("p/") + name;
      Result<fop::Lookup::Reply> found = heir.lookup(parent_, name);
      if (!found) {
        EXPECT_EQ(found.error().number(), ENOENT) << name;
        // What a brick did not hear while it was away comes back with it.
        if (!bricks_go_) EXPECT_TRUE(lab_.is_nowhere(path)) << name;
        const Result<fop::Made> made = heir.mkdir(parent_, name);
        if (!made) EXPECT_EQ(made.error().number(), EEXIST) << name;
        lab_.settle();
        found = heir.lookup(parent_, name);
      }
      EXPECT_TRUE(found) << name << ": " << found.error().sentence();
      EXPECT_ALIKE(lab_, path);
      EXPECT_TRUE(heir.rmdir(parent_, name)) << name;
      EXPECT_TRUE(lab_.is_nowhere(path));
    }
  }

 private:
  template <class Operation>
  using Outcomes = std::vector<std::shared_ptr<std::optional<Result<typename Operation::Reply>>>>;

  void expect_any(const Error& error, std::initializer_list<int> always, std::initializer_list<int> without_bricks) {
    const auto is_in = [&](const std::initializer_list<int>& numbers) {
      return std::ranges::find(numbers, error.number()) != numbers.end();
    };
    EXPECT_TRUE(is_in(always) || (bricks_go_ && is_in(without_bricks))) << error.sentence();
  }

  void begin_something(DistributeClient& client) {
    const std::string name = names_[random_.below(std::size(names_))];
    const std::uint64_t what = random_.below(3);
    if (what == 0) {
      fop::Mkdir mkdir{.parent = parent_, .mode = 0755, .name = name};
      mkdir.xdata.set("gfid-req", client.world().random_gfid());
      made_.push_back(client.begin(mkdir));
    } else if (what == 1) {
      removed_.push_back(client.begin(fop::Rmdir{.parent = parent_, .name = name}));
    } else {
      looked_.push_back(client.begin(fop::Lookup{.parent = parent_, .name = name}));
    }
  }
  void toggle(std::size_t brick) {
    if (lab_.brick(brick).is_there()) {
      lab_.brick(brick).go_away();
    } else {
      lab_.brick(brick).come_back();
    }
  }

  static constexpr const char* names_[] = {"x", "y"};
  Random random_;
  const bool bricks_go_;
  DistributeLab lab_;
  Gfid parent_;
  std::vector<DistributeClient*> clients_;
  Outcomes<fop::Mkdir> made_;
  Outcomes<fop::Rmdir> removed_;
  Outcomes<fop::Lookup> looked_;
};

TEST(DirectoriesAtRandom, EachNameIsOneDirectoryOrNone) {
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    SCOPED_TRACE(seed);
    Turmoil turmoil(seed, false);
    turmoil.run();
    turmoil.check_outcomes();
    turmoil.check_directories();
  }
}

TEST(DirectoriesAtRandom, AlsoWhereBricksGoAndComeBack) {
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    SCOPED_TRACE(seed);
    Turmoil turmoil(seed, true);
    turmoil.run();
    turmoil.check_outcomes();
    turmoil.check_directories();
  }
}

}  // namespace
}  // namespace mortar
