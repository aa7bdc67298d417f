#include "translators/distribute/distribute.h"

#include <fmt/format.h>

#include <algorithm>

namespace mortar {

namespace {

Result<NameHash> hash_of(const DistributeOptions& options) {
  return NameHash::make(options.rsync_hash_regex, options.extra_hash_regex);
}

}  // namespace

Result<std::unique_ptr<Translator>> Distribute::make(World& world, const VolumeSection& section) {
  // One subvolume has everything.
  if (section.subvolumes.size() == 1) return std::make_unique<PassOn>(section.name);
  Result<DistributeOptions> options = read_options<DistributeOptions>(section);
  if (!options) return std::unexpected(options.error());
  Result<NameHash> hash = hash_of(*options);
  if (!hash) return std::unexpected(hash.error());
  if (section.subvolumes.empty()) {
    return failed(EINVAL, fmt::format("volume {}: {} needs at least one subvolume", section.name, section.type));
  }
  return std::make_unique<Distribute>(world, section.name, std::move(*options), std::move(*hash));
}

Distribute::Distribute(World& world, std::string name, DistributeOptions options, NameHash hash)
    : Intercept(std::move(name)), world_(world), options_(std::move(options)), hash_(std::move(hash)) {}

Distribute::~Distribute() = default;

Task<> Distribute::start() {
  up_.assign(children().size(), false);
  decided_.assign(children().size(), false);
  return ready<Done>(done);
}

Task<> Distribute::stop() {
  co_await background_.finished();
  co_return done;
}

Result<Done> Distribute::reconfigure(const VolumeSection& section) {
  Result<DistributeOptions> options = read_options<DistributeOptions>(section);
  if (!options) return std::unexpected(options.error());
  Result<NameHash> hash = hash_of(*options);
  if (!hash) return std::unexpected(hash.error());
  if (options->attribute_prefix != options_.attribute_prefix) return failed(ENOTSUP);
  options_ = std::move(*options);
  hash_ = std::move(*hash);
  return done;
}

// The volume is up with its first subvolume, once it is known of each whether it is there: before that, names that hash
// to one that is about to come would be refused. It is down when all are.
void Distribute::notified(const Notice& notice, Translator& child) {
  const auto place = static_cast<std::size_t>(std::ranges::find(children(), &child) - children().begin());
  const bool comes = std::holds_alternative<notice::ChildUp>(notice);
  const bool goes = std::holds_alternative<notice::ChildDown>(notice);
  if (!comes && !goes) return raise(notice);
  const bool was_up = is_up_;
  up_[place] = comes;
  decided_[place] = true;
  const bool any_up = std::ranges::find(up_, true) != up_.end();
  const bool all_decided = std::ranges::find(decided_, false) == decided_.end();
  // Directories may have been changed on the others meanwhile.
  if (comes) {
    memory_.directories.clear();
    refused_heals_.clear();
  }
  is_up_ = any_up && (was_up || all_decided);
  if (is_up_ && !was_up) raise(notice::ChildUp{});
  if (!any_up && all_decided) raise(notice::ChildDown{});
}

void Distribute::dump_state(std::string& out) const {
  out += fmt::format("subvolume_cnt={}\nsearch_unhashed={}\nlookup_optimize={}\nvol_commit_hash={:#x}\n",
                     children().size(), options_.lookup_unhashed, options_.lookup_optimize ? 1 : 0, commit_hash_);
  out += fmt::format("directories={}\nplaces={}\n", memory_.directories.size(), memory_.places.size());
  for (Place place = 0; place < children().size(); ++place) {
    out += fmt::format("subvolumes[{}]={}\nsubvolume_status[{}]={}\n", place, subvolume(place).name(), place,
                       up_[place] ? 1 : 0);
  }
}

std::optional<Place> Distribute::hashed_place(const Directory& parent, std::string_view name) const {
  return parent.layout.place(hash_(name));
}

std::optional<Place> Distribute::place_named(std::string_view subvolume_name) const {
  const auto found = std::ranges::find(children(), subvolume_name, &Translator::name);
  if (found == children().end()) return std::nullopt;
  return static_cast<Place>(found - children().begin());
}

std::vector<Translator*> Distribute::others(Place place) const {
  std::vector<Translator*> rest = children();
  rest.erase(rest.begin() + static_cast<std::ptrdiff_t>(place));
  return rest;
}

bool Distribute::all_up() const { return std::ranges::find(up_, false) == up_.end(); }

void Distribute::remember_file(const Iatt& file, Place place, const Gfid& parent, const std::string& entry) {
  memory_.directories.erase(file.gfid);
  memory_.places.put(file.gfid, place);
  if (!entry.empty()) memory_.names.put({parent, entry}, file.gfid);
}

// Every subvolume counts its own entries; users see a directory of one size, as stock shows it.
Iatt Distribute::of_directory(Iatt iatt) {
  iatt.size = 4096;
  iatt.blocks = 8;
  const DirectoryPointer* known = memory_.directories.find(iatt.gfid);
  if (known == nullptr) return iatt;
  Directory& directory = **known;
  directory.accessed = iatt.accessed = std::max(iatt.accessed, directory.accessed);
  directory.modified = iatt.modified = std::max(iatt.modified, directory.modified);
  directory.changed = iatt.changed = std::max(iatt.changed, directory.changed);
  return iatt;
}

}  // namespace mortar
