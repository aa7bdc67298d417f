#include "translators/distribute/volume.h"

#include <algorithm>

namespace mortar::distribute {

Volume::Volume(World& world_given, const Translator& translator_given, TaskSet& background_given,
               DistributeOptions options_given, NameHash hash_given)
    : world(world_given),
      translator(translator_given),
      background(background_given),
      options(std::move(options_given)),
      hash(std::move(hash_given)),
      keys(options.attribute_prefix),
      refused_heals(world_given) {}

// ---- The subvolumes.

std::optional<Place> Volume::place_named(std::string_view subvolume_name) const {
  const auto found = std::ranges::find(children(), subvolume_name, &Translator::name);
  if (found == children().end()) return std::nullopt;
  return static_cast<Place>(found - children().begin());
}

std::vector<Translator*> Volume::others(Place place) const {
  std::vector<Translator*> rest = children();
  rest.erase(rest.begin() + static_cast<std::ptrdiff_t>(place));
  return rest;
}

std::vector<Place> Volume::all_places() const { return all_places_but(children().size()); }

std::vector<Place> Volume::all_places_but(Place but) const {
  std::vector<Place> places;
  for (Place place = 0; place < children().size(); ++place) {
    if (place != but) places.push_back(place);
  }
  return places;
}

bool Volume::all_up() const { return std::ranges::find(up_, false) == up_.end(); }

bool Volume::any_up() const { return std::ranges::find(up_, true) != up_.end(); }

// ---- Directories.

std::optional<Place> Volume::hashed_place(const Directory& parent, std::string_view entry) const {
  return parent.layout.place(hash(entry));
}

Place Volume::speaker(const Directory& directory) const {
  if (directory.leader && up_[*directory.leader]) return *directory.leader;
  std::optional<Place> up;
  for (Place place = 0; place < children().size(); ++place) {
    if (!up_[place]) continue;
    if (directory.layout[place].err == 0) return place;
    if (!up) up = place;
  }
  return up ? *up : directory.leader.value_or(0);
}

Result<Place> Volume::leader_of(const Directory& directory) const {
  if (directory.leader && up_[*directory.leader]) return *directory.leader;
  if (directory.leader || !all_up()) return failed(ENOTCONN);
  return failed(EINVAL);
}

// ---- Files.

bool Volume::is_link_file(const Iatt& iatt, const Dictionary& xattrs) const {
  return looks_moved(iatt) && xattrs.has(keys.link);
}

bool Volume::is_moving(const Iatt& iatt, const Dictionary& xattrs) const {
  return looks_moving(iatt) && xattrs.has(keys.link);
}

std::optional<Place> Volume::link_target(const Dictionary& xattrs) const {
  const std::optional<std::string_view> target = xattrs.text(keys.link);
  if (!target) return std::nullopt;
  return place_named(target->substr(0, target->find('\0')));
}

void Volume::learn_commit_hash(const Dictionary& xdata) {
  const std::optional<Bytes> bytes = xdata.bytes(keys.commit_hash);
  if (!bytes || bytes->size() != 4) return;
  std::uint32_t number = 0;
  for (std::byte byte : *bytes) number = number << 8 | std::to_integer<std::uint32_t>(byte);
  commit_hash_ = number;
}

}  // namespace mortar::distribute
