// What only asks: one copy that is right answers; where it has gone, another one.
#pragma once

#include "translators/replicate/finder.h"

namespace mortar::replicate {

// Whether the content is asked for, or the names of a directory; else attributes.
template <class Operation>
concept ReadsContent = std::is_same_v<Operation, fop::Read> || std::is_same_v<Operation, fop::Seek> ||
                       std::is_same_v<Operation, fop::Rchecksum> || std::is_same_v<Operation, fop::Readdir> ||
                       std::is_same_v<Operation, fop::Readdirp>;

class Reads {
 public:
  // All outlive this.
  Reads(Volume& volume, Asking& asking, Finder& finder) : volume_(volume), asking_(asking), finder_(finder) {}

  template <class Operation>
  Task<typename Operation::Reply> perform(const Call& call, const Operation& read);

 private:
  // EIO where no copy is right.
  Task<Copies> sources(const Call& call, Gfid gfid, bool content, bool is_open);
  // The copy itself may be well, and this one not: another is asked.
  static bool is_of_the_copy(const Error& error) {
    return is_away(error) || is_missing(error) || error.number() == EIO || error.number() == EBADF;
  }

  Volume& volume_;
  Asking& asking_;
  Finder& finder_;
};

template <class Operation>
Task<typename Operation::Reply> Reads::perform(const Call& call, const Operation& read) {
  bool is_open = false;
  if constexpr (WithDescriptor<Operation>) is_open = read.fd.open != nullptr;
  Copies copies = co_await tried(sources(call, read.gfid, ReadsContent<Operation>, is_open));
  for (;;) {
    const Copy copy = volume_.choose(read.gfid, copies);
    Result<typename Operation::Reply> reply = co_await asking_.at(call, read, copy);
    if (reply || !is_of_the_copy(reply.error())) co_return std::move(reply);
    copies.remove(copy);
    if (copies.empty()) co_return std::move(reply);
  }
}

}  // namespace mortar::replicate
