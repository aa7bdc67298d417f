#include "translators/posix/gfid2path.h"

#include <fmt/format.h>
#include <xxhash.h>

#include "base/name.h"

namespace mortar::posix {

NameRecord name_record(const Gfid& parent, std::string_view name) {
  NameRecord record;
  record.value = fmt::format("{}/{}", parent.text(), name);
  record.key = fmt::format("{}{:016x}", gfid2path_prefix, XXH64(record.value.data(), record.value.size(), 0));
  return record;
}

std::optional<RecordedName> parse_name_record(std::string_view value) {
  constexpr std::size_t gfid_length = 36;
  if (value.size() < gfid_length + 2 || value[gfid_length] != '/') return std::nullopt;
  std::optional<Gfid> parent = Gfid::parse(value.substr(0, gfid_length));
  Result<Name> name = Name::make(value.substr(gfid_length + 1));
  if (!parent || !name) return std::nullopt;
  return RecordedName{*parent, name->text()};
}

std::string link_count_key(const Gfid& parent) { return fmt::format("trusted.pgfid.{}", parent.text()); }

}  // namespace mortar::posix
