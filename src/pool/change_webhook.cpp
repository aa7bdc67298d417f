#include "pool/change_webhook.h"

#include "pool/event_settings.h"

namespace mortar {

Result<Done> ChangeWebhook::check(const Pool& pool) const {
  if (Result<Done> exists = check_webhook_exists(pool, webhook.url); !exists) return exists;
  return check_webhook(webhook);
}

void ChangeWebhook::apply(Pool& pool) const {
  Webhook& changed = *pool.webhook(webhook.url);
  if (!webhook.token.empty()) changed.token = webhook.token;
  if (!webhook.secret.empty()) changed.secret = webhook.secret;
}

}  // namespace mortar
