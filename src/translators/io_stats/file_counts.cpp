#include "translators/io_stats/file_counts.h"

#include <algorithm>
#include <unordered_set>

namespace mortar::io_stats {

namespace {

constexpr std::array all_tables{Top::open,     Top::read,       Top::write,      Top::opendir,
                                Top::readdirp, Top::read_speed, Top::write_speed};
// Else making room might make none.
static_assert(2 * all_tables.size() * FileCounts::longest_table < FileCounts::most_files);

}  // namespace

FileCounts::File& FileCounts::file(const Gfid& gfid) {
  auto place = files_.find(gfid);
  if (place == files_.end()) {
    if (files_.size() >= most_files) make_room();
    place = files_.try_emplace(gfid).first;
  }
  place->second.last_use = ++uses_;
  return place->second;
}

void FileCounts::speed(Top what, const Gfid& gfid, std::uint64_t megabytes_a_second, Moment now) {
  Speed& best = file(gfid).speeds[place_of(what) - counts];
  if (!best.known || best.value <= megabytes_a_second) best = Speed{megabytes_a_second, now, true};
}

std::uint64_t FileCounts::value_of(const File& file, Top what) {
  const std::size_t place = place_of(what);
  return place < counts ? file.counts[place] : file.speeds[place - counts].value;
}

bool FileCounts::is_listed(const File& file, Top what) {
  const std::size_t place = place_of(what);
  return place < counts ? file.counts[place] != 0 : file.speeds[place - counts].known;
}

std::vector<const FileCounts::Files::value_type*> FileCounts::leaders(Top what, std::size_t length) const {
  std::vector<const Files::value_type*> order;
  for (const Files::value_type& entry : files_) {
    if (is_listed(entry.second, what)) order.push_back(&entry);
  }
  const std::size_t listed = std::min(order.size(), length);
  std::ranges::partial_sort(
      order, order.begin() + static_cast<std::ptrdiff_t>(listed), [what](auto* left, auto* right) {
        const std::uint64_t first = value_of(left->second, what), second = value_of(right->second, what);
        return first != second ? first > second : left->second.last_use > right->second.last_use;
      });
  order.resize(listed);
  return order;
}

std::vector<TopEntry> FileCounts::table(Top what, std::size_t length) const {
  std::vector<TopEntry> table;
  for (const Files::value_type* entry : leaders(what, std::min(length, longest_table))) {
    const std::size_t place = place_of(what);
    const Moment when = place < counts ? Moment{} : entry->second.speeds[place - counts].when;
    table.push_back({entry->first, value_of(entry->second, what), when});
  }
  return table;
}

// Half of the room is made at once, so that its cost is spread over as many new files.
void FileCounts::make_room() {
  std::unordered_set<Gfid> kept;
  for (Top what : all_tables) {
    for (const Files::value_type* entry : leaders(what, longest_table)) kept.insert(entry->first);
  }
  std::vector<std::uint64_t> uses;
  for (const auto& [gfid, file] : files_) uses.push_back(file.last_use);
  const auto middle = uses.begin() + static_cast<std::ptrdiff_t>(uses.size() / 2);
  std::ranges::nth_element(uses, middle);
  const std::uint64_t oldest_kept = *middle;
  std::erase_if(files_, [&](const Files::value_type& entry) {
    return entry.second.last_use < oldest_kept && !kept.contains(entry.first);
  });
}

}  // namespace mortar::io_stats
