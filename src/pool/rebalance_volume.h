// volume rebalance: what the document knows of a walk through a volume that a process on each of its servers makes.
#pragma once

#include "pool/edit.h"

namespace mortar {

// A new walk takes the place of one that has ended.
struct StartRebalance {
  std::string volume;
  Gfid id;

  Result<Done> check(const Pool& pool) const;
  void apply(Pool& pool) const;
};

// Nothing is known of it any more: stock's rebalance cannot be asked about once it was stopped.
struct StopRebalance {
  std::string volume;

  Result<Done> check(const Pool& pool) const;
  void apply(Pool& pool) const;
};

// How it ended on one server. ESTALE where it was stopped, or is another one by now.
struct SettleRebalance {
  std::string volume;
  Gfid id;
  RebalancePart part;

  Result<Done> check(const Pool& pool) const;
  void apply(Pool& pool) const;
};

// What may be asked about it, in stock's sentences: the volume is started, and there is one.
Result<const Volume*> volume_to_rebalance(const Pool& pool, std::string_view name);
Result<const Volume*> rebalanced_volume(const Pool& pool, std::string_view name);

}  // namespace mortar
