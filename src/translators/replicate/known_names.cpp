#include "translators/replicate/known_names.h"

#include "translators/cluster/as_root.h"

namespace mortar::replicate {

namespace {

constexpr std::uint32_t listing_bytes = 64 << 10;
constexpr std::size_t worth_a_listing = 2;

}  // namespace

void KnownNames::may_be_there(const std::vector<std::string>& names) {
  names_.insert(names.begin(), names.end());
  if (names_.size() <= most) return;
  names_.clear();
  is_complete_ = false;
}

bool KnownNames::makes_listing_due() {
  if (is_asked_for_ || ++made_ < worth_a_listing) return false;
  is_asked_for_ = true;
  return true;
}

void KnownNames::learn(const std::vector<std::string>& all) {
  names_.insert(all.begin(), all.end());
  is_complete_ = names_.size() <= most;
}

Task<> learn_names(Volume& volume, Gfid directory, Copy copy, std::shared_ptr<KnownNames> names) {
  const Call own = as_root(Call{});
  Translator& subvolume = volume.subvolume(copy);
  const fop::Opendir open{.gfid = directory, .xdata = {}};
  const fop::Opened opened = co_await tried(subvolume.perform(own, open));
  const fop::Readdir read{.gfid = directory, .fd = opened.fd, .offset = 0, .size = listing_bytes, .xdata = {}};
  const Result<fop::Readdir::Reply> listed = co_await subvolume.perform(own, read);
  if (listed && listed->op_errno == ENOENT) {
    std::vector<std::string> all;
    for (const Entry& entry : listed->entries.elements) all.push_back(entry.name);
    names->learn(all);
  }
  const fop::Releasedir release{.gfid = directory, .fd = opened.fd, .xdata = {}};
  co_await tried(subvolume.perform(own, release));
  co_return done;
}

}  // namespace mortar::replicate
