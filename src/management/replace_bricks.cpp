// What puts a brick in the place of another, or of itself.
#include "base/log.h"
#include "management/management.h"
#include "management/new_copies.h"
#include "pool/document.h"

namespace mortar {

Task<Reports> Management::take_brick_away(TakeBrickAway edit) {
  SharedMutex::Guard turn = co_await tried(commands_.lock());
  co_await tried(edit.check(pool()));
  Reports reports = co_await tried(transact(order_for("reset-brick", edit.volume), change(edit)));
  co_await tried(reports.outcome());
  co_return std::move(reports);
}

// The command has failed, and tells why; what this cannot do is logged.
Task<> Management::bring_brick_back(BringBrickBack edit) {
  const Result<Done> back = co_await change(edit);
  if (!back) co_return back;
  Order order = order_for("reset-brick", edit.volume);
  order.version = membership_.configuration().version();
  co_await tried(orders_.give(std::move(order)));
  co_return done;
}

Task<> Management::undo_replacement(ReplaceBrick edit, Volume before, Order order, Reports reports) {
  if (edit.resets) {
    co_await tried(take_back(TakeBrickAway{edit.volume, edit.next.text()}, reports));
  } else {
    const Brick former = *std::ranges::find(before.bricks, edit.former, &Brick::text);
    const ReplaceBrick back{.volume = edit.volume, .former = edit.next.text(), .next = former};
    co_await tried(take_back(back, reports));
  }
  co_await tried(give_bricks_back(std::move(order)));
  co_return done;
}

// The former brick ends first: a healer that still reached it would find that nothing is missing, and take away what
// the other copies were told about the new one. Clients see the new one last.
Task<Reports> Management::replace_brick(ReplaceBrick edit) {
  SharedMutex::Guard turn = co_await tried(commands_.lock());
  edit.next.server = co_await tried(server_of(edit.next.host));
  co_await tried(edit.check(pool()));
  const Volume before = *pool().find(edit.volume);
  Pool after = pool();
  edit.apply(after);
  const Volume wanted = *after.find(edit.volume);
  const Brick next = *std::ranges::find(wanted.bricks, edit.next.text(), &Brick::text);
  Volume made = wanted;
  made.bricks = {next};
  co_await tried(orders_.check_connected(made));
  Order order = order_for(commands_of_orders::replace_brick, edit.volume);
  order.force = 1;
  order.document = document_of(made);
  if (!edit.resets) {
    const Reports could = co_await tried(orders_.give(order));
    co_await tried(could.outcome());
    const TakeBrickAway away{edit.volume, edit.former};
    const Reports left = co_await tried(transact(order_for("reset-brick", edit.volume), change(away)));
    co_await tried(left.outcome());
  }
  Result<Reports> replaced = Reports{};
  Result<Done> told = co_await tell_of_new_copies(world_, places_, wanted, {wanted.client_of(next)});
  if (told) {
    replaced = co_await transact(order, change(edit));
  } else {
    replaced = std::unexpected(told.error());
  }
  if (!replaced && !edit.resets) {
    const Result<Done> back = co_await bring_brick_back({edit.volume, edit.former});
    if (!back) log::error("management", "brick {} stays away: {}", edit.former, back.error().sentence());
  }
  co_await tried(replaced);
  if (replaced->failure || has_brick_on(made, replaced->silent)) {
    Task<> undoing = undo_replacement(std::move(edit), before, order, *replaced);
    co_await tried(std::move(undoing));
    co_await tried(replaced->outcome());
    co_return not_answered(*replaced);
  }
  co_return std::move(*replaced);
}

}  // namespace mortar
