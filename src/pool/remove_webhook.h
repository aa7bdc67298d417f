// gluster-eventsapi webhook-del.
#pragma once

#include "pool/edit.h"
#include "pool/event_settings.h"

namespace mortar {

struct RemoveWebhook {
  std::string url;

  Result<Done> check(const Pool& pool) const { return check_webhook_exists(pool, url); }
  void apply(Pool& pool) const {
    std::erase_if(pool.webhooks, [this](const Webhook& webhook) { return webhook.url == url; });
  }
};

}  // namespace mortar
