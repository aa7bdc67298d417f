#include "translators/replicate/new_copy.h"

#include <fmt/format.h>

#include <array>

#include "base/log.h"

namespace mortar::replicate {

namespace {

constexpr std::array<const char*, 2> keys{"trusted.replace-brick", "trusted.add-brick"};
constexpr std::uint32_t add_words = 0;  // on the wire

}  // namespace

bool NewCopy::is_meant(const Call& call, const fop::Setxattr& set) {
  return call.is_internal() && set.gfid.is_root() &&
         std::ranges::any_of(keys, [&set](const char* key) { return set.values.has(key); });
}

Task<fop::Acknowledged> NewCopy::announce(fop::Setxattr set) {
  std::optional<Copy> fresh;
  for (const Copy copy : volume_.all().list()) {
    const auto is_named = [&](const char* key) { return set.values.text(key) == volume_.subvolume(copy).name(); };
    if (std::ranges::any_of(keys, is_named)) fresh = copy;
  }
  if (!fresh) co_return fop::Acknowledged{};
  const Copies others = volume_.all() - Copies::only(*fresh);
  const LockedThing names = healing_.thing(root_gfid, LockKind::entries, volume_.domain());
  Refusals refusals;
  const Locked locked = co_await tried(healing_.locks().take(names, others & volume_.up(), refusals));
  Result<Done> blamed =
      failed(ENOTCONN, fmt::format("these copies do not answer: {}", volume_.names(others - locked.copies())));
  if (locked.copies() == others) {
    blamed = co_await blame(*fresh, others);
  }
  co_await tried(healing_.locks().give_back(names, locked));
  if (!blamed) co_return blamed.error();
  volume_.forget(root_gfid);
  log::info(volume_.name(), "{} is new: it will be healed from the root on", volume_.subvolume(*fresh).name());
  co_return fop::Acknowledged{};
}

Task<> NewCopy::blame(Copy fresh, Copies others) {
  Counts all_of_it = Counts::of(Slot::metadata, 1);
  all_of_it[Slot::entries] = 1;
  all_of_it[Slot::data] = 1;  // every name, not only those that were noted
  fop::Xattrop request{.gfid = root_gfid, .operation = add_words, .values = {}, .xdata = {}};
  request.values.set_bytes(volume_.keys.missed(fresh), all_of_it.stored());
  const Call own = healing_.call();
  const AnswersOf<fop::Xattrop> answers = co_await tried(healing_.at_each(own, request, others));
  for (const Copy other : others.list()) {
    if (!answers[other]) co_return answers[other].error();
  }
  co_return done;
}

}  // namespace mortar::replicate
