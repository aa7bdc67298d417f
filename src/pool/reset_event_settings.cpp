#include "pool/reset_event_settings.h"

#include "pool/event_settings.h"

namespace mortar {

namespace {

constexpr std::string_view all = "all";

}  // namespace

Result<Done> ResetEventSettings::check(const Pool& pool) const {
  if (name != all) {
    const Result<const EventSetting*> setting = existing_event_setting(name);
    if (!setting) return std::unexpected(setting.error());
  }
  const bool is_set = name == all ? !pool.event_settings.empty() : pool.event_settings.find(name).has_value();
  if (is_set) return done;
  return failed(EALREADY, "Config value not reset. Already set to default value");
}

void ResetEventSettings::apply(Pool& pool) const {
  if (name == all) {
    pool.event_settings = {};
  } else {
    pool.event_settings.erase(name);
  }
}

}  // namespace mortar
