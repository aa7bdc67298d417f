// Events and webhooks as texts: what is sent, and the files that GlusterFS has of them.
#pragma once

#include <cstdint>
#include <string>

#include "pool/pool.h"
#include "wire/events.h"

namespace mortar {

// {"event": ..., "message": {...}, "nodeid": ..., "ts": ...}
std::string event_text(const Gfid& server, std::int64_t seconds, const Occurrence& event);
// The value of a request's header Authorization: by a token that is signed with the webhook's secret and good for a
// minute from now on, else by the webhook's own token; empty: none.
std::string authorization(const Webhook& webhook, std::string_view event, std::int64_t seconds, std::int64_t now);

// events/webhooks.json and events/config.json.
std::string webhooks_text(const Pool& pool);
std::string event_settings_text(const Pool& pool);
// What such files hold, into the pool; what no webhook or setting here could be is left out and named.
std::vector<std::string> read_webhooks(std::string_view text, Pool& pool);
std::vector<std::string> read_event_settings(std::string_view text, Pool& pool);

}  // namespace mortar
