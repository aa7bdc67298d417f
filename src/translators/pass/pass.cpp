#include "translators/pass/pass.h"

#include <fmt/format.h>

namespace mortar {
namespace {

Result<std::unique_ptr<Translator>> make_pass(World&, const VolumeSection& section) {
  if (section.subvolumes.size() != 1) {
    return failed(EINVAL, fmt::format("volume {}: {} needs exactly one subvolume, not {}", section.name, section.type,
                                      section.subvolumes.size()));
  }
  return std::make_unique<PassOn>(section.name);
}

}  // namespace

void add_pass_types(TranslatorTypes& types) {
  for (const char* type : {"performance/read-ahead", "performance/readdir-ahead", "performance/io-cache",
                           "performance/nl-cache", "performance/io-threads"}) {
    types.emplace(type, make_pass);
  }
}

}  // namespace mortar
