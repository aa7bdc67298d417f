// gluster-eventsapi webhook-add.
#pragma once

#include "pool/edit.h"

namespace mortar {

struct AddWebhook {
  Webhook webhook;

  // EEXIST where there is one of this address.
  Result<Done> check(const Pool& pool) const;
  void apply(Pool& pool) const { pool.webhooks.push_back(webhook); }
};

}  // namespace mortar
