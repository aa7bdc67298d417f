#include "exact_checker.h"
#include "volume_checks.h"
#include "volume_run.h"
#include "watch.h"

namespace mortar::sim {

namespace {

using namespace std::chrono_literals;

// Longer than a client lets an operation wait.
constexpr Duration longest_operation = 40min;
constexpr std::size_t operations_between_write_backs = 60;

class ExactRun : public VolumeRun {
 public:
  using VolumeRun::VolumeRun;

 private:
  void begin(const Snapshot& start) override {
    const bool one_disk = volume_.bricks() == 1;
    checker_ = std::make_unique<ExactChecker>(start.tree, plan_.exactness, one_disk);
    write_back();
    if (!plan_.outlives_power_cuts) faults_.on_power_cut = [this] { checker_->lost_power(); };
    const Habits habits = Habits::random(random_);
    for (std::size_t index = 0; index < volume_.clients(); ++index) {
      watches_.push_back(std::make_unique<Watch<ExactChecker>>(index, volume_, *checker_, log_));
      const auto listed = [this](std::uint64_t, const Gfid& directory, const std::set<std::string>& names) {
        checker_->saw_listing(directory, names);
      };
      RandomUser::ListingSink sink{[] { return std::uint64_t{0}; }, listed};
      users_.push_back(std::make_unique<RandomUser>(index, *watches_.back(), random_.split(), habits, std::move(sink)));
    }
  }

  std::string judge(const Result<Done>& acted) override {
    if (!checker_->failure().empty()) return checker_->failure();
    if (!acted) return acted.error().sentence();
    return checker_->is_over() ? "" : judge_the_end(volume_, !checker_->was_torn());
  }

  void close() override { watches_.clear(); }

  bool goes_on() const { return checker_->failure().empty() && !checker_->is_over(); }

  Task<> act() override {
    std::size_t left_of_fault = 0;
    for (std::size_t number = 0; number < plan_.operations && goes_on(); ++number) {
      if (!faults_.has_begun() && random_.chance(plan_.faults)) {
        faults_.begin();
        checker_->fault_begins();
        left_of_fault = random_.between(1, 8);
      }
      co_await tried(act_once(random_.below(users_.size())));
      const bool is_over = faults_.has_begun() && (--left_of_fault == 0 || checker_->undecided() >= 3);
      if (is_over && goes_on()) {
        co_await tried(end_fault());
      }
      if (number % operations_between_write_backs == 0 && !faults_.has_begun()) write_back();
    }
    if (goes_on() && faults_.has_begun()) {
      co_await tried(end_fault());
    }
    if (goes_on()) {
      co_await tried(fix_layouts());
      co_await tried(heal_copies());
      co_await tried(close_everything());
      co_await tried(look_at_everything());
    }
    co_return done;
  }

  Task<> act_once(std::size_t user) {
    const Result<Done> acted =
        co_await with_deadline(volume_.client(user).world(), longest_operation, users_[user]->act());
    if (!acted && acted.error().number() == ETIMEDOUT && !faults_.has_begun()) {
      co_return failed(ETIMEDOUT, "an operation does not end");
    }
    co_return done;
  }

  void write_back() {
    all_bricks_write_back();
    checker_->write_back();
    std::set<Gfid> open;
    for (const auto& user : users_) user->add_open(open);
    checker_->forget_removed(open);
  }

  Task<> end_fault() {
    co_await tried(faults_.end());
    co_await tried(until_connected(volume_));
    // What was held up on the way has arrived by then.
    co_await tried(pass_time(volume_.simulation(), 2s));
    const bool lossy = checker_->is_lossy();
    for (const auto& user : users_) {
      co_await tried(user->close(
          [&](const Gfid& gfid, bool has_locks) { return lossy || has_locks || !checker_->is_alive(gfid); }));
    }
    Translator& top = volume_.client(random_.below(volume_.clients())).top();
    // Directories that the fault left half done are put in order as they are looked at.
    co_await take_snapshot(top, random_.split());
    const Snapshot snapshot = co_await tried(take_snapshot(top, random_.split()));
    checker_->fault_ends(snapshot);
    if (lossy) write_back();
    co_return done;
  }

  Task<> close_everything() {
    for (const auto& user : users_) {
      co_await tried(user->close([](const Gfid&, bool) { return true; }));
    }
    co_await tried(pass_time(volume_.simulation(), 2s));
    co_return done;
  }

  Task<> look_at_everything() {
    for (std::size_t index = 0; index < volume_.clients(); ++index) {
      const Snapshot snapshot = co_await tried(take_snapshot(volume_.client(index).top(), random_.split()));
      checker_->saw_everything(snapshot);
    }
    co_return done;
  }

  std::unique_ptr<ExactChecker> checker_;
  std::vector<std::unique_ptr<Watch<ExactChecker>>> watches_;
};

}  // namespace

RunReport run_exactly(std::uint64_t seed, const RunPlan& plan) { return ExactRun(seed, plan).run(); }

}  // namespace mortar::sim
