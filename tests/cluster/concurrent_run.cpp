#include "history.h"
#include "volume_checks.h"
#include "volume_run.h"
#include "watch.h"

namespace mortar::sim {

namespace {

using namespace std::chrono_literals;

// Longer than a client lets an operation wait.
constexpr Duration longest_operation = 40min;
constexpr Duration between_write_backs = 200ms;
constexpr Duration longest_thought = 8ms;
// Until users rest after a fault.
constexpr Duration longest_rush = 500ms;
// How long a user leaves it alone who was told that the volume is not there.
constexpr Duration longest_sulk = 2s;

class ConcurrentRun : public VolumeRun {
 public:
  using VolumeRun::VolumeRun;

 private:
  void begin(const Snapshot& start) override {
    history_ = std::make_unique<History>(start, volume_.bricks() == 1);
    if (volume_.volume().type == VolumeType::replicate) history_->has_copies();
    write_back();
    if (plan_.outlives_power_cuts) {
      faults_.on_power_cut = [this] { history_->copy_loses_power(); };
    } else {
      faults_.on_power_cut = [this] { history_->power_fails(); };
      faults_.on_power_back = [this] { history_->power_is_back(); };
    }
    // What has no name is not healed, so a copy that missed something of it may be the only one that is there.
    if (is_without_quorum()) history_->leave_out_nameless();
    Habits habits = Habits::random(random_);
    habits.in_blocks = true;
    habits.waits_for_locks = random_.chance(0.5);
    if (plan_.outlives_power_cuts && random_.chance(0.5)) habits.leave_content_alone();
    for (std::size_t index = 0; index < volume_.clients(); ++index) {
      watches_.push_back(std::make_unique<Watch<History>>(index, volume_, *history_, log_));
      RandomUser::ListingSink sink{
          [this] { return history_->begins(); },
          [this](std::uint64_t begun, const Gfid& directory, const std::set<std::string>& names) {
            history_->saw_listing(begun, directory, names);
          }};
      users_.push_back(std::make_unique<RandomUser>(index, *watches_.back(), random_.split(), habits, std::move(sink)));
    }
  }

  bool is_without_quorum() const { return volume_.volume().options.find("cluster.quorum-type") == "none"; }

  std::string judge(const Result<Done>& acted) override {
    if (!acted) return acted.error().sentence();
    std::string failure = history_->judge();
    return failure.empty() ? judge_the_end(volume_, !history_->was_torn()) : failure;
  }

  void close() override {
    beside_.cancel();
    watches_.clear();
  }

  Task<> act() override {
    TaskSet working;
    for (std::size_t user = 0; user < users_.size(); ++user) working.start(use(user, random_.split()));
    // Bricks whose copies outlive a power cut see to it themselves that not too much is lost.
    if (!plan_.outlives_power_cuts) beside_.start(write_back_again_and_again());
    beside_.start(make_faults(random_.split()));
    co_await tried(working.finished());
    is_over_ = true;
    co_await tried(beside_.finished());
    if (!failure_.empty()) co_return failed(EIO, failure_);
    co_await tried(fix_layouts());
    co_await tried(heal_copies());
    co_await tried(look_at_everything());
    co_return done;
  }

  Task<> use(std::size_t user, Random random) {
    for (std::size_t number = plan_.operations / users_.size(); number > 0; --number) {
      while (is_resting_) {
        co_await pass_time(volume_.simulation(), longest_thought);
      }
      const Result<Done> acted =
          co_await with_deadline(volume_.client(user).world(), longest_operation, users_[user]->act());
      if (!acted && acted.error().number() == ETIMEDOUT && failure_.empty()) failure_ = "an operation does not end";
      const bool sulks = !acted && History::is_outage(acted.error());
      const Duration longest = sulks ? longest_sulk : longest_thought;
      const Duration pause(random.below(static_cast<std::uint64_t>(longest.count())));
      if (sulks || random.chance(0.5)) {
        co_await pass_time(volume_.simulation(), pause);
      }
    }
    co_await users_[user]->close([](const Gfid&, bool) { return true; });
    co_return done;
  }

  void write_back() {
    all_bricks_write_back();
    history_->written_back();
  }

  Task<> write_back_again_and_again() {
    while (!is_over_) {
      co_await tried(pass_time(volume_.simulation(), between_write_backs));
      if (!faults_.has_begun()) write_back();
    }
    co_return done;
  }

  Task<> make_faults(Random random) {
    // An operation with its pauses takes some milliseconds, and every user does one at a time.
    const double pause = plan_.faults > 0 ? 5e6 / plan_.faults / static_cast<double>(users_.size()) : 0;
    while (plan_.faults > 0 && !is_over_) {
      co_await tried(pass_time(volume_.simulation(), Duration(random.below(static_cast<std::uint64_t>(2 * pause)))));
      if (is_over_) break;
      faults_.begin();
      history_->fault_begins();
      co_await tried(faults_.end());
      Result<Done> connected = co_await until_connected(volume_);
      if (!connected && failure_.empty()) failure_ = connected.error().sentence();
      history_->fault_ends();
      co_await tried(rest(random));
    }
    co_return done;
  }

  Task<> rest(Random& random) {
    if (plan_.rest == Duration::zero()) co_return done;
    co_await tried(pass_time(volume_.simulation(), Duration(random.below(longest_rush.count()))));
    is_resting_ = true;
    co_await tried(pass_time(volume_.simulation(), plan_.rest));
    is_resting_ = false;
    co_return done;
  }

  // What was held up on the way has arrived by then, and all see the same.
  Task<> look_at_everything() {
    co_await tried(pass_time(volume_.simulation(), 5s));
    // Directories that a fault left half done are put in order as they are looked at.
    co_await take_snapshot(volume_.client(0).top(), random_.split());
    std::optional<Snapshot> first;
    for (std::size_t index = 0; index < volume_.clients(); ++index) {
      Snapshot snapshot = co_await tried(take_snapshot(volume_.client(index).top(), random_.split()));
      if (!snapshot.contradictions.empty()) co_return failed(EIO, snapshot.contradictions.front());
      for (const Snapshot::Stray& stray : snapshot.strays) {
        if (!history_->may_be_stray(stray.parent, stray.name)) co_return failed(EIO, stray.sentence);
      }
      history_->saw_end(snapshot);
      if (first && !(first->tree == snapshot.tree)) co_return failed(EIO, "the clients do not see the same in the end");
      if (!first) first = std::move(snapshot);
    }
    // Locks of what was put in order are kept for a second.
    co_await tried(pass_time(volume_.simulation(), 5s));
    co_return done;
  }

  std::unique_ptr<History> history_;
  std::vector<std::unique_ptr<Watch<History>>> watches_;
  bool is_over_ = false;
  bool is_resting_ = false;
  std::string failure_;
  TaskSet beside_;
};

}  // namespace

RunReport run_at_once(std::uint64_t seed, const RunPlan& plan) { return ConcurrentRun(seed, plan).run(); }

}  // namespace mortar::sim
