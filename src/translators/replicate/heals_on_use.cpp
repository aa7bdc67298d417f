#include "translators/replicate/heals_on_use.h"

#include "base/log.h"

namespace mortar::replicate {

HealedParts HealsOnUse::wanted(const Iatt& object, const Evidence& evidence) const {
  const ReplicateOptions& options = volume_.options;
  const Copies with_data = evidence.present & volume_.with_data();
  const bool is_data_behind = evidence.readable.data != (object.is_directory() ? evidence.present : with_data);
  return {.content = options.heals_content_on_use() && !object.is_directory() && is_data_behind,
          .attributes = options.heals_attributes_on_use && evidence.readable.metadata != with_data,
          .names = options.heals_names_on_use && object.is_directory() && is_data_behind};
}

void HealsOnUse::seen(const Iatt& object, const Evidence& evidence) {
  const HealedParts parts = wanted(object, evidence);
  if (!parts.content && !parts.attributes && !parts.names) return;
  // With a copy away most has to wait for it anyway.
  if (volume_.up() != volume_.all() || volume_.options.heals_at_once_on_use == 0) return;
  if (begun_.size() >= most_waiting || !begun_.insert(object.gfid).second) return;
  healing_.start(heal(object.gfid, parts));
}

Task<> HealsOnUse::heal(Gfid gfid, HealedParts parts) {
  while (running_ >= volume_.options.heals_at_once_on_use) {
    co_await Queued(turn_);
  }
  ++running_;
  const Result<HealReport> report = co_await healer_.heal(gfid, parts);
  --running_;
  begun_.erase(gfid);
  turn_.move_to(ready_queue());
  if (report) {
    log::debug(volume_.name(), "{} was found behind: {}", gfid.text(),
               report->reason.empty() ? "seen to" : report->reason);
  } else {
    log::info(volume_.name(), "{} was found behind and is not healed: {}", gfid.text(), report.error().sentence());
  }
  co_return done;
}

}  // namespace mortar::replicate
