// debug/io-stats: counts the operations that pass, how long they took, how much was read and written in pieces of what
// size, and on a brick which files are used most. `volume profile` and `volume top` ask for it.
//
// Operations are counted and timed only while the options say so (`volume profile NAME start` sets them); else they
// pass on without a frame. The tables of files are kept by bricks always, as stock's are: that is one look into a table
// for an operation they are about. A frame of its own is only paid by what opens, whose outcome counts.
//
// Where an interval is set, all that was counted is also written into a file each time it is over, and the samples that
// were taken into another (files.h).
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/task_set.h"
#include "runtime/world.h"
#include "translator/graph.h"
#include "translator/intercept.h"
#include "translator/options.h"
#include "translators/io_stats/file_counts.h"
#include "translators/io_stats/measures.h"
#include "translators/io_stats/samples.h"

namespace mortar {

struct IoStatsOptions {
  bool counts_operations = false;
  bool takes_times = false;
  std::string unique_id;
  std::chrono::seconds dump_interval{0};
  std::uint64_t sample_interval = 0;
  std::uint64_t most_samples = 65535;
  auto options(this auto& self) {
    return std::tuple(Option{"count-fop-hits", self.counts_operations, "Count operations"},
                      Option{"latency-measurement", self.takes_times, "Take the time of operations"},
                      Option{"unique-id", self.unique_id, "The brick's directory; clients have none"},
                      Option{"ios-dump-interval", self.dump_interval, "How often files are written; 0: never",
                             std::chrono::seconds(0), std::chrono::seconds(3600)},
                      Option{"ios-sample-interval", self.sample_interval, "Every how many operations one is a sample",
                             std::uint64_t{0}, std::uint64_t{65535}},
                      Option{"ios-sample-buf-size", self.most_samples, "Samples that are kept until they are written",
                             std::uint64_t{1024}, std::uint64_t{1048576}});
  }
  bool measures() const { return counts_operations || takes_times; }
  bool on_brick() const { return !unique_id.empty(); }
};

// Folders of the files that are written at intervals; none are written without.
struct IoStatsFolders {
  std::string stats;
  std::string samples;
};

class IoStats final : public Intercept<IoStats> {
 public:
  static constexpr const char* type = "debug/io-stats";
  static TranslatorMaker maker(IoStatsFolders folders);
  IoStats(World& world, std::string name, IoStatsOptions options, IoStatsFolders folders = {});

  template <class Operation>
  Task<typename Operation::Reply> around(const Call& call, const Operation& operation) {
    if (options_.on_brick()) count_use(operation);
    return has_to_see_the_outcome<Operation>() ? measure(call, operation) : next().perform(call, operation);
  }
  Task<> start() override;
  Task<> stop() override;
  void notified(const Notice& notice, Translator& child) override;
  Result<Done> reconfigure(const VolumeSection& section) override;
  void dump_state(std::string& out) const override;

  // Answers what glusterd asks of a brick's statistics, in stock's keys: a table ("top-op"), the measures ("info-op"),
  // or that some of it be forgotten.
  Task<Dictionary> tell(Dictionary asked);

  const io_stats::Measures& cumulative() const { return cumulative_; }

 private:
  using Took = std::optional<Duration>;

  template <class Operation>
  static constexpr bool opens = std::is_same_v<Operation, fop::Open> || std::is_same_v<Operation, fop::Create>;

  template <class Operation>
  bool has_to_see_the_outcome() const {
    constexpr bool counts_when_done = opens<Operation> || std::is_same_v<Operation, fop::Opendir>;
    return options_.measures() || (counts_when_done && options_.on_brick());
  }

  // What counts whether or not it succeeds.
  template <class Operation>
  void count_use(const Operation& operation) {
    using io_stats::Top;
    if constexpr (std::is_same_v<Operation, fop::Read>) {
      files_.count(Top::read, operation.gfid);
    } else if constexpr (std::is_same_v<Operation, fop::Write>) {
      files_.count(Top::write, operation.gfid);
    } else if constexpr (std::is_same_v<Operation, fop::Readdirp>) {
      files_.count(Top::readdirp, operation.gfid);
    } else if constexpr (std::is_same_v<Operation, fop::Release>) {
      file_closed();
    }
  }

  template <class Operation>
  Task<typename Operation::Reply> measure(const Call& call, const Operation& operation) {
    std::optional<Instant> begun;
    if (options_.takes_times) begun = world_.now();
    Result<typename Operation::Reply> reply = co_await next().perform(call, operation);
    Took took;
    if (begun) took = world_.now() - *begun;
    if (options_.measures()) count(fop::counted_number<Operation>(), took);
    if (took && samples_.is_next()) {
      sample(call, io_stats::urgency_of<Operation>(), fop::counted_name<Operation>(), *took);
    }
    if (reply) succeeded(operation, *reply, took);
    co_return std::move(reply);
  }

  template <class Operation>
  void succeeded(const Operation& operation, const typename Operation::Reply& reply, Took took) {
    using io_stats::Top;
    if constexpr (std::is_same_v<Operation, fop::Read>) {
      moved(&io_stats::Measures::reads, Top::read_speed, operation.gfid, reply.data.bytes.size(), took);
    } else if constexpr (std::is_same_v<Operation, fop::Write>) {
      moved(&io_stats::Measures::writes, Top::write_speed, operation.gfid, operation.data.bytes.size(), took);
    }
    if (!options_.on_brick()) return;
    if constexpr (std::is_same_v<Operation, fop::Open>) files_.count(Top::open, operation.gfid);
    if constexpr (std::is_same_v<Operation, fop::Opendir>) files_.count(Top::opendir, operation.gfid);
    if constexpr (opens<Operation>) file_opened();
  }

  void count(std::size_t operation, Took took);
  void sample(const Call& call, const char* urgency, const char* operation, Duration took);
  void count_notice(std::size_t what);
  void moved(io_stats::Sizes io_stats::Measures::* which, io_stats::Top speed, const Gfid& gfid, std::size_t bytes,
             Took took);
  void file_opened();
  void file_closed();
  void begin_again();
  // What was counted since the last time.
  io_stats::Measures take_interval();

  // The files: written again and again while there is an interval.
  void keep_writing();
  Task<> write_files();
  Task<> write_file(std::string folder, std::string file, std::string text);

  Dictionary forget_files();
  Task<Dictionary> tell_table(Dictionary asked, io_stats::Top what);
  Dictionary tell_measures(const Dictionary& asked);
  // As the brick shows it now; a file that is gone shows as its gfid.
  Task<std::string> path_of(Gfid gfid);

  World& world_;
  IoStatsOptions options_;
  io_stats::Measures cumulative_;
  io_stats::Measures interval_;
  std::uint64_t intervals_ = 0;
  io_stats::FileCounts files_;
  std::uint64_t open_files_ = 0;
  std::uint64_t most_open_files_ = 0;
  Moment most_open_at_;
  io_stats::Samples samples_;
  const IoStatsFolders folders_;
  TaskSet writing_;
};

}  // namespace mortar
