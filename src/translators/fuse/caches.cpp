// What the kernel, and we, may believe without asking, and what is forgotten when others change it.
//
// Bricks tell of changes by others for a time after each look. A look is therefore believed for no longer than that
// from the moment it was asked for, and not at all where a notice came while it was under way. Where notices may have
// been lost with a connection everything is forgotten.
#include <algorithm>

#include "translators/fuse/front.h"
#include "translators/upcall/flags.h"

namespace mortar::fuse {
namespace {

namespace flag = upcall::flag;

constexpr double plain_term = 1;  // seconds
constexpr std::uint32_t change_pages = flag::size | flag::forget | flag::attributes;
constexpr std::uint32_t change_names = flag::links | flag::rename | flag::forget | flag::look_up;

double term_of(double asked_for, const MountedGraph& graph) {
  if (asked_for >= 0) return asked_for;
  const std::optional<std::chrono::seconds> told = graph.believable_for();
  return told ? static_cast<double>(told->count()) : plain_term;
}

Duration to_duration(double seconds) {
  return std::chrono::duration_cast<Duration>(std::chrono::duration<double>(seconds));
}

}  // namespace

double Front::entry_term() const { return term_of(options_.entry_timeout, *graph_); }

double Front::attribute_term() const { return term_of(options_.attribute_timeout, *graph_); }

double Front::left_of(double term, const Asked& asked, const Inode& inode) const {
  if (news_.since(asked, inode)) return 0;
  const std::chrono::duration<double> passed = world_.now() - asked.at;
  return std::max(0.0, term - passed.count());
}

std::optional<LookAhead::Source> Front::to_look_ahead(const GraphPointer& graph) const {
  const bool may_be_old = entry_term() >= plain_term && attribute_term() >= plain_term;
  if (!options_.readdir_with_attributes || !may_be_old || !graph->believable_for()) return std::nullopt;
  return LookAhead::Source{graph, graph->most_listed_content()};
}

Instant Front::trusted_until(const Asked& asked) const { return asked.at + to_duration(attribute_term()); }

void Front::learn_capability(Inode& inode, const Asked& asked, bool absent) {
  if (absent && !news_.since(asked, inode)) {
    inode.no_capability_until = trusted_until(asked);
  } else {
    inode.no_capability_until.reset();
  }
}

const Believed* Front::believed(const Inode& inode) const {
  if (!inode.after_change) return nullptr;
  const Believed& known = *inode.after_change;
  const bool unchanged = known.own_changes == inode.own_changes && known.removals == removals_;
  return unchanged && world_.now() < known.until ? &known : nullptr;
}

void Front::heard(const notice::CacheInvalidation& invalidation) {
  if (invalidation.gfid.is_null()) {
    // Where bricks tell of nothing, nothing was lost, and little is believed for long.
    if (graph_->believable_for()) forget_all();
    return;
  }
  look_ahead_.forget_all();
  walk_ahead_.forget_all();
  heard_of(invalidation.gfid, invalidation.flags);
  if ((invalidation.flags & flag::parent_times) == 0) return;
  for (const Iatt* parent : {&invalidation.parent, &invalidation.old_parent}) {
    if (!parent->gfid.is_null()) heard_of(parent->gfid, flag::times);
  }
}

void Front::heard_of(const Gfid& gfid, std::uint32_t flags) {
  const InodePointer inode = inodes_.find(gfid);
  if (inode) {
    news_.heard_of(*inode);
    forget(*inode, flags);
  } else {
    news_.heard_of_stranger();
  }
}

void Front::forget(Inode& inode, std::uint32_t flags) {
  inode.no_capability_until.reset();
  inode.no_set_ids_until.reset();
  ++inode.own_changes;
  if (kernel_ == nullptr) return;
  kernel_->forget_attributes(inode.number);
  if ((flags & change_pages) != 0 && inode.has_pages) kernel_->forget_pages(inode.number);
  if ((flags & change_names) == 0 || inode.number == InodeTable::root_number) return;
  kernel_->forget_name(inode.parent, inode.name);
  for (const KnownName& other : inode.other_names) kernel_->forget_name(other.parent, other.name);
}

void Front::forget_all() {
  news_.heard_of_all();
  look_ahead_.forget_all();
  walk_ahead_.forget_all();
  ++removals_;
  inodes_.for_each([this](Inode& inode) { forget(inode, flag::forget); });
}

}  // namespace mortar::fuse
