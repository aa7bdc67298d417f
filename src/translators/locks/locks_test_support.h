// A features/locks translator between a fake leaf and a board of notices, and short ways to ask for locks. Every test
// ends with an empty table.
#pragma once

#include <gtest/gtest.h>

#include "simulation/simulation.h"
#include "translators/locks/locks.h"
#include "translators/testing.h"

namespace mortar::testing {

inline const Gfid locked_file = fixed_gfid(77);
inline const Gfid locked_directory = fixed_gfid(78);

struct LocksTest : ::testing::Test {
  explicit LocksTest(std::initializer_list<std::pair<const char*, const char*>> options = {}) {
    VolumeSection section;
    section.name = "v-locks";
    for (auto [key, value] : options) section.set_option(key, value);
    locks = *make_locks(world, section);
    locks->add_child(leaf);
    board.add_child(*locks);
  }
  ~LocksTest() override { EXPECT_EQ(dump(), "objects=0\nlocks=0\n") << "something was left in the table"; }

  std::string dump() const {
    std::string out;
    locks->dump_state(out);
    return out;
  }
  // Everything a test may have left; a test that checks for residue does so before.
  void drop_all() {
    for (const auto& client : {a, b, c}) locks->client_gone(*client);
    run_ready();
  }

  fop::Inodelk range(std::uint32_t command, std::uint32_t type, std::uint64_t start, std::uint64_t length,
                     std::string domain = "v-replicate-0") {
    fop::Inodelk lock{.gfid = locked_file, .command = command, .type = type, .domain = std::move(domain)};
    lock.flock.start = start;
    lock.flock.length = length;
    return lock;
  }
  fop::Entrylk name(std::uint32_t command, std::optional<std::string> entry, std::string domain = "v-replicate-0") {
    return {.gfid = locked_directory,
            .command = command,
            .type = 1,
            .name_given = entry ? std::uint64_t{1} : 0,
            .name = entry.value_or(""),
            .domain = std::move(domain)};
  }
  fop::Lk posix(std::uint32_t command, std::uint32_t type, std::uint64_t start, std::uint64_t length,
                std::shared_ptr<Descriptor> through = nullptr) {
    fop::Lk lk{.gfid = locked_file, .command = command, .type = type};
    lk.fd.open = std::move(through);
    lk.flock.start = start;
    lk.flock.length = length;
    lk.flock.pid = 42;
    return lk;
  }
  template <class Operation>
  int error_of(const Call& call, Operation operation) {
    return ask(board, call, std::move(operation))->error();
  }

  static constexpr std::uint32_t now = 1, wait = 2, read = 0, write = 1, unlock = 2;
  static constexpr std::uint32_t name_wait = 0, name_unlock = 1, name_now = 2;

  Simulation simulation{1};
  SimulatedWorld& world = simulation.add_host("server", "10.0.0.1").start_process("brick");
  FakeLeaf leaf;
  NoticeBoard board;
  std::unique_ptr<Translator> locks;
  std::shared_ptr<const Client> a = client_number(1), b = client_number(2), c = client_number(3);
};

}  // namespace mortar::testing
