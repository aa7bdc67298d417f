// Listing directories: one copy from the beginning to the end, for positions are of its disk.
//
// So many other copies as one of them would know are asked at the same time whether it has missed any of the names.
// Attributes come with the entries where no copy has missed anything of any object, for which they are asked, too. Else
// the caller looks the objects up, which asks all copies.
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
  struct Source {
    Copy copy = 0;
    bool is_one_of_parts = false;  // of a directory that is merged, or of one list: nobody has to vouch for it
  };
  template <class Operation>
  struct Listed {
    Result<typename Operation::Reply> reply = failed(ENOTCONN);
    Result<bool> is_right = true;
    bool are_attributes_right = false;  // those of all entries
  };

  // A copy that is right as far as is known, and rather one with data: another one does not know sizes.
  Task<Source> begin_at(const Call& call, Gfid gfid);
  template <class Operation>
  Task<Listed<Operation>> list_from(const Call& call, const Operation& readdir);
  // The copy, and whoever vouches for it, all at once.
  template <class Operation>
  Task<> list_at(const Call& call, const Operation& readdir, Source source, Listed<Operation>& listed);
  template <class Operation>
  Task<> ask(const Call& call, const Operation& readdir, Copy copy, Result<typename Operation::Reply>& reply) {
    reply = co_await asking_.at(call, readdir, copy);
    co_return done;
  }
  Task<> vouch(const Call& call, Gfid directory, Copy copy, Result<bool>& is_right);
  Task<> check_attributes(const Call& call, Gfid directory, Copy copy, bool& is_right);

  Volume& volume_;
  Asking& asking_;
  Finder& finder_;
};

}  // namespace mortar::replicate
