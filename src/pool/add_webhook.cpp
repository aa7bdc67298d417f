#include "pool/add_webhook.h"

#include <fmt/format.h>

#include "pool/event_settings.h"

namespace mortar {

namespace {

// Each event is sent to each of them.
constexpr std::size_t most_webhooks = 64;

}  // namespace

Result<Done> AddWebhook::check(const Pool& pool) const {
  if (pool.webhook(webhook.url) != nullptr) return failed(EEXIST, "Webhook already exists");
  if (pool.webhooks.size() >= most_webhooks) {
    return failed(E2BIG, fmt::format("There are {} webhooks already, and there can be no more", most_webhooks));
  }
  return check_webhook(webhook);
}

}  // namespace mortar
