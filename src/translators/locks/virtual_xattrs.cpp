// Extended attributes that are questions and commands:
//   glusterfs.clrlk.tTYPE.kKIND[.OPTIONS]   drops locks (volume clear-locks); TYPE inode, entry, posix; KIND blocked,
//                                           granted, all; options WHENCE,START-LENGTH or the name of an entry
//   glusterfs.intrlk.tposix.kKIND[...]      the same for the caller's own process only
//   trusted.glusterfs.lockinfo              hands the locks of an open file over to another one
//   trusted.glusterfs.enforce-mandatory-lock  fences a file (see transfers.cpp); kept on disk by posix
#include <fmt/format.h>

#include <charconv>
#include <string_view>

#include "translators/locks/locks.h"

namespace mortar {

using locks::CountsReplies;

namespace {

using locks::NameQueue;
using locks::ObjectLocks;
using locks::PosixLock;
using locks::RangeQueue;

constexpr std::string_view clear_prefix = "glusterfs.clrlk.";
constexpr std::string_view interrupt_prefix = "glusterfs.intrlk.";
constexpr std::string_view lock_information_name = "trusted.glusterfs.lockinfo";
constexpr std::string_view fence_name = "trusted.glusterfs.enforce-mandatory-lock";

struct Order {
  std::string type;  // inode, entry, posix
  bool waiting = false;
  bool granted = false;
  std::optional<std::string> options;
};

std::optional<Order> parse_order(std::string_view text) {
  Order order;
  auto word = [&text](char letter) -> std::optional<std::string_view> {
    const std::string_view part = text.substr(0, text.find('.'));
    text.remove_prefix(std::min(part.size() + 1, text.size()));
    if (part.empty() || part.front() != letter) return std::nullopt;
    return part.substr(1);
  };
  auto type = word('t');
  auto kind = word('k');
  if (!type || !kind) return std::nullopt;
  if (*type != "inode" && *type != "entry" && *type != "posix") return std::nullopt;
  if (*kind != "blocked" && *kind != "granted" && *kind != "all") return std::nullopt;
  order.type = *type;
  order.waiting = *kind != "granted";
  order.granted = *kind != "blocked";
  if (!text.empty()) order.options = text.substr(0, text.find('/'));
  return order;
}

// "0,7-1" is whence 0, start 7, length 1.
struct OrderRange {
  std::uint64_t first = 0;
  std::uint64_t last = 0;
};
std::optional<OrderRange> parse_range(std::string_view text) {
  const char* at = text.data();
  const char* const end = at + text.size();
  std::int64_t numbers[3] = {};
  constexpr char separators[3] = {',', '-', '\0'};
  for (int index = 0; index < 3; ++index) {
    auto [behind, error] = std::from_chars(at, end, numbers[index]);
    if (error != std::errc()) return std::nullopt;
    at = behind;
    if (index < 2 && (at == end || *at++ != separators[index])) return std::nullopt;
  }
  if (at != end || numbers[1] < 0 || numbers[2] < 0 ||
      numbers[2] - 1 > std::numeric_limits<std::int64_t>::max() - numbers[1]) {
    return std::nullopt;
  }
  OrderRange range;
  range.first = static_cast<std::uint64_t>(numbers[1]);
  range.last = numbers[2] == 0 ? locks::no_end : static_cast<std::uint64_t>(numbers[1] + numbers[2] - 1);
  return range;
}

}  // namespace

Task<Locks::BrickPlace> Locks::brick_place(const Call& call, Gfid gfid) {
  Call root = call;
  root.uid = root.gid = 0;
  root.groups.clear();
  const fop::Getxattr get{.gfid = gfid, .name_given = 1, .name = "trusted.glusterfs.pathinfo"};
  auto reply = co_await tried(next().perform(root, get));
  // <POSIX(/brick):host:/brick/path>
  const std::string_view text = reply.values.text(get.name).value_or("");
  const std::size_t open = text.find('('), close = text.find("):");
  const std::size_t end = close == text.npos ? text.npos : text.find(':', close + 2);
  if (open == text.npos || close < open || end == text.npos) co_return Error(EIO);
  BrickPlace place;
  place.raw = text.substr(0, text.rfind(':'));
  place.host = text.substr(close + 2, end - close - 2);
  place.directory = text.substr(open + 1, close - open - 1);
  co_return place;
}

Task<fop::Values> Locks::clear(const Call& call, Gfid gfid, std::string name) {
  const bool interrupt = name.starts_with(interrupt_prefix);
  auto order = parse_order(std::string_view(name).substr(interrupt ? interrupt_prefix.size() : clear_prefix.size()));
  if (!order || (interrupt && (order->type != "posix" || call.is_internal()))) co_return Error(EINVAL);
  std::optional<OrderRange> range;
  if (order->options && order->type != "entry") {
    range = parse_range(*order->options);
    if (!range) co_return Error(EINVAL);
  }
  auto kind_fits = [&](const auto& lock) { return lock.granted ? order->granted : order->waiting; };
  auto range_fits = [&](std::uint64_t first, std::uint64_t last) {
    return !range || (first == range->first && last == range->last);
  };
  locks::Cleared cleared;
  if (ObjectLocks* object = table_->find(gfid)) {
    auto add = [&](locks::Cleared more) {
      cleared.waiting += more.waiting;
      cleared.granted += more.granted;
    };
    if (order->type == "posix") {
      auto fits = [&](const PosixLock& lock) {
        if (interrupt && (lock.pid != call.pid || lock.holder.client != call.client_number())) return false;
        return range_fits(lock.first, lock.last);
      };
      add(object->posix.drop_if(fits, order->waiting, order->granted, Error(EINTR), turn()));
    } else if (order->type == "inode") {
      auto fits = [&](const RangeQueue::Lock& lock) {
        return kind_fits(lock) && range_fits(lock.shape.first, lock.shape.last);
      };
      object->for_each_range_domain(
          [&](const std::string&, RangeQueue& queue) { add(queue.drop_if(fits, Error(EAGAIN), turn())); });
    } else {
      auto fits = [&](const NameQueue::Lock& lock) {
        return kind_fits(lock) && (!order->options || lock.shape.name == order->options);
      };
      object->for_each_name_domain(
          [&](const std::string&, NameQueue& queue) { add(queue.drop_if(fits, Error(EAGAIN), turn())); });
    }
    table_->settle(gfid);
  }
  fop::Values reply;
  if (cleared.waiting + cleared.granted == 0) {
    reply.values.set_text(name, "No locks cleared.");
    co_return reply;
  }
  auto place = co_await brick_place(call, gfid);
  const std::string where = place ? fmt::format("{}:{}/", place->host, place->directory) : this->name();
  reply.values.set_text(name, fmt::format("{}: {} blocked locks={} granted locks={}", where, order->type,
                                          cleared.waiting, cleared.granted));
  co_return reply;
}

std::uint64_t Locks::number_of_file(const std::shared_ptr<Descriptor>& file) {
  if (auto known = file->contexts.get<std::uint64_t>(this)) return *known;
  std::erase_if(file_numbers_, [](const auto& place) { return place.second.expired(); });
  const std::uint64_t number = ++last_file_number_;
  file->contexts.put(this, std::make_shared<std::uint64_t>(number));
  file_numbers_.emplace(number, file);
  return number;
}

// A dictionary in a dictionary: brick = number of the open file, as long as it has locks.
Task<fop::Values> Locks::lock_information(const Call& call, Gfid gfid, Fd fd) {
  fop::Values reply;
  const ObjectLocks* object = table_->find(gfid);
  if (object == nullptr || !fd.open || !object->posix.held_through(fd.open)) co_return reply;
  auto place = co_await tried(brick_place(call, gfid));
  Dictionary numbers;
  numbers.set(place.raw, number_of_file(fd.open));
  reply.values.set(lock_information_name, Slice::own(encode_legacy(numbers)));
  co_return reply;
}

Task<fop::Acknowledged> Locks::take_over(const Call& call, const fop::Fsetxattr& set) {
  Dictionary numbers;
  auto bytes = set.values.bytes(lock_information_name);
  if (!bytes || !decode_legacy(Slice::copy(*bytes), numbers) || !set.fd.open) co_return Error(EINVAL);
  auto place = co_await tried(brick_place(call, set.gfid));
  auto number = numbers.number(place.raw);
  auto file = number ? file_numbers_.find(static_cast<std::uint64_t>(*number)) : file_numbers_.end();
  ObjectLocks* object = table_->find(set.gfid);
  if (object == nullptr || file == file_numbers_.end()) co_return fop::Acknowledged{};
  object->posix.move_file(file->second, set.fd.open, call.client_number(), call.client ? call.client->uid : "");
  table_->settle(set.gfid);
  co_return fop::Acknowledged{};
}

Result<Done> Locks::may_fence() const {
  if (!has_mandatory_locks() || !options_.enforce_mandatory_lock) return failed(EINVAL);
  return done;
}

Task<fop::Getxattr::Reply> Locks::perform(const Call& call, const fop::Getxattr& get) {
  if (get.name.starts_with(clear_prefix) || get.name.starts_with(interrupt_prefix)) {
    return clear(call, get.gfid, get.name);
  }
  return CountsReplies::perform(call, get);
}

Task<fop::Fgetxattr::Reply> Locks::perform(const Call& call, const fop::Fgetxattr& get) {
  if (get.name == lock_information_name) return lock_information(call, get.gfid, get.fd);
  return CountsReplies::perform(call, get);
}

Task<fop::Setxattr::Reply> Locks::perform(const Call& call, const fop::Setxattr& set) {
  if (set.values.has(fence_name)) {
    if (auto may = may_fence(); !may) return ready<fop::Setxattr::Reply>(std::unexpected(may.error()));
  }
  return CountsReplies::perform(call, set);
}

Task<fop::Fsetxattr::Reply> Locks::perform(const Call& call, const fop::Fsetxattr& set) {
  if (set.values.has(lock_information_name)) return take_over(call, set);
  if (set.values.has(fence_name)) {
    if (auto may = may_fence(); !may) return ready<fop::Fsetxattr::Reply>(std::unexpected(may.error()));
  }
  return CountsReplies::perform(call, set);
}

Task<fop::Removexattr::Reply> Locks::perform(const Call& call, const fop::Removexattr& remove) {
  if (remove.name == fence_name) {
    if (auto may = may_fence(); !may) return ready<fop::Removexattr::Reply>(std::unexpected(may.error()));
  }
  return CountsReplies::perform(call, remove);
}

Task<fop::Fremovexattr::Reply> Locks::perform(const Call& call, const fop::Fremovexattr& remove) {
  if (remove.name == fence_name) {
    if (auto may = may_fence(); !may) return ready<fop::Fremovexattr::Reply>(std::unexpected(may.error()));
  }
  return CountsReplies::perform(call, remove);
}

}  // namespace mortar
