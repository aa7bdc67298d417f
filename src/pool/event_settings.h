// The settings of events, which the pool has once for all servers, and what an address of a webhook may be.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "pool/edit.h"

namespace mortar {

struct EventSetting {
  enum class Kind { level, number, flag };

  std::string_view name;
  Kind kind;
  std::string_view otherwise;  // the value of one that was not set
  bool is_ours = false;        // shown where it is set or asked for: GlusterFS has it not
};

// In the order in which they are shown.
std::span<const EventSetting> event_settings();
// EINVAL "Invalid Config item".
Result<const EventSetting*> existing_event_setting(std::string_view name);
// The word as it is kept; EINVAL where it is no value of the setting.
Result<std::string> event_setting_value(const EventSetting& setting, std::string_view word);
// The value in effect.
std::string_view value_of(const Pool& pool, const EventSetting& setting);
// Whether what happens is written into events.log.
bool are_events_logged(const Pool& pool);
// Whether clients that come and go are events.
bool are_clients_told_of(const Pool& pool);

// Whether a POST can be sent to it; EINVAL, E2BIG.
Result<Done> check_webhook(const Webhook& webhook);
// ENOENT, in the words of GlusterFS.
Result<Done> check_webhook_exists(const Pool& pool, std::string_view url);

}  // namespace mortar
