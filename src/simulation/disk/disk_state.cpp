#include "simulation/disk/disk_state.h"

#include <algorithm>
#include <set>

#include "base/check.h"
#include "base/random.h"

namespace mortar {

namespace {

constexpr std::size_t longest_journal = 4096;

const FileData& no_data() {
  static const FileData none;
  return none;
}

InodeNumber touched(const Change& change) {
  if (const auto* put = std::get_if<PutInode>(&change)) return put->inode;
  if (const auto* entry = std::get_if<PutEntry>(&change)) return entry->directory;
  if (const auto* gone = std::get_if<DropEntry>(&change)) return gone->directory;
  return std::get<PutXattr>(change).inode;
}

}  // namespace

DiskState::DiskState() {
  InodeAttributes root{.mode = 0040755, .links = 2, .size = page_size, .parent = root_inode};
  const Change made = PutInode{root_inode, root, {}};
  live_.apply(made);
  durable_.apply(made);
}

const FileData& DiskState::data(InodeNumber number) const {
  auto found = data_.find(number);
  return found == data_.end() ? no_data() : *found->second;
}

FileData& DiskState::change_data(InodeNumber number) {
  std::shared_ptr<FileData>& data = data_[number];
  if (data == nullptr) {
    data = std::make_shared<FileData>();
  } else if (data.use_count() > 1) {
    data = std::make_shared<FileData>(*data);
  }
  return *data;
}

void DiskState::perform(Transaction transaction) {
  for (const Change& change : transaction) {
    const auto* put = std::get_if<PutInode>(&change);
    if (put == nullptr) continue;
    const Inode* before = live_.find(put->inode);
    if (before == nullptr || before->attributes.size != put->attributes.size) {
      layout_changes_.insert(put->inode);
    }
  }
  live_.apply(transaction);
  journal_.push_back(std::move(transaction));
  // As a kernel does every few seconds.
  if (journal_.size() > longest_journal) commit();
}

void DiskState::commit() {
  std::set<InodeNumber> changed;
  for (const Transaction& transaction : journal_) {
    durable_.apply(transaction);
    for (const Change& change : transaction) changed.insert(touched(change));
  }
  for (InodeNumber number : changed) {
    const Inode* inode = durable_.find(number);
    if (inode != nullptr && inode->attributes.links == 0) durable_.erase(number);
  }
  committed_ += journal_.size();
  journal_.clear();
  layout_changes_.clear();
  for (InodeNumber number : forgotten_) data_.erase(number);
  forgotten_.clear();
}

bool DiskState::layout_unsynced(InodeNumber number) const { return layout_changes_.contains(number); }

void DiskState::sync_data(InodeNumber number) {
  if (data_.contains(number)) change_data(number).sync();
}

void DiskState::sync_everything() {
  for (auto& [number, data] : data_) {
    if (data->unsynced_pages() != 0) change_data(number).sync();
  }
  commit();
}

void DiskState::forget(InodeNumber number) {
  live_.erase(number);
  forgotten_.push_back(number);
  if (journal_.empty()) commit();
}

std::uint64_t DiskState::pages() const {
  std::uint64_t pages = 0;
  for (const auto& [number, data] : data_) {
    if (live_.contains(number)) pages += data->pages();
  }
  return pages;
}

std::vector<bool> DiskState::survivors(const SurvivalRule& rule, Random& random) const {
  std::vector<bool> survives(journal_.size(), false);
  if (rule.order == SurvivalRule::Order::prefix) {
    std::uint64_t prefix = std::min<std::uint64_t>(rule.transactions, journal_.size());
    if (rule.random_prefix) prefix = random.between(0, journal_.size());
    std::fill_n(survives.begin(), static_cast<std::ptrdiff_t>(prefix), true);
    return survives;
  }
  // Operations on different objects overtake each other; one that was lost takes along all that came later to any
  // object it touched.
  std::set<InodeNumber> stopped;
  for (std::size_t index = 0; index < journal_.size(); ++index) {
    const bool blocked = std::ranges::any_of(
        journal_[index], [&stopped](const Change& change) { return stopped.contains(touched(change)); });
    survives[index] = !blocked && random.chance(rule.transaction_share);
    if (survives[index]) continue;
    for (const Change& change : journal_[index]) stopped.insert(touched(change));
  }
  return survives;
}

DiskState DiskState::after_crash(const SurvivalRule& rule) const {
  Random random(rule.seed);
  const std::vector<bool> survives = survivors(rule, random);
  DiskState left;
  left.live_ = durable_;
  for (std::size_t index = 0; index < journal_.size(); ++index) {
    if (survives[index]) left.live_.apply(journal_[index]);
  }
  for (InodeNumber number : left.live_.unlinked()) left.live_.erase(number);
  left.durable_ = left.live_;
  left.last_number_ = last_number_;
  left.committed_ = next_transaction();
  const PageChooser chooser{
      .transaction_survives =
          [this, &survives](std::uint64_t transaction) {
            return transaction < committed_ || survives[transaction - committed_];
          },
      .write_survives = [&] { return random.chance(rule.write_share); },
      .torn_at =
          [&] {
            return random.chance(rule.torn_share) ? 512 * static_cast<std::size_t>(random.between(1, 7)) : page_size;
          },
  };
  for (const auto& [number, data] : data_) {
    const Inode* inode = left.live_.find(number);
    if (inode == nullptr) continue;
    left.data_[number] = std::make_shared<FileData>(data->after_crash(inode->attributes.size, chooser));
  }
  return left;
}

}  // namespace mortar
