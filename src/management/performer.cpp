#include "management/performer.h"

#include <fcntl.h>
#include <fmt/format.h>

#include <algorithm>

#include "pool/document.h"

namespace mortar {

using namespace std::chrono_literals;

namespace {

// A server that is a little behind has the newest document soon.
constexpr Duration document_limit = 10s;

HookArguments arguments_of(std::string_view text) {
  HookArguments arguments;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    arguments.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return arguments;
}

// The document of such an order has the bricks that are new, and no others.
bool makes_bricks(const Order& order) {
  return order.command == commands_of_orders::create || order.command == commands_of_orders::add_bricks ||
         order.command == commands_of_orders::replace_brick;
}

}  // namespace

Task<> Performer::carry_out(Order order) {
  return order.version == 0 ? prepare(std::move(order)) : perform(std::move(order));
}

template <class Work>
Task<> Performer::with_own_bricks(Volume volume, Work work) {
  for (const Brick& brick : volume.bricks) {
    if (brick.server != membership_.server()) continue;
    Result<Result<Done>> worked = co_await world_.off_loop([work, brick] { return work(brick); });
    if (!worked) co_return worked.error();
    co_await tried(std::move(*worked));
  }
  co_return done;
}

// Where bricks are to write their state. The path may lead through a mount that hangs.
Task<> Performer::check_dump_folder(Volume volume) {
  const std::string path(volume.options.find("server.statedump-path").value_or("/"));
  const bool is_there = co_await tried(world_.off_loop([&files = world_.files(), path] {
    return files.open(FileSystem::no_directory, path, O_RDONLY | O_DIRECTORY, 0).has_value();
  }));
  if (!is_there) co_return failed(ENOTDIR, fmt::format("Failed: {} is not a directory", path));
  co_return done;
}

Task<> Performer::prepare(Order order) {
  if (order.command == commands_of_orders::set && !order.document.empty()) {
    const Pool asked = co_await tried(parse_pool(order.document));
    for (const Volume& volume : asked.volumes) {
      co_await tried(check_dump_folder(volume));
    }
  }
  if (makes_bricks(order) || order.command == commands_of_orders::start) {
    const Pool asked = co_await tried(parse_pool(order.document));
    const Volume* found = asked.find(order.volume);
    if (found == nullptr) co_return failed(EINVAL, "the order has no volume");
    const Volume& volume = *found;
    const bool force = order.force != 0;
    if (makes_bricks(order)) {
      co_await tried(with_own_bricks(volume, [&files = world_.files(), id = volume.id, force,
                                              working = places_.settings().working_directory](const Brick& brick) {
        const Result<BrickDirectory> taken = take_brick_directory(files, brick, id, force, working);
        if (!taken) return Result<Done>(std::unexpected(taken.error()));
        give_back_brick_directory(files, *taken);
        return Result<Done>(done);
      }));
    } else {
      co_await tried(with_own_bricks(volume, [&files = world_.files(), volume, force](const Brick& brick) {
        return check_brick_directory(files, brick, volume, force);
      }));
    }
  }
  co_await hooks(order, "pre");
  co_return done;
}

Task<> Performer::take_bricks(Volume volume, bool force) {
  // What was taken is given back where another cannot be: the volume will not be.
  std::vector<BrickDirectory> taken;
  for (const Brick& brick : volume.bricks) {
    if (brick.server != membership_.server()) continue;
    auto work = [&files = world_.files(), brick, id = volume.id, force,
                 working = places_.settings().working_directory] {
      return take_brick_directory(files, brick, id, force, working);
    };
    Result<Result<BrickDirectory>> directory = co_await world_.off_loop(std::move(work));
    if (!directory || !*directory) {
      for (const BrickDirectory& former : taken) give_back_brick_directory(world_.files(), former);
      co_return directory ? directory->error() : directory.error();
    }
    taken.push_back(std::move(**directory));
  }
  if (!taken.empty()) taken_[volume.id] = std::move(taken);
  co_return done;
}

Task<> Performer::give_bricks_back(Order order) {
  const Pool asked = co_await tried(parse_pool(order.document));
  const Volume* volume = asked.find(order.volume);
  if (volume == nullptr) co_return failed(EINVAL, "the order has no volume");
  const auto taken = taken_.find(volume->id);
  if (taken == taken_.end()) co_return done;
  for (const BrickDirectory& directory : taken->second) give_back_brick_directory(world_.files(), directory);
  taken_.erase(taken);
  co_return done;
}

Task<> Performer::perform(Order order) {
  co_await tried(membership_.configuration().reach(order.version, document_limit));
  if (order.volume.empty()) {
    co_await tried(reconciler_.pool_changed());
  } else {
    const Volume* volume = membership_.pool().find(order.volume);
    if (makes_bricks(order)) {
      const Pool asked = co_await tried(parse_pool(order.document));
      const Volume* made = asked.find(order.volume);
      if (made == nullptr) co_return failed(EINVAL, "the order has no volume");
      co_await tried(take_bricks(*made, order.force != 0));
    }
    const bool starts = order.command == commands_of_orders::start || order.command == commands_of_orders::add_bricks ||
                        order.command == commands_of_orders::replace_brick;
    if (order.command == commands_of_orders::start && volume != nullptr) taken_.erase(volume->id);
    co_await tried(reconciler_.volume(order.volume, starts ? Bricks::even_if_told_to_end : Bricks::unless_told_to_end));
    if (order.command == commands_of_orders::give_back) {
      co_await tried(give_bricks_back(order));
    }
  }
  co_await hooks(order, "post");
  co_return done;
}

Task<> Performer::hooks(const Order& order, std::string moment) {
  HookArguments arguments = arguments_of(order.hook);
  if (arguments.empty()) co_return done;
  co_await run_hooks(world_, places_, order.command, std::move(moment), std::move(arguments));
  co_return done;
}

}  // namespace mortar
