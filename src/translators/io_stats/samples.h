// Single operations with how long they took and who asked: every N-th, for the samples file. Of more than fit until it
// is written, the last ones are kept.
#pragma once

#include <cstdint>
#include <deque>
#include <string>

#include "base/iatt.h"
#include "runtime/world.h"
#include "translator/call.h"
#include "wire/file_operations.h"

namespace mortar::io_stats {

// How urgent an operation is, in stock's words, by which scripts sort the samples.
template <class Operation>
consteval const char* urgency_of() {
  using namespace fop;
  if (is_one_of<Operation, Open, Stat, Fstat, Lookup, Access, Readlink, Opendir, Statfs, Readdir, Readdirp,
                GetActiveLocks, SetActiveLocks, Icreate, Namelink>) {
    return "HIGH";
  }
  if (is_one_of<Operation, Read, Write, Fsync, Truncate, Ftruncate, Fsyncdir, Xattrop, Fxattrop, Rchecksum, Fallocate,
                Discard, Zerofill, Seek, Put, CopyFileRange>) {
    return "LOW";
  }
  return is_one_of<Operation, Release, Releasedir> ? "LEAST" : "NORMAL";
}

struct Sample {
  Moment at;
  const char* urgency = "";
  const char* operation = "";
  std::int64_t microseconds = 0;
  std::uint32_t uid = 0;
  std::uint32_t gid = 0;
  std::string host;  // "ADDRESS:PORT"; empty in a client
};

class Samples {
 public:
  // `every`: 0 takes none.
  void choose(std::uint64_t every, std::size_t most) {
    every_ = every;
    most_ = most;
  }
  // Whether the operation that is asked about is to be taken.
  bool is_next() { return every_ != 0 && ++seen_ % every_ == 0; }
  void add(Sample sample) {
    kept_.push_back(std::move(sample));
    while (kept_.size() > most_) kept_.pop_front();
  }
  // The oldest first; they are forgotten here.
  std::deque<Sample> take() { return std::exchange(kept_, {}); }

 private:
  std::uint64_t every_ = 0;
  std::size_t most_ = 0;
  std::uint64_t seen_ = 0;
  std::deque<Sample> kept_;
};

}  // namespace mortar::io_stats
