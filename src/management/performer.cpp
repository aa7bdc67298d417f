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

// Whether these are further copies of what there is, or copies in the place of others; before the pool has the change.
bool makes_copies(const Order& order, const Volume& asked, const Pool& pool) {
  if (order.command == commands_of_orders::replace_brick) return true;
  const Volume* before = pool.find(order.volume);
  return order.command == commands_of_orders::add_bricks && before != nullptr &&
         asked.replica_count > before->replica_count;
}

Result<Volume> volume_of(const Order& order) {
  const Result<Pool> asked = parse_pool(order.document);
  if (!asked) return std::unexpected(asked.error());
  const Volume* volume = asked->find(order.volume);
  if (volume == nullptr) return failed(EINVAL, "the order has no volume");
  return *volume;
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
  const bool force = order.force != 0;
  if (makes_bricks(order)) {
    Volume volume = co_await tried(volume_of(order));
    const HowToTake how{.force = force, .new_copy = makes_copies(order, volume, membership_.pool())};
    co_await tried(taken_.take(std::move(volume), how));
  }
  if (order.command == commands_of_orders::start) {
    const Volume volume = co_await tried(volume_of(order));
    co_await tried(with_own_bricks(volume, [&files = world_.files(), volume, force](const Brick& brick) {
      return check_brick_directory(files, brick, volume, force);
    }));
  }
  co_await hooks(order, "pre");
  co_return done;
}

Task<> Performer::perform(Order order) {
  co_await tried(membership_.configuration().reach(order.version, document_limit));
  if (order.volume.empty()) {
    co_await tried(reconciler_.pool_changed());
  } else {
    const Volume* volume = membership_.pool().find(order.volume);
    if (order.command == commands_of_orders::start && volume != nullptr) taken_.forget(volume->id);
    if (makes_bricks(order)) {
      Volume made = co_await tried(volume_of(order));
      const HowToTake how{.force = order.force != 0, .new_copy = order.command == commands_of_orders::replace_brick};
      co_await tried(taken_.keep(std::move(made), how));
    }
    const bool starts = order.command == commands_of_orders::start || order.command == commands_of_orders::add_bricks ||
                        order.command == commands_of_orders::replace_brick;
    co_await tried(reconciler_.volume(order.volume, starts ? Bricks::even_if_told_to_end : Bricks::unless_told_to_end));
    if (order.command == commands_of_orders::give_back) {
      const Volume given_up = co_await tried(volume_of(order));
      taken_.give_back(given_up);
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
