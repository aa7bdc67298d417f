// The POSIX locks of a volume as they must be, while they are asked for one after the other and never waited for.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/result.h"
#include "translator/call.h"
#include "wire/file_operations.h"

namespace mortar::sim {

class LockModel {
 public:
  // What is wrong with the answer; empty where nothing is.
  std::string saw(std::size_t client, const Call& call, const fop::Lk& lk, const Result<fop::Lk::Reply>& reply);
  void flushed(std::size_t client, const Call& call, const fop::Flush& flush);
  void clear() { held_.clear(); }

 private:
  struct Held {
    std::size_t client = 0;
    LockOwner owner;
    bool write = false;
    std::uint64_t first = 0;
    std::uint64_t last = 0;  // included
    bool is_of(std::size_t other, const LockOwner& name) const { return client == other && owner == name; }
    bool overlaps(const Held& other) const { return first <= other.last && other.first <= last; }
  };

  bool has_conflict(const Gfid& gfid, const Held& wanted) const;
  void replace(const Gfid& gfid, const Held& range, bool unlock);

  std::map<Gfid, std::vector<Held>> held_;
};

}  // namespace mortar::sim
