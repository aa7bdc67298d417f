#include "pool/set_event_setting.h"

#include "pool/event_settings.h"

namespace mortar {

Result<Done> SetEventSetting::check(const Pool& pool) const {
  const Result<const EventSetting*> setting = existing_event_setting(name);
  if (!setting) return std::unexpected(setting.error());
  const Result<std::string> kept = event_setting_value(**setting, value);
  if (!kept) return std::unexpected(kept.error());
  if (*kept == value_of(pool, **setting)) return failed(EALREADY, "Config value not changed. Same config");
  return done;
}

void SetEventSetting::apply(Pool& pool) const {
  const EventSetting& setting = **existing_event_setting(name);
  pool.event_settings.set(name, *event_setting_value(setting, value));
}

}  // namespace mortar
