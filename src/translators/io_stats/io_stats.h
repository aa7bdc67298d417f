// debug/io-stats: counts the operations that pass, how long they took, how much was read and written in pieces of what
// size, and on a brick which files are used most. `volume profile` and `volume top` ask for it.
//
// Operations are counted and timed only while the options say so (`volume profile NAME start` sets them); else they
// pass on without a frame. The tables of files are kept by bricks always, as stock's are: that is one look into a table
// for an operation they are about. A frame of its own is only paid by what opens, whose outcome counts.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "runtime/world.h"
#include "translator/intercept.h"
#include "translator/options.h"
#include "translators/io_stats/file_counts.h"
#include "translators/io_stats/measures.h"

namespace mortar {

struct IoStatsOptions {
  bool counts_operations = false;
  bool takes_times = false;
  std::string unique_id;
  auto options(this auto& self) {
    return std::tuple(Option{"count-fop-hits", self.counts_operations, "Count operations"},
                      Option{"latency-measurement", self.takes_times, "Take the time of operations"},
                      Option{"unique-id", self.unique_id, "The brick's directory; clients have none"});
  }
  bool measures() const { return counts_operations || takes_times; }
  bool on_brick() const { return !unique_id.empty(); }
};

class IoStats final : public Intercept<IoStats> {
 public:
  static constexpr const char* type = "debug/io-stats";
  static Result<std::unique_ptr<Translator>> make(World& world, const VolumeSection& section);
  IoStats(World& world, std::string name, IoStatsOptions options);

  template <class Operation>
  Task<typename Operation::Reply> around(const Call& call, const Operation& operation) {
    if (options_.on_brick()) count_use(operation);
    return has_to_see_the_outcome<Operation>() ? measure(call, operation) : next().perform(call, operation);
  }
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
  void count_notice(std::size_t what);
  void moved(io_stats::Sizes io_stats::Measures::* which, io_stats::Top speed, const Gfid& gfid, std::size_t bytes,
             Took took);
  void file_opened();
  void file_closed();
  void begin_again();

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
};

}  // namespace mortar
