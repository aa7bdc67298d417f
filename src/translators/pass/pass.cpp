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

Result<std::unique_ptr<Translator>> make_single_distribute(World& world, const VolumeSection& section) {
  if (section.subvolumes.size() > 1) {
    return failed(ENOTSUP, fmt::format("volume {} distributes over {} subvolumes; this version serves volumes of one",
                                       section.name, section.subvolumes.size()));
  }
  return make_pass(world, section);
}

}  // namespace

void add_pass_types(TranslatorTypes& types) {
  for (const char* type : {"performance/write-behind", "performance/read-ahead", "performance/readdir-ahead",
                           "performance/io-cache", "performance/quick-read", "performance/md-cache",
                           "performance/nl-cache", "performance/io-threads", "debug/io-stats"}) {
    types.emplace(type, make_pass);
  }
  types.emplace("cluster/distribute", make_single_distribute);
}

}  // namespace mortar
