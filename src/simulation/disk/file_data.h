// The content of a simulated file: pages, and for those not yet synced everything a crash may leave of them.
//
// A page write reaches the disk wholly or not at all, when it likes, until a sync. Cutting (truncating, punching) is
// part of a metadata transaction: whether it happened is decided by whether that transaction survived, and content that
// was written after a cut survives only together with it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <vector>

#include "base/bytes.h"

namespace mortar {

inline constexpr std::size_t page_size = 4096;
using Page = std::array<std::byte, page_size>;
// Null: allocated, but never written; reads as zeros.
using PagePointer = std::shared_ptr<const Page>;

struct PageChange {
  std::uint64_t transaction = 0;  // that the cut belongs to
  bool is_cut = false;
  std::uint32_t cut_from = 0, cut_to = 0;  // inside the page
  PagePointer written;
};

// What survives of unsynced data.
struct PageChooser {
  std::function<bool(std::uint64_t transaction)> transaction_survives;
  std::function<bool()> write_survives;
  // Bytes of a write that survive where a page may be torn; page_size for all.
  std::function<std::size_t()> torn_at;
};

class FileData {
 public:
  void read(std::span<std::byte> into, std::uint64_t offset) const;
  void write(Bytes from, std::uint64_t offset);
  // Becomes zeros and, where whole pages are covered, holes.
  void cut(std::uint64_t from, std::uint64_t to, std::uint64_t transaction);
  // Takes room without writing.
  void allocate(std::uint64_t from, std::uint64_t to);
  void sync() { unsynced_.clear(); }

  std::uint64_t pages() const { return pages_.size(); }
  // How many more pages a write there would take.
  std::uint64_t pages_needed(std::uint64_t from, std::uint64_t to) const;
  // The next written byte (hole) at or after an offset; nothing up to the size: size.
  std::uint64_t next_data(std::uint64_t offset, std::uint64_t size) const;
  std::uint64_t next_hole(std::uint64_t offset, std::uint64_t size) const;
  bool has_long_history() const { return long_history_; }
  std::size_t unsynced_pages() const { return unsynced_.size(); }

  FileData after_crash(std::uint64_t size, const PageChooser& chooser) const;

 private:
  struct History {
    bool existed = false;
    PagePointer durable;
    std::vector<PageChange> changes;
  };
  History& history(std::uint64_t page);

  std::map<std::uint64_t, PagePointer> pages_;
  std::map<std::uint64_t, History> unsynced_;
  bool long_history_ = false;
};

}  // namespace mortar
