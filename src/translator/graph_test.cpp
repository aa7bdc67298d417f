#include "translator/graph.h"

#include <gtest/gtest.h>

#include "simulation/simulation.h"

namespace mortar {
namespace {

class Plain : public Refuse {
 public:
  using Refuse::Refuse;
};

class Graphs : public ::testing::Test {
 protected:
  void build(const std::vector<std::pair<std::string, std::vector<std::string>>>& sections) {
    Volfile volfile;
    for (const auto& [name, below] : sections) volfile.sections.push_back({name, "test/plain", {}, below});
    const TranslatorTypes types{
        {"test/plain", [](World&, const VolumeSection& section) { return std::make_unique<Plain>(section.name); }}};
    Result<std::unique_ptr<Graph>> built = Graph::build(world_, volfile, types);
    ASSERT_TRUE(built) << built.error().sentence();
    graph_ = std::move(*built);
  }
  Leaves leaves(const std::string& name) { return graph_->find(name)->leaves(); }

  Simulation simulation_{1};
  World& world_ = simulation_.add_host("host", "10.0.0.1").start_process("process");
  std::unique_ptr<Graph> graph_;
};

TEST_F(Graphs, NumberTheirLeaves) {
  // The text's order is not that of the leaves below the top.
  build({{"c0", {}},
         {"c1", {}},
         {"c2", {}},
         {"c3", {}},
         {"apart", {}},
         {"r1", {"c2", "c3"}},
         {"r0", {"c1", "c0"}},
         {"dht", {"r0", "r1"}},
         {"top", {"dht"}}});
  EXPECT_EQ(leaves("c1"), (Leaves{.first = 0, .count = 1, .in_graph = 4}));
  EXPECT_EQ(leaves("c0"), (Leaves{.first = 1, .count = 1, .in_graph = 4}));
  EXPECT_EQ(leaves("c2"), (Leaves{.first = 2, .count = 1, .in_graph = 4}));
  EXPECT_EQ(leaves("c3"), (Leaves{.first = 3, .count = 1, .in_graph = 4}));
  EXPECT_EQ(leaves("r0"), (Leaves{.first = 0, .count = 2, .in_graph = 4}));
  EXPECT_EQ(leaves("r1"), (Leaves{.first = 2, .count = 2, .in_graph = 4}));
  EXPECT_EQ(leaves("dht"), (Leaves{.first = 0, .count = 4, .in_graph = 4}));
  EXPECT_EQ(leaves("top"), (Leaves{.first = 0, .count = 4, .in_graph = 4}));
  EXPECT_EQ(leaves("apart"), Leaves{});
  EXPECT_TRUE(leaves("r1").holds(2));
  EXPECT_FALSE(leaves("r1").holds(1));
  EXPECT_FALSE(leaves("r1").holds(4));
}

TEST_F(Graphs, OfOneChainHaveOneLeaf) {
  build({{"leaf", {}}, {"middle", {"leaf"}}, {"top", {"middle"}}});
  for (const char* name : {"leaf", "middle", "top"}) EXPECT_EQ(leaves(name), Leaves{}) << name;
}

TEST_F(Graphs, CountALeafOnceThatHangsTwice) {
  build({{"a", {}}, {"b", {}}, {"one", {"a", "b"}}, {"two", {"b"}}, {"top", {"one", "two"}}});
  EXPECT_EQ(leaves("b"), (Leaves{.first = 1, .count = 1, .in_graph = 2}));
  EXPECT_EQ(leaves("two").count, 0U);
  EXPECT_EQ(leaves("top"), (Leaves{.first = 0, .count = 2, .in_graph = 2}));
}

TEST_F(Graphs, MayBeVeryDeep) {
  std::vector<std::pair<std::string, std::vector<std::string>>> sections{{"0", {}}};
  for (int level = 1; level < 2000; ++level) {
    sections.push_back({std::to_string(level), {std::to_string(level - 1), std::to_string(level - 1)}});
  }
  build(sections);
  EXPECT_EQ(graph_->top().leaves().in_graph, 1U);
}

}  // namespace
}  // namespace mortar
