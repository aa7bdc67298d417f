// What `volume set` takes, bricks and clients start with: every option is given every kind of value, and where the
// change is allowed, both graphs are built from the volfiles that follow from it.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "management/volfiles.h"
#include "pool/create_volume.h"
#include "pool/option_table.h"
#include "pool/set_options.h"
#include "programs/translator_types.h"
#include "simulation/simulation.h"
#include "translator/graph.h"

namespace mortar::sim {
namespace {

Pool pool_of_one_volume() {
  Pool pool;
  pool.servers = {Server{fixed_gfid(1), {"server1"}}};
  CreateVolume edit;
  edit.volume.name = "vol";
  edit.volume.id = fixed_gfid(2);
  edit.volume.username = "user";
  edit.volume.password = "word";
  edit.volume.bricks = {Brick{"server1", "/data/vol", fixed_gfid(1)}};
  edit.apply(pool);
  return pool;
}

std::vector<std::string> values_for(const OptionEntry& option) {
  std::vector<std::string> values{"on",    "off",        "none",
                                  "0",     "1",          "-1",
                                  "7",     "8",          "0x10",
                                  "010",   "755",        "0755",
                                  "1.5",   "nan",        "inf",
                                  "1e3",   "64KB",       "1GB",
                                  "50%",   "5s",         "2min",
                                  "1wk",   "ON",         "word",
                                  "/a/b",  "inet6",      "2147483648",
                                  "1e30",  "",           " 5",
                                  "99999", "4294967296", "9223372036854775807"};
  for (double end : {option.least, option.most}) {
    for (double step : {-1.0, 0.0, 1.0}) {
      if (std::isfinite(end)) values.push_back(fmt::format("{:.0f}", end + step));
    }
  }
  std::string_view rest = option.values;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('|'), rest.size());
    values.emplace_back(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return values;
}

std::string reason_against(World& world, const std::string& text, const TranslatorTypes& types) {
  Result<Volfile> volfile = parse_volfile(text);
  if (!volfile) return volfile.error().sentence();
  Result<std::unique_ptr<Graph>> graph = Graph::build(world, *volfile, types);
  return graph ? "" : graph.error().sentence();
}

TEST(Options, WhatIsTakenCanBeServed) {
  Simulation simulation(1);
  World& world = simulation.add_host("server1", "10.0.0.1").start_process();
  const TranslatorTypes types = all_translator_types();
  const Pool pool = pool_of_one_volume();
  int taken = 0;
  for (const OptionEntry& option : option_table()) {
    if (option.scope == OptionScope::pool) continue;
    for (const std::string& value : values_for(option)) {
      const SetOptions edit{"vol", {{std::string(option.key), value}}};
      if (!edit.check(pool)) continue;
      ++taken;
      Pool after = pool;
      edit.apply(after);
      const Volume& volume = after.volumes.front();
      for (const std::string& text : {brick_volfile(volume, volume.bricks.front(), {}), client_volfile(volume, true)}) {
        EXPECT_EQ(reason_against(world, text, types), "") << option.key << " = " << value;
      }
    }
  }
  EXPECT_GT(taken, 1000);
}

}  // namespace
}  // namespace mortar::sim
