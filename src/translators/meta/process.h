// What a process shows of itself in ".meta", and the tree of it: files of the process, its graphs, and the mount as if
// it were a translator on top of them.
#pragma once

#include <functional>
#include <string>

#include "translator/calls_under_way.h"
#include "translators/io_stats/measures.h"
#include "translators/meta/graphs.h"
#include "translators/meta/tree.h"

namespace mortar::meta {

// Of the virtual directory; stock's.
inline constexpr Gfid directory_gfid{
    {0xba, 0x92, 0x63, 0x88, 0xbb, 0x9c, 0x4e, 0xec, 0xad, 0x60, 0x79, 0xdb, 0xa4, 0xcc, 0x08, 0x3a}};
inline constexpr const char* directory_name = ".meta";

// What the program knows.
struct Facts {
  std::string version;  // of GlusterFS
  std::string uuid;
  std::string command_line;
  std::string log_file;
  VolumeSection mount;                         // its name, its type, its options
  std::function<std::string()> mount_section;  // of a state dump
  std::function<std::string()> memory_section;
};

// Lives as long as the mount does, whichever graph serves it.
class Process {
 public:
  Process(World& world, Facts facts);
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  // A name like no other of this process is made for it.
  void use(const std::shared_ptr<const Graph>& graph);

  Tree& tree() { return tree_; }
  CallsUnderWay& calls() { return calls_; }
  // Sections of a state dump, of the first of them.
  std::string calls_section() const;
  // Whether the time of operations is taken.
  bool measures() const { return measures_; }
  void took(std::size_t operation, Duration duration) { times_[operation].took(duration); }

 private:
  Entries entries();
  Node graph_directory(std::shared_ptr<const KnownGraph> graph);
  Node mount_directory();
  std::string describe_calls() const;
  // Those that were read are forgotten, as stock does: the next reader sees what came since.
  std::string tell_times();
  Result<Done> set_measures(std::string_view text);

  World& world_;
  const Facts facts_;
  Graphs graphs_;
  CallsUnderWay calls_;
  bool measures_ = false;
  std::array<io_stats::OperationMeasure, fop::counted::size> times_{};
  Tree tree_;
};

}  // namespace mortar::meta
