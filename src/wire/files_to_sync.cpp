#include "wire/files_to_sync.h"

#include "wire/own_keys.h"

namespace mortar {

namespace {

constexpr std::size_t gfid_size = sizeof(Gfid::bytes);

}  // namespace

void put_files_to_sync(Dictionary& xdata, std::span<const Gfid> files) {
  std::vector<std::byte> list;
  list.reserve(files.size() * gfid_size);
  for (const Gfid& file : files) list.insert(list.end(), file.view().begin(), file.view().end());
  xdata.set_bytes(own_key::files_to_sync, list);
}

Result<std::vector<Gfid>> files_to_sync(const Dictionary& xdata) {
  const std::optional<Bytes> list = xdata.bytes(own_key::files_to_sync);
  if (!list || list->size() % gfid_size != 0 || list->size() > most_files_to_sync * gfid_size) return failed(EINVAL);
  std::vector<Gfid> files;
  files.reserve(list->size() / gfid_size);
  for (std::size_t at = 0; at < list->size(); at += gfid_size) {
    files.push_back(*Gfid::from(list->subspan(at, gfid_size)));
  }
  return files;
}

}  // namespace mortar
