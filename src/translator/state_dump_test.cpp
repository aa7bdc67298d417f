#include "translator/state_dump.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "simulation/simulation.h"

namespace mortar {
namespace {

constexpr const char* sections =
    "\n[mallinfo]\nmallinfo_arena=1\n"
    "\n[global.callpool]\ncallpool.cnt=1\n"
    "\n[global.callpool.stack.1]\nop=READ\n"
    "\n[conn.1.bound_xl./b.itable]\nconn.1.bound_xl./b.lru_limit=5\n"
    "\n[conn.1.bound_xl./b.active.1]\ngfid=x\n"
    "\n[conn.1.fdtable]\nrefcount=1\n"
    "\n[xlator.features.locks.v-locks.priv]\nobjects=1\n"
    "\n[xlator.features.locks.v-locks.inode]\npath=<gfid:x>\n";

std::string chosen(std::string_view options) { return choose_sections(sections, parse_dump_options(options).parts); }

TEST(StateDump, PartsAreChosenByTheirWords) {
  EXPECT_EQ(chosen("all=yes\n"), sections);
  EXPECT_EQ(chosen("mem=yes\n"), "\n[mallinfo]\nmallinfo_arena=1\n");
  EXPECT_EQ(chosen("fd=yes priv=yes"),
            "\n[conn.1.fdtable]\nrefcount=1\n\n[xlator.features.locks.v-locks.priv]\nobjects=1\n");
  EXPECT_EQ(chosen("inode=yes"),
            "\n[conn.1.bound_xl./b.itable]\nconn.1.bound_xl./b.lru_limit=5\n\n[conn.1.bound_xl./b.active.1]\ngfid=x\n"
            "\n[xlator.features.locks.v-locks.inode]\npath=<gfid:x>\n");
  const std::string by_default =
      "\n[mallinfo]\nmallinfo_arena=1\n\n[global.callpool]\ncallpool.cnt=1\n\n[global.callpool.stack.1]\nop=READ\n";
  EXPECT_EQ(chosen(""), by_default);
  EXPECT_EQ(chosen("history=yes nonsense =yes mem= priv=no"), by_default);
  EXPECT_EQ(parse_dump_options("path=relative").directory, "");
  EXPECT_EQ(parse_dump_options("mem=yes\npath=/srv/dumps\n").directory, "/srv/dumps");
}

TEST(StateDump, LinesReadWithBlanksInMeta) {
  EXPECT_EQ(with_blanks("\n[mallinfo]\nmallinfo_arena=1\n\n[a=b]\nkey=type=READ, start=0\nno sign\n"),
            "[mallinfo]\nmallinfo_arena = 1\n[a=b]\nkey = type=READ, start=0\nno sign\n");
  EXPECT_EQ(with_blanks(""), "");
  EXPECT_EQ(chosen("mem=yes"), choose_sections(std::string("[cluster/replicate.v-replicate-0]\nup=1\n") + sections,
                                               parse_dump_options("mem=yes").parts))
      << "what a set of copies tells is private, too";
}

TEST(StateDump, TheFileForOneDumpIsRemovedWhenItIsWritten) {
  Simulation simulation(1);
  SimulatedWorld& world = simulation.add_host("server", "10.0.0.1").start_process("glusterfsd");
  const std::string own = fmt::format("/run/glusterdump.{}.options", world.pid());
  ASSERT_TRUE(world.files().make_directories("/run").has_value());
  ASSERT_TRUE(world.files().write_file(own, "mem=yes").has_value());
  std::string path;
  world.start([](World& in, std::string& written) -> Task<> {
    StateDump dump{"/run", "b", sections, {"/elsewhere", "/run"}};
    written = co_await tried(write_state_dump(in, std::move(dump)));
    co_return done;
  }(world, path));
  simulation.run_for(std::chrono::seconds(1));
  EXPECT_TRUE(path.starts_with(fmt::format("/run/b.{}.dump.", world.pid()))) << path;
  const std::string text = world.files().read_file(path).value_or("");
  EXPECT_TRUE(text.starts_with("DUMP-START-TIME: ")) << text;
  EXPECT_TRUE(text.contains(" +0000\n\n[mallinfo]\nmallinfo_arena=1\n\nDUMP-END-TIME: ")) << text;
  EXPECT_FALSE(world.files().read_file(own).has_value());
}

}  // namespace
}  // namespace mortar
