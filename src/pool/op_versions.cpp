#include "pool/op_versions.h"

#include <algorithm>

#include "pool/option_table.h"

namespace mortar {

void update_op_versions(Volume& volume) {
  volume.op_version = oldest_op_version;
  volume.client_op_version = oldest_client_op_version;
  for (const auto& [key, value] : volume.options) {
    const OptionEntry* option = find_option(key);
    if (option == nullptr) continue;
    volume.op_version = std::max(volume.op_version, option->op_version);
    if ((option->flags & OptionEntry::client) != 0) {
      volume.client_op_version = std::max(volume.client_op_version, option->op_version);
    }
  }
}

}  // namespace mortar
