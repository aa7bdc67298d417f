// gluster-eventsapi webhook-mod: another token or secret, or both.
#pragma once

#include "pool/edit.h"

namespace mortar {

struct ChangeWebhook {
  Webhook webhook;  // an empty token or secret stays as it is

  Result<Done> check(const Pool& pool) const;
  void apply(Pool& pool) const;
};

}  // namespace mortar
