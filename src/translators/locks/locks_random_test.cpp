// Random operations on all kinds of locks, compared with models that are as simple as can be.
#include <gtest/gtest.h>

#include <map>
#include <optional>
#include <vector>

#include "simulation/simulation.h"
#include "translators/locks/locks.h"
#include "translators/testing.h"

namespace mortar {
namespace {

using testing::ask;
using testing::call_of;
using testing::client_number;

const Gfid file = fixed_gfid(77);
constexpr std::uint64_t space = 24;
constexpr std::size_t holders = 5;

struct Bench {
  explicit Bench(std::uint64_t seed) : simulation(seed) {
    VolumeSection section;
    section.name = "v-locks";
    section.set_option("notify-contention-delay", "0");
    locks = *make_locks(world, section);
    locks->add_child(leaf);
    for (std::size_t index = 0; index < holders; ++index) {
      // Two owners of the first client, one of each other.
      clients.push_back(client_number(std::max<std::size_t>(index, 1)));
    }
  }
  Call call(std::size_t holder) { return call_of(clients[holder], "owner" + std::to_string(holder)); }
  std::uint64_t below(std::uint64_t limit) { return simulation.random().below(limit); }
  std::string dump() {
    std::string out;
    locks->dump_state(out);
    return out;
  }
  Simulation simulation;
  SimulatedWorld& world = simulation.add_host("server", "10.0.0.1").start_process("brick");
  testing::FakeLeaf leaf;
  std::unique_ptr<Translator> locks;
  std::vector<std::shared_ptr<const Client>> clients;
};

// Which holder has which byte for what; nothing is cleverer than a loop over bytes.
struct ByteModel {
  enum Kind { none, reading, writing };
  Kind bytes[space][holders] = {};

  bool conflicts(std::size_t holder, std::uint64_t first, std::uint64_t last, Kind kind) const {
    for (std::uint64_t at = first; at <= last; ++at) {
      for (std::size_t other = 0; other < holders; ++other) {
        if (other == holder || bytes[at][other] == none) continue;
        if (kind == writing || bytes[at][other] == writing) return true;
      }
    }
    return false;
  }
  void set(std::size_t holder, std::uint64_t first, std::uint64_t last, Kind kind) {
    for (std::uint64_t at = first; at <= last; ++at) bytes[at][holder] = kind;
  }
};

TEST(RandomLocks, PosixLocksAreAsTheBytesSay) {
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    Bench bench(seed);
    ByteModel model;
    for (int step = 0; step < 300; ++step) {
      const std::size_t holder = bench.below(holders);
      const std::uint64_t first = bench.below(space), last = first + bench.below(space - first);
      fop::Lk lk{.gfid = file, .command = bench.below(4) == 0 ? 0U : 1U};
      lk.flock.start = first;
      lk.flock.length = last - first + 1;
      lk.type = static_cast<std::uint32_t>(bench.below(lk.command == 0 ? 2 : 3));
      const auto kind = lk.type == 2 ? ByteModel::none : lk.type == 1 ? ByteModel::writing : ByteModel::reading;
      auto asked = ask(*bench.locks, bench.call(holder), lk);
      const bool conflict = kind != ByteModel::none && model.conflicts(holder, first, last, kind);
      if (lk.command == 0) {
        ASSERT_EQ(asked->reply().flock.type != Flock::unlock, conflict) << "seed " << seed << " step " << step;
        continue;
      }
      ASSERT_EQ(asked->error(), conflict ? EAGAIN : 0) << "seed " << seed << " step " << step;
      if (!conflict) model.set(holder, first, last, kind);
    }
    for (const auto& client : bench.clients) bench.locks->client_gone(*client);
    EXPECT_EQ(bench.dump(), "objects=0\nlocks=0\n");
  }
}

// All requests of one domain in one list, tried again from the front until nothing moves.
struct ListModel {
  struct Item {
    std::size_t id = 0, holder = 0;
    std::uint64_t first = 0, last = 0;
    bool write = false, granted = false;
  };
  std::vector<Item> items;

  static bool conflict(const Item& a, const Item& b) {
    return a.first <= b.last && b.first <= a.last && (a.write || b.write);
  }
  bool may_have(const Item& wanted) const {
    bool holds = false;
    for (const Item& item : items) {
      if (item.granted && item.holder == wanted.holder) holds = true;
      if (item.granted && item.holder != wanted.holder && conflict(item, wanted)) return false;
    }
    if (holds) return true;
    for (const Item& item : items) {
      if (item.id == wanted.id) break;
      if (!item.granted && conflict(item, wanted)) return false;
    }
    return true;
  }
  void settle() {
    for (bool moved = true; moved;) {
      moved = false;
      for (Item& item : items) {
        if (item.granted || !may_have(item)) continue;
        item.granted = moved = true;
      }
    }
  }
};

TEST(RandomLocks, RangeLocksAreGrantedAsTheListSays) {
  for (std::uint64_t seed = 1; seed <= 80; ++seed) {
    Bench bench(seed);
    ListModel model;
    std::map<std::size_t, std::unique_ptr<testing::Question<fop::Inodelk>>> waiting;
    auto compare = [&](int step) {
      run_ready();
      for (const ListModel::Item& item : model.items) {
        auto question = waiting.find(item.id);
        if (question == waiting.end()) continue;
        ASSERT_EQ(question->second->error(), item.granted ? 0 : -1) << "seed " << seed << " step " << step;
      }
    };
    for (int step = 0; step < 200; ++step) {
      const std::uint64_t choice = bench.below(10);
      if (choice < 6) {
        ListModel::Item item{.id = static_cast<std::size_t>(step) + 1,
                             .holder = bench.below(holders),
                             .first = bench.below(space),
                             .write = bench.below(2) == 0};
        item.last = item.first + bench.below(space - item.first);
        const bool may_wait = bench.below(3) != 0;
        fop::Inodelk lock{.gfid = file, .command = may_wait ? 2U : 1U, .type = item.write ? 1U : 0U, .domain = "d"};
        lock.flock.start = item.first;
        lock.flock.length = item.last - item.first + 1;
        auto asked = ask(*bench.locks, bench.call(item.holder), lock);
        item.granted = model.may_have(item);
        if (!may_wait) ASSERT_EQ(asked->error(), item.granted ? 0 : EAGAIN) << "seed " << seed << " step " << step;
        if (item.granted || may_wait) model.items.push_back(item);
        model.settle();
        if (may_wait) waiting.emplace(item.id, std::move(asked));
      } else if (choice < 9 && !model.items.empty()) {
        const std::size_t victim = bench.below(model.items.size());
        const ListModel::Item item = model.items[victim];
        if (item.granted) {
          // Any granted lock of that holder and range is as good as another; the model gives back the same.
          fop::Inodelk unlock{.gfid = file, .command = 1, .type = 2, .domain = "d"};
          unlock.flock.start = item.first;
          unlock.flock.length = item.last - item.first + 1;
          std::size_t twins = 0;
          for (const ListModel::Item& other : model.items) {
            twins +=
                other.granted && other.holder == item.holder && other.first == item.first && other.last == item.last;
          }
          if (twins > 1) continue;
          ASSERT_EQ(ask(*bench.locks, bench.call(item.holder), unlock)->error(), 0);
        } else {
          waiting.at(item.id)->abandon();
        }
        waiting.erase(item.id);
        model.items.erase(model.items.begin() + static_cast<std::ptrdiff_t>(victim));
        model.settle();
      } else if (bench.below(8) == 0) {
        const std::size_t gone = 2 + bench.below(holders - 2);
        bench.locks->client_gone(*bench.clients[gone]);
        run_ready();
        for (const ListModel::Item& item : model.items) {
          if (item.holder == gone) waiting.erase(item.id);
        }
        std::erase_if(model.items, [gone](const ListModel::Item& item) { return item.holder == gone; });
        model.settle();
        bench.clients[gone] = client_number(1000 + static_cast<std::uint64_t>(step));
      }
      compare(step);
      if (::testing::Test::HasFatalFailure()) return;
    }
    waiting.clear();
    for (const auto& client : bench.clients) bench.locks->client_gone(*client);
    run_ready();
    EXPECT_EQ(bench.dump(), "objects=0\nlocks=0\n");
  }
}

TEST(RandomLocks, NameLocksExcludeAsThePairsSay) {
  struct Held {
    std::size_t holder;
    std::optional<std::string> name;
  };
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    Bench bench(seed);
    std::vector<Held> held;
    for (int step = 0; step < 300; ++step) {
      const std::size_t holder = bench.below(holders);
      std::optional<std::string> name;
      if (bench.below(6) != 0) name = std::string(1, static_cast<char>('a' + bench.below(4)));
      fop::Entrylk lock{.gfid = file,
                        .command = bench.below(2) == 0 ? 2U : 1U,
                        .type = 1,
                        .name_given = name ? 1U : 0U,
                        .name = name.value_or(""),
                        .domain = "d"};
      const int error = ask(*bench.locks, bench.call(holder), lock)->error();
      if (lock.command == 1) {
        auto found =
            std::ranges::find_if(held, [&](const Held& other) { return other.holder == holder && other.name == name; });
        ASSERT_EQ(error, found == held.end() ? EINVAL : 0) << "seed " << seed << " step " << step;
        if (found != held.end()) held.erase(found);
      } else {
        const bool conflict = std::ranges::any_of(held, [&](const Held& other) {
          return other.holder != holder && (!other.name || !name || other.name == name);
        });
        ASSERT_EQ(error, conflict ? EAGAIN : 0) << "seed " << seed << " step " << step;
        if (!conflict) held.push_back({holder, name});
      }
    }
    for (const auto& client : bench.clients) bench.locks->client_gone(*client);
    EXPECT_EQ(bench.dump(), "objects=0\nlocks=0\n");
  }
}

// A storm on one object: each unlock lets exactly the next one in.
TEST(RandomLocks, ThousandsWaitForOneLock) {
  Bench bench(1);
  std::vector<std::unique_ptr<testing::Question<fop::Inodelk>>> waiting;
  constexpr std::uint64_t many = 4000;
  fop::Inodelk lock{.gfid = file, .command = 2, .type = 1, .domain = "d"};
  fop::Inodelk unlock{.gfid = file, .command = 1, .type = 2, .domain = "d"};
  for (std::uint64_t number = 1; number <= many; ++number) {
    waiting.push_back(ask(*bench.locks, call_of(client_number(number)), lock));
  }
  for (std::uint64_t number = 1; number <= many; ++number) {
    ASSERT_EQ(waiting[number - 1]->error(), 0);
    if (number < many) ASSERT_FALSE(waiting[number]->answered());
    ASSERT_EQ(ask(*bench.locks, call_of(client_number(number)), unlock)->error(), 0);
  }
  EXPECT_EQ(bench.dump(), "objects=0\nlocks=0\n");
}

}  // namespace
}  // namespace mortar
