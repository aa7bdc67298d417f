// Listing directories: the subvolumes one after the other, in their order in the volfile. One Listing is one request,
// which goes on where a position says; how it is done stands in listing.cpp.
#pragma once

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "translators/cluster/descriptors.h"
#include "translators/distribute/finder.h"
#include "translators/distribute/volume.h"

namespace mortar::distribute {

// What the listing of a directory holds on to from its beginning to its end, so that one subvolume shows each entry.
struct ListedBy {
  std::vector<bool> there;  // by subvolume
  Layout layout;
  bool may_lack = false;  // directories may not be where their names hash to yet
};

class Listing {
 public:
  // All outlive this.
  Listing(Volume& volume, Finder& finder, Descriptors& descriptors, const Call& call, const fop::Readdirp& asked)
      : volume_(volume), finder_(finder), descriptors_(descriptors), call_(call), asked_(asked) {}

  // Once. Directories come without attributes, and without a type where the brick tells none.
  Task<fop::Readdirp::Reply> run();

 private:
  // What the listing holds on to until its end.
  Task<std::shared_ptr<const ListedBy>> begin_or_go_on();
  std::vector<fop::Readdirp> next_questions() const;
  Task<AnswersOf<fop::Readdirp>> ask_for_entries(const std::vector<fop::Readdirp>& questions);
  // Of the subvolume whose turn it is: whether it has no more.
  Result<bool> take_entries(Result<fop::Readdirp::Reply> answer);
  Task<> complete(const std::vector<EntryPlus>& entries);
  bool shows(const EntryPlus& entry) const;
  void settle_entry(EntryPlus& entry);

  std::size_t room() const { return asked_.size - std::min<std::size_t>(charged_, asked_.size); }
  bool has_entries() const { return !reply_.entries.elements.empty(); }
  // What is left is not worth another trip.
  bool is_enough() const { return full_ || room() <= asked_.size / 2; }

  Volume& volume_;
  Finder& finder_;
  Descriptors& descriptors_;
  const Call& call_;
  const fop::Readdirp& asked_;

  std::shared_ptr<const ListedBy> by_;
  std::set<std::string> shown_here_;  // directories that the subvolume they hash to has not shown
  std::set<std::string> gone_;        // of the answer that is being taken: since it was listed
  Place first_ = 0;                   // of those that are there
  // Where it goes on.
  Place place_ = 0;
  std::uint64_t offset_ = 0;

  fop::Readdirp::Reply reply_;
  std::size_t charged_ = 0;  // bytes, of asked_.size
  bool full_ = false;
  bool heard_ = false;  // from any subvolume
  Error error_{ENOTCONN};
};

}  // namespace mortar::distribute
