#include "translators/read_only/read_only.h"

namespace mortar {

Result<std::unique_ptr<Translator>> make_read_only(World&, const VolumeSection& section) {
  Result<read_only::Options> options = read_options<read_only::Options>(section);
  if (!options) return std::unexpected(options.error());
  return std::make_unique<ReadOnly>(section.name, *options);
}

}  // namespace mortar
