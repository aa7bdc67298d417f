// Listing directories: one copy from the beginning to the end, for positions are of its disk.
//
// Attributes come with the entries where no copy has missed anything of any object: so many other copies as one of them
// would know are asked for that, at the same time. Else the caller looks the objects up, which asks all copies.
#pragma once

#include "translators/replicate/reads.h"

namespace mortar::replicate {

class Listing {
 public:
  // All outlive this.
  Listing(Volume& volume, Asking& asking, Finder& finder) : volume_(volume), asking_(asking), finder_(finder) {}

  Task<fop::Readdir::Reply> list(const Call& call, const fop::Readdir& readdir);
  Task<fop::Readdirp::Reply> list(const Call& call, const fop::Readdirp& readdir);

 private:
  // A copy that is right, and rather one with data: another one does not know sizes.
  Task<Copy> begin_at(const Call& call, Gfid gfid);
  Task<> check_attributes(const Call& call, Gfid directory, Copy copy, bool& is_right);
  template <class Operation>
  Task<> list_at(const Call& call, const Operation& readdir, Copy copy, Result<typename Operation::Reply>& reply) {
    reply = co_await asking_.at(call, readdir, copy);
    co_return done;
  }
  // `is_right`: the attributes of all entries are.
  template <class Operation>
  Task<typename Operation::Reply> list(const Call& call, const Operation& readdir, bool& is_right);

  Volume& volume_;
  Asking& asking_;
  Finder& finder_;
};

}  // namespace mortar::replicate
