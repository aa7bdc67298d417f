// Everything a simulated disk holds: the tree as programs see it, the tree as it would be found after a crash, and the
// journal between the two. A copy is a snapshot and costs little.
//
// Metadata reaches the disk in order: after a crash the tree is what a prefix of the journal made of it, at least up to
// the last sync. (Journal::any_order lets operations on different objects overtake each other.) Data: see file_data.h.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <vector>

#include "simulation/disk/file_data.h"
#include "simulation/disk/inodes.h"

namespace mortar {

// What of the unsynced changes a crash leaves.
struct SurvivalRule {
  enum class Order { prefix, any };
  Order order = Order::prefix;
  // How many unsynced transactions survive (prefix order); more than there are: all.
  std::uint64_t transactions = ~std::uint64_t{0};
  // The share of the transactions (any order) and of the page writes that survive, drawn from the seed.
  double transaction_share = 1;
  double write_share = 1;
  double torn_share = 0;  // of the surviving page writes: only a part of the page, in sectors of 512 bytes
  std::uint64_t seed = 0;
  // Draws the number of transactions too.
  bool random_prefix = false;

  static SurvivalRule everything() { return {}; }
  static SurvivalRule only_synced() { return {.transactions = 0, .write_share = 0}; }
  static SurvivalRule prefix(std::uint64_t transactions, double write_share = 0, std::uint64_t seed = 0) {
    return {.transactions = transactions, .write_share = write_share, .seed = seed};
  }
  static SurvivalRule random(std::uint64_t seed) { return {.write_share = 0.5, .seed = seed, .random_prefix = true}; }
  static SurvivalRule any_order(std::uint64_t seed) {
    return {.order = Order::any, .transaction_share = 0.5, .write_share = 0.5, .seed = seed};
  }
};

class DiskState {
 public:
  DiskState();

  const Inodes& tree() const { return live_; }
  const Inode& inode(InodeNumber number) const { return live_.at(number); }
  const FileData& data(InodeNumber number) const;
  FileData& change_data(InodeNumber number);
  InodeNumber new_number() { return ++last_number_; }

  // The number the next transaction will have; they count from 0 over the life of the disk.
  std::uint64_t next_transaction() const { return committed_ + journal_.size(); }
  // How many a crash could lose.
  std::uint64_t unsynced_transactions() const { return journal_.size(); }
  void perform(Transaction transaction);
  // Makes all metadata so far durable.
  void commit();
  // Whether a change of this file's size, or the file itself, is not yet durable.
  bool layout_unsynced(InodeNumber number) const;
  void sync_data(InodeNumber number);
  void sync_everything();
  // An unlinked file that nobody has open any more.
  void forget(InodeNumber number);

  std::uint64_t pages() const;

  // The disk as it is found after a crash now; everything on it is durable.
  DiskState after_crash(const SurvivalRule& rule) const;

 private:
  std::vector<bool> survivors(const SurvivalRule& rule, class Random& random) const;

  Inodes live_;
  Inodes durable_;
  std::vector<Transaction> journal_;
  std::uint64_t committed_ = 0;  // transactions before journal_
  std::map<InodeNumber, std::shared_ptr<FileData>> data_;
  std::set<InodeNumber> layout_changes_;  // files whose size or existence is not durable
  std::vector<InodeNumber> forgotten_;    // whose data goes once no crash can bring them back
  InodeNumber last_number_ = root_inode + 9;
};

}  // namespace mortar
