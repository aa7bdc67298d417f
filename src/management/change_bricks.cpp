// What adds bricks to a volume and takes them away.
#include <fmt/format.h>

#include <algorithm>

#include "management/commands.h"
#include "management/management.h"
#include "management/new_copies.h"
#include "pool/document.h"

namespace mortar {

namespace {

constexpr Duration status_limit = std::chrono::seconds(4);

std::vector<std::string> new_clients(const Volume& before, const Pool& after) {
  std::vector<std::string> clients;
  const Volume& grown = *after.find(before.name);
  for (const Brick& brick : grown.bricks) {
    if (std::ranges::find(before.bricks, brick.number, &Brick::number) == before.bricks.end()) {
      clients.push_back(grown.client_of(brick));
    }
  }
  return clients;
}

}  // namespace

Task<> Management::check_all_run(Volume volume) {
  Dictionary question;
  question.set_text("volname", volume.name);
  const Gathered gathered =
      co_await tried(ask_servers(std::string(commands::subject::status), std::move(question), status_limit));
  for (std::size_t place = 0; place < volume.bricks.size(); ++place) {
    const std::string key = fmt::format("brick{}.status", place);
    const bool runs = std::ranges::any_of(
        gathered.answers, [&key](const Dictionary& answer) { return answer.number(key).value_or(0) == 1; });
    if (runs) continue;
    co_return failed(EINVAL, fmt::format("Brick {} is down, changing replica count needs all the bricks to be up to "
                                         "avoid data loss",
                                         volume.bricks[place].path));
  }
  co_return done;
}

// The new bricks run before clients of their servers hear of them.
Task<Reports> Management::add_bricks(AddBricks edit) {
  SharedMutex::Guard turn = co_await tried(commands_.lock());
  co_await tried(find_servers(edit.bricks));
  co_await tried(edit.check(pool()));
  const Volume before = *pool().find(edit.volume);
  if (edit.adds_copies(before)) {
    co_await tried(check_all_run(before));
  }
  Volume grown = before;
  grown.bricks = edit.bricks;
  if (edit.adds_copies(before)) grown.replica_count = edit.replica_count;
  co_await tried(orders_.check_connected(grown));
  Order order = order_for(commands_of_orders::add_bricks, edit.volume, hook_arguments("add-brick", edit.volume));
  order.force = edit.force ? 1 : 0;
  order.document = document_of(grown);
  Task<> telling = ready<Done>(done);
  if (edit.adds_copies(before)) {
    Pool after = pool();
    edit.apply(after);
    telling = tell_of_new_copies(world_, places_, *after.find(edit.volume), new_clients(before, after));
  }
  RemoveBricks reverse{edit.volume, edit.bricks, edit.adds_copies(before) ? before.replica_count : 0};
  Reports reports = co_await tried(
      make_bricks(std::move(order), std::move(grown), std::move(telling), std::move(edit), std::move(reverse)));
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
