// Bugs that are planted into voters and disks, to show that the checkers of random pools see them.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "pool/document.h"
#include "pool_run.h"

namespace mortar::sim {
namespace {

enum class Bug {
  forgotten_copy,   // what a server knows is not on its disk
  refused_unknown,  // a swap whose end is unknown is taken for one that was refused
  lost_swap,        // a swap is answered and not done
  hasty_wipe,       // a voter wipes what it kept before the others have let it go
};

struct Plan {
  Bug bug;
  std::size_t done = 0;  // how often it struck
};

class PlantedVoter final : public Voter, private Register {
 public:
  PlantedVoter(std::unique_ptr<Voter> under, SimulatedWorld& world, std::shared_ptr<Plan> plan)
      : under_(std::move(under)), world_(world), plan_(std::move(plan)) {}

  void belong_to(const Gfid& server) override {
    server_ = server;
    under_->belong_to(server);
  }
  void be_reached_at(const std::string& host) override { under_->be_reached_at(host); }
  std::string url_of(const std::string& host) const override { return under_->url_of(host); }
  bool has_data() const override { return under_->has_data(); }
  Task<> start(Gfid pool, std::vector<GroupMember> members) override { return under_->start(pool, std::move(members)); }
  Task<> answering(std::chrono::seconds limit) override { return under_->answering(limit); }
  Task<> stop() override { return under_->stop(); }
  Result<Done> wipe() override { return under_->wipe(); }
  Task<> found(Document document) override { return under_->found(std::move(document)); }
  Register& documents() override { return *this; }
  Task<Document> own_copy() override { return documents().read(); }
  Task<VoterStatus> status() override { return under_->status(); }
  Task<std::vector<GroupMember>> members() override { return under_->members(); }
  Task<std::uint64_t> let_in(std::string url) override { return under_->let_in(std::move(url)); }
  Task<> promote(std::uint64_t id) override { return under_->promote(id); }
  Task<> remove(std::uint64_t id) override { return under_->remove(id); }
  Task<> relocate(std::uint64_t id, std::string url) override { return under_->relocate(id, std::move(url)); }

 private:
  Task<Document> read() override { return under_->documents().read(); }
  Task<std::uint64_t> swap(std::uint64_t expected, std::string text) override {
    if (plan_->bug == Bug::lost_swap && world_.random_number() % 8 == 0) {
      ++plan_->done;
      co_return expected + 1;
    }
    const Result<std::uint64_t> swapped = co_await under_->documents().swap(expected, std::move(text));
    const bool is_unknown = !swapped && swapped.error().number() == ETIMEDOUT;
    if (plan_->bug != Bug::refused_unknown || !is_unknown) co_return swapped;
    ++plan_->done;
    co_return failed(EIO, "the voters do not answer");
  }
  Task<Document> watch(std::uint64_t after) override {
    Document document = co_await tried(under_->documents().watch(after));
    const Pool pool = co_await tried(parse_pool(document.text));
    const Server* own = pool.server(server_);
    if (plan_->bug == Bug::hasty_wipe && own != nullptr && !own->votes) {
      ++plan_->done;
      co_await tried(under_->stop());
      co_await tried(under_->wipe());
    }
    co_return document;
  }

  const std::unique_ptr<Voter> under_;
  SimulatedWorld& world_;
  const std::shared_ptr<Plan> plan_;
  Gfid server_;
};

struct Outcome {
  int struck = 0;
  int found = 0;
};

Outcome runs_with(Bug bug, PoolPlan plan, std::uint64_t seeds) {
  Outcome outcome;
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    auto planted = std::make_shared<Plan>(Plan{.bug = bug});
    plan.shape.server.planted = [planted](std::unique_ptr<Voter> under, VoterGroups&, SimulatedWorld& world) {
      return std::make_unique<PlantedVoter>(std::move(under), world, planted);
    };
    if (bug == Bug::forgotten_copy) {
      plan.shape.server.failing = [planted](const DiskCall& call) {
        const bool is_copy = call.modifying && call.text.find("/mortar/copy/document") != std::string_view::npos;
        planted->done += is_copy ? 1 : 0;
        return is_copy ? EIO : 0;
      };
    }
    const PoolReport report = run_pool(seed, plan);
    if (planted->done == 0) continue;
    ++outcome.struck;
    outcome.found += report.failure.empty() ? 0 : 1;
  }
  return outcome;
}

// At least this share of the runs in which it struck.
void expect_found(const Outcome& outcome, double share, const std::string& what) {
  EXPECT_GE(outcome.struck, 3) << what;
  EXPECT_GE(outcome.found, share * outcome.struck) << what << ": " << outcome.found << " of " << outcome.struck;
  fmt::print("{}: found in {} of {} runs\n", what, outcome.found, outcome.struck);
}

constexpr std::uint64_t few = 12;
constexpr std::uint64_t many = 40;
constexpr std::uint64_t most = 120;  // voters seldom go while their servers stay

TEST(PlantedBugsOfPools, OnesThatShowAtOnce) {
  PoolPlan plan;
  plan.faults = 0;
  expect_found(runs_with(Bug::lost_swap, plan, few), 0.9, "a swap that is answered and not done");
}

TEST(PlantedBugsOfPools, OnesThatNeedAFault) {
  PoolPlan plan;
  plan.faults = 0.5;
  plan.menu = {.kills = false, .power_cuts = false, .partitions = false, .delays = false, .lost_disks = false};
  expect_found(runs_with(Bug::refused_unknown, plan, many), 0.2,
               "a swap of unknown end taken for one that was refused");
  plan.menu = {.power_cuts = false, .partitions = true, .delays = false, .outages = false, .lost_disks = false};
  expect_found(runs_with(Bug::forgotten_copy, plan, many), 0.1, "a copy that is not kept");
}

TEST(PlantedBugsOfPools, OnesOfVoters) {
  PoolPlan plan;
  plan.faults = 0.1;
  expect_found(runs_with(Bug::hasty_wipe, plan, most), 0.1, "a voter that wipes what it kept too soon");
}

}  // namespace
}  // namespace mortar::sim
