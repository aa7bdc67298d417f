#include "translators/fuse/kernel_notices.h"

namespace mortar::fuse {

void KernelNotices::Forgotten::write(Writer& writer) const {
  for (const std::uint64_t inode : attributes) writer.forget_attributes(inode);
  for (const auto& [parent, name] : names) writer.forget_name(parent, name);
  for (const std::uint64_t inode : pages) writer.forget_pages(inode);
}

void KernelNotices::forget_attributes(std::uint64_t inode) {
  quick_->waiting.attributes.insert(inode);
  begin(quick_);
}

void KernelNotices::forget_pages(std::uint64_t inode) {
  patient_->waiting.pages.insert(inode);
  begin(patient_);
}

void KernelNotices::forget_name(std::uint64_t parent, const std::string& name) {
  patient_->waiting.names.emplace(parent, name);
  begin(patient_);
}

void KernelNotices::begin(const LanePointer& lane) {
  if (std::exchange(lane->at_work, true)) return;
  world_.background().start(write_all(world_, writer_, lane));
}

Task<> KernelNotices::write_all(World& world, std::shared_ptr<Writer> writer, LanePointer lane) {
  co_await next_turn();  // what is heard in the same turn goes together
  while (!lane->waiting.empty()) {
    const auto now = std::make_shared<const Forgotten>(std::exchange(lane->waiting, {}));
    co_await world.off_loop([writer, now] {
      now->write(*writer);
      return done;
    });
  }
  lane->at_work = false;
  co_return done;
}

}  // namespace mortar::fuse
