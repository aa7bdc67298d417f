// How often each file is used: for the tables of the most used ones. Bounded: of more files than fit, those that lead
// in some table are kept, and of the rest the ones that were used last; one that comes back counts from nothing.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <unordered_map>
#include <vector>

#include "base/gfid.h"
#include "base/iatt.h"

namespace mortar::io_stats {

// What there is a table of. The numbers are those of stock's "top-op".
enum class Top : std::uint8_t { open = 1, read, write, opendir, readdirp, read_speed, write_speed };

struct TopEntry {
  Gfid gfid;
  std::uint64_t value = 0;  // how often; of speeds: MB/s
  Moment when;              // of speeds
};

class FileCounts {
 public:
  static constexpr std::size_t most_files = 8192;
  static constexpr std::size_t longest_table = 100;

  void count(Top what, const Gfid& gfid) { ++file(gfid).counts[place_of(what)]; }
  // The best of each file counts.
  void speed(Top what, const Gfid& gfid, std::uint64_t megabytes_a_second, Moment now);
  void clear() { files_.clear(); }

  // The leaders, the first of all first; among equals the one used last.
  std::vector<TopEntry> table(Top what, std::size_t length) const;
  std::size_t size() const { return files_.size(); }

 private:
  static constexpr std::size_t counts = 5, speeds = 2;
  struct Speed {
    std::uint64_t value = 0;
    Moment when;
    bool known = false;
  };
  struct File {
    std::uint64_t last_use = 0;
    std::array<std::uint64_t, counts> counts{};
    std::array<Speed, speeds> speeds{};
  };
  using Files = std::unordered_map<Gfid, File>;

  static std::size_t place_of(Top what) { return static_cast<std::size_t>(what) - 1; }
  static std::uint64_t value_of(const File& file, Top what);
  static bool is_listed(const File& file, Top what);
  File& file(const Gfid& gfid);
  std::vector<const Files::value_type*> leaders(Top what, std::size_t length) const;
  void make_room();

  std::uint64_t uses_ = 0;
  Files files_;
};

}  // namespace mortar::io_stats
