#include "translators/replicate/changelog.h"

namespace mortar::replicate {

std::array<std::byte, 12> Counts::stored() const {
  std::array<std::byte, 12> bytes;
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    const auto word = static_cast<std::uint32_t>(by_slot[at / 4]);
    bytes[at] = static_cast<std::byte>(word >> (8 * (3 - at % 4)));
  }
  return bytes;
}

Counts Counts::parse(Bytes bytes) {
  Counts counts;
  if (bytes.size() != 4 * counts.by_slot.size()) return counts;
  for (std::size_t slot = 0; slot < counts.by_slot.size(); ++slot) {
    std::uint32_t word = 0;
    for (const std::byte byte : bytes.subspan(4 * slot, 4)) word = word << 8 | std::to_integer<std::uint32_t>(byte);
    counts.by_slot[slot] = static_cast<std::int32_t>(word);
  }
  return counts;
}

ChangelogKeys::ChangelogKeys(std::vector<std::string> children) : missed_(std::move(children)) {
  for (std::string& child : missed_) child = "trusted.afr." + child;
}

void ChangelogKeys::ask_in(Dictionary& xdata) const {
  const Counts nothing;
  for (const std::string& key : missed_) xdata.set_bytes(key, nothing.stored());
  xdata.set_bytes(dirty_key, nothing.stored());
}

Marks ChangelogKeys::read(const Dictionary& answer) const {
  Marks marks;
  marks.missed.reserve(missed_.size());
  for (const std::string& key : missed_) marks.missed.push_back(Counts::parse(answer.bytes(key).value_or(Bytes{})));
  marks.dirty = Counts::parse(answer.bytes(dirty_key).value_or(Bytes{}));
  return marks;
}

std::string ChangelogKeys::all_missed() const {
  std::string names;
  for (const std::string& name : missed_) names.append(name).push_back('\0');
  return names;
}

void ChangelogKeys::hide(Dictionary& values) const {
  std::vector<std::string> own;
  for (const auto& [key, value] : values) {
    if (has(key)) own.push_back(key);
  }
  for (const std::string& key : own) values.erase(key);
}

}  // namespace mortar::replicate
