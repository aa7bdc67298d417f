// What adds bricks to a volume and takes them away.
#include "management/management.h"
#include "pool/document.h"

namespace mortar {

// The new bricks run before clients of their servers hear of them.
Task<Reports> Management::add_bricks(AddBricks edit) {
  SharedMutex::Guard turn = co_await tried(commands_.lock());
  co_await tried(find_servers(edit.bricks));
  co_await tried(edit.check(pool()));
  Volume grown = *pool().find(edit.volume);
  grown.bricks = edit.bricks;
  co_await tried(orders_.check_connected(grown));
  Order order = order_for(commands_of_orders::add_bricks, edit.volume, hook_arguments("add-brick", edit.volume));
  order.force = edit.force ? 1 : 0;
  order.document = document_of(grown);
  RemoveBricks reverse{edit.volume, edit.bricks};
  Reports reports =
      co_await tried(make_bricks(std::move(order), std::move(grown), std::move(edit), std::move(reverse)));
  co_return std::move(reports);
}

// Clients hear of it before the bricks end.
Task<Reports> Management::remove_bricks(RemoveBricks edit) {
  SharedMutex::Guard turn = co_await tried(commands_.lock());
  co_await tried(edit.check(pool()));
  const Order order = order_for("remove-brick", edit.volume, hook_arguments("remove-brick", edit.volume));
  Reports reports = co_await tried(transact(order, change(edit)));
  co_await tried(reports.outcome());
  co_return std::move(reports);
}

}  // namespace mortar
