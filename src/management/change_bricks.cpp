// What adds bricks to a volume and takes them away.
#include <algorithm>

#include "management/management.h"

namespace mortar {

// The new bricks run before clients hear of them.
Task<> Management::add_bricks(AddBricks edit) {
  SharedMutex::Guard turn = co_await tried(commands_.lock());
  co_await tried(find_servers(edit.bricks));
  co_await tried(edit.check(pool()));
  const Gfid id = pool().find(edit.volume)->id;
  const std::vector<BrickDirectory> taken = co_await tried(take_directories(edit.bricks, id, edit.force));
  co_await run_hooks(world_, places_, "add-brick", "pre", hook_arguments("add-brick", edit.volume));
  const Result<Done> outcome = co_await change(edit);
  if (!outcome) {
    give_back(taken);
    co_return outcome;
  }
  const Volume grown = *pool().find(edit.volume);
  if (grown.status == VolumeState::started) {
    co_await tried(start_new_bricks(grown, edit.bricks, taken));
  }
  co_await render(edit.volume);
  co_await run_hooks(world_, places_, "add-brick", "post", hook_arguments("add-brick", edit.volume));
  tell();
  co_return done;
}

// Clients hear of it before the bricks end.
Task<> Management::remove_bricks(RemoveBricks edit) {
  SharedMutex::Guard turn = co_await tried(commands_.lock());
  co_await tried(edit.check(pool()));
  Volume gone = *pool().find(edit.volume);
  co_await run_hooks(world_, places_, "remove-brick", "pre", hook_arguments("remove-brick", edit.volume));
  co_await tried(change(edit));
  const Volume left = *pool().find(edit.volume);
  std::erase_if(gone.bricks,
                [&left](const Brick& brick) { return std::ranges::find(left.bricks, brick) != left.bricks.end(); });
  co_await render(edit.volume);
  tell();
  const Result<Done> down = co_await supervisor_->stop(gone);
  co_await run_hooks(world_, places_, "remove-brick", "post", hook_arguments("remove-brick", edit.volume));
  co_return down;
}

// As if nothing had been asked where one of them does not start.
Task<> Management::start_new_bricks(Volume grown, std::vector<Brick> bricks, std::vector<BrickDirectory> taken) {
  Volume only_new = grown;
  only_new.bricks = bricks;
  const Result<Done> up = co_await supervisor_->start(only_new, true);
  supervisor_->update(grown);
  if (up) co_return done;
  co_await supervisor_->stop(only_new);
  co_await tried(change(RemoveBricks{grown.name, bricks}));
  give_back(taken);
  co_return up;
}

}  // namespace mortar
