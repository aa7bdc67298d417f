#include "pool_run.h"

#include "seeded_openssl.h"

#include <fmt/format.h>

#include <algorithm>

#include "random_administrator.h"
#include "totals.h"

namespace mortar::sim {

namespace {

using namespace std::chrono_literals;

constexpr Duration start_limit = 1min;
constexpr Duration longest_wait = 20s;
// Longer than a silent voter is waited for, and what goes before it is refused.
constexpr Duration rest_limit = 4min;
constexpr std::size_t most_faults = 2;

class PoolRun {
 public:
  PoolRun(std::uint64_t seed, const PoolPlan& plan)
      : plan_(plan),
        pool_(seed, plan.shape),
        random_(pool_.simulation().random().split()),
        administrator_(pool_, random_.split()),
        faults_(pool_, random_.split(), plan.menu) {}

  PoolReport run() {
    ++totals().seeds;
    begin();
    act();
    faults_.mend_all();
    come_to_rest();
    use();
    PoolReport report{.failure = pool_.chronicle().complaint(), .trace = pool_.simulation().trace().hash()};
    if (!report.failure.empty()) report.failure += "\n" + story();
    return report;
  }

 private:
  bool fails() { return !pool_.chronicle().complaint().empty(); }

  void begin() {
    for (std::size_t index = 0; index < pool_.size(); ++index) pool_.server(index).start();
    const bool started = pool_.run_until(
        [this] {
          for (std::size_t index = 0; index < pool_.size(); ++index) {
            if (pool_.server(index).management() == nullptr) return false;
          }
          return true;
        },
        start_limit);
    if (!started) pool_.chronicle().complain("the servers do not start");
    if (random_.chance(0.8)) administrator_.form_pool(random_.between(2, pool_.size()));
  }

  void act() {
    for (std::size_t index = 0; index < plan_.commands && !fails(); ++index) {
      if (faults_.open() < most_faults && random_.chance(plan_.faults)) faults_.begin();
      CommandUnderTest* command = administrator_.command();
      if (command == nullptr) {
        pool_.run_for(1s);
        continue;
      }
      const bool waits = random_.chance(0.7);
      pool_.run_until([command] { return command->outcome != CommandUnderTest::Outcome::runs; },
                      waits ? longest_wait : Duration(random_.below(1'000'000'000)));
    }
  }

  // What administrators have to do by themselves is done until nothing of it is left.
  void come_to_rest() {
    const Instant end = pool_.simulation().now() + rest_limit;
    std::string wrong;
    for (;;) {
      pool_.run_for(1s);
      if (fails()) return;
      wrong = pool_.disagreement();
      if ((wrong.empty() && pool_.commands().running() == 0) || pool_.simulation().now() >= end) break;
      if (pool_.commands().running() == 0) administrator_.repair();
    }
    if (pool_.commands().running() != 0) return pool_.chronicle().complain("a command does not end");
    if (!wrong.empty()) pool_.chronicle().complain("after all was mended, " + wrong);
  }

  // Every server takes commands.
  void use() {
    for (std::size_t index = 0; index < pool_.size() && !fails(); ++index) {
      const CommandUnderTest& command = pool_.command(pool_.server(index), administrator_.mark_pool());
      if (command.outcome != CommandUnderTest::Outcome::done) {
        pool_.chronicle().complain("all is mended, and yet: " + command.text());
      }
    }
  }

  std::string story() {
    std::string text = pool_.state();
    for (const std::string& line : faults_.log()) text += "  " + line + "\n";
    for (const CommandUnderTest& command : pool_.commands().all()) text += "  " + command.text() + "\n";
    return text;
  }

  const PoolPlan& plan_;
  PoolUnderTest pool_;
  Random random_;
  RandomAdministrator administrator_;
  PoolFaults faults_;
};

}  // namespace

PoolReport run_pool(std::uint64_t seed, const PoolPlan& plan) {
  seed_openssl(seed);
  return PoolRun(seed, plan).run();
}

}  // namespace mortar::sim
