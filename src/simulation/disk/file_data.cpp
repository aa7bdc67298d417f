#include "simulation/disk/file_data.h"

#include <algorithm>
#include <cstring>

namespace mortar {

namespace {

constexpr std::size_t longest_history = 16;

// The part of a range that lies in one page.
struct Part {
  std::uint64_t page;
  std::size_t from, to;
};

Part first_part(std::uint64_t from, std::uint64_t to) {
  const std::uint64_t page = from / page_size;
  return {page, static_cast<std::size_t>(from % page_size),
          static_cast<std::size_t>(std::min(to - page * page_size, std::uint64_t{page_size}))};
}

PagePointer zeroed(const PagePointer& page, std::size_t from, std::size_t to) {
  if (page == nullptr) return nullptr;
  auto copy = std::make_shared<Page>(*page);
  std::fill(copy->begin() + static_cast<std::ptrdiff_t>(from), copy->begin() + static_cast<std::ptrdiff_t>(to),
            std::byte{0});
  return copy;
}

PagePointer torn(const PagePointer& old_page, const PagePointer& new_page, std::size_t at) {
  if (at >= page_size || new_page == nullptr) return new_page;
  auto copy = old_page == nullptr ? std::make_shared<Page>() : std::make_shared<Page>(*old_page);
  std::copy_n(new_page->begin(), at, copy->begin());
  return copy;
}

}  // namespace

FileData::History& FileData::history(std::uint64_t page) {
  auto [place, fresh] = unsynced_.try_emplace(page);
  if (fresh) {
    auto known = pages_.find(page);
    place->second.existed = known != pages_.end();
    if (place->second.existed) place->second.durable = known->second;
  }
  long_history_ |= place->second.changes.size() >= longest_history;
  return place->second;
}

void FileData::read(std::span<std::byte> into, std::uint64_t offset) const {
  std::size_t done = 0;
  while (done < into.size()) {
    const Part part = first_part(offset + done, offset + into.size());
    auto found = pages_.find(part.page);
    const std::size_t size = part.to - part.from;
    if (found == pages_.end() || found->second == nullptr) {
      std::memset(into.data() + done, 0, size);
    } else {
      std::memcpy(into.data() + done, found->second->data() + part.from, size);
    }
    done += size;
  }
}

void FileData::write(Bytes from, std::uint64_t offset) {
  std::size_t done = 0;
  while (done < from.size()) {
    const Part part = first_part(offset + done, offset + from.size());
    History& past = history(part.page);
    PagePointer& current = pages_[part.page];
    auto copy = current == nullptr ? std::make_shared<Page>() : std::make_shared<Page>(*current);
    std::memcpy(copy->data() + part.from, from.data() + done, part.to - part.from);
    current = std::move(copy);
    past.changes.push_back(PageChange{.written = current});
    done += part.to - part.from;
  }
}

void FileData::cut(std::uint64_t from, std::uint64_t to, std::uint64_t transaction) {
  auto page = pages_.lower_bound(from / page_size);
  while (page != pages_.end() && page->first * page_size < to) {
    const std::uint64_t start = page->first * page_size;
    const auto cut_from = static_cast<std::uint32_t>(from > start ? from - start : 0);
    const auto cut_to = static_cast<std::uint32_t>(std::min(to - start, std::uint64_t{page_size}));
    History& past = history(page->first);
    past.changes.push_back(
        PageChange{.transaction = transaction, .is_cut = true, .cut_from = cut_from, .cut_to = cut_to});
    if (cut_from == 0 && cut_to == page_size) {
      page = pages_.erase(page);
    } else {
      page->second = zeroed(page->second, cut_from, cut_to);
      ++page;
    }
  }
}

void FileData::allocate(std::uint64_t from, std::uint64_t to) {
  for (std::uint64_t page = from / page_size; page * page_size < to; ++page) pages_.try_emplace(page);
}

std::uint64_t FileData::pages_needed(std::uint64_t from, std::uint64_t to) const {
  if (from >= to) return 0;
  const std::uint64_t first = from / page_size;
  const std::uint64_t behind = (to + page_size - 1) / page_size;
  const auto present = std::distance(pages_.lower_bound(first), pages_.lower_bound(behind));
  return behind - first - static_cast<std::uint64_t>(present);
}

std::uint64_t FileData::next_data(std::uint64_t offset, std::uint64_t size) const {
  for (auto page = pages_.lower_bound(offset / page_size); page != pages_.end(); ++page) {
    if (page->second == nullptr) continue;
    return std::min(std::max(offset, page->first * page_size), size);
  }
  return size;
}

std::uint64_t FileData::next_hole(std::uint64_t offset, std::uint64_t size) const {
  std::uint64_t page = offset / page_size;
  while (true) {
    auto found = pages_.find(page);
    if (found == pages_.end() || found->second == nullptr) break;
    ++page;
  }
  return std::min(std::max(offset, page * page_size), size);
}

FileData FileData::after_crash(std::uint64_t size, const PageChooser& chooser) const {
  FileData left;
  left.pages_ = pages_;
  for (const auto& [number, past] : unsynced_) {
    bool exists = past.existed;
    PagePointer page = past.durable;
    for (const PageChange& change : past.changes) {
      if (!change.is_cut) {
        if (!chooser.write_survives()) continue;
        page = torn(page, change.written, chooser.torn_at());
        exists = true;
        continue;
      }
      // What follows a cut that did not happen went to blocks that the file does not have.
      if (!chooser.transaction_survives(change.transaction)) break;
      const bool whole = change.cut_from == 0 && change.cut_to == page_size;
      exists = exists && !whole;
      page = whole ? nullptr : zeroed(page, change.cut_from, change.cut_to);
    }
    if (exists) {
      left.pages_[number] = page;
    } else {
      left.pages_.erase(number);
    }
  }
  left.cut(size, ~std::uint64_t{0}, 0);
  left.unsynced_.clear();
  return left;
}

}  // namespace mortar
