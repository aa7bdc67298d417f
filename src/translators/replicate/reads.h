// What only asks: one copy that is right answers; where it has gone, another one.
#pragma once

#include <fmt/format.h>

#include "translators/replicate/alike.h"
#include "translators/replicate/finder.h"
#include "translators/replicate/outcome.h"
#include "translators/replicate/own_xattrs.h"

namespace mortar::replicate {

// What has to be right on the copy that is asked.
template <class Operation>
constexpr ReadParts parts_of() {
  constexpr bool of_directory = std::is_same_v<Operation, fop::Readdir> || std::is_same_v<Operation, fop::Readdirp>;
  constexpr bool of_content = std::is_same_v<Operation, fop::Read> || std::is_same_v<Operation, fop::Seek> ||
                              std::is_same_v<Operation, fop::Rchecksum>;
  // The size is of the content; and attributes come with what is read.
  constexpr bool of_both = std::is_same_v<Operation, fop::Stat> || std::is_same_v<Operation, fop::Fstat> ||
                           std::is_same_v<Operation, fop::Read>;
  return {.names = of_directory,
          .content = of_content || of_both,
          .attributes = of_both || !(of_directory || of_content),
          .may_be_split = std::is_same_v<Operation, fop::Stat> || std::is_same_v<Operation, fop::Fstat>,
          .is_for_content = std::is_same_v<Operation, fop::Read>};
}

template <class Operation>
constexpr bool is_of_attributes = std::is_same_v<Operation, fop::Stat> || std::is_same_v<Operation, fop::Fstat>;

class Reads {
 public:
  // All outlive this.
  Reads(Volume& volume, Asking& asking, Finder& finder) : volume_(volume), asking_(asking), finder_(finder) {}

  template <class Operation>
  Task<typename Operation::Reply> perform(const Call& call, const Operation& read);

 private:
  static constexpr int most_rounds = 5;

  // EIO where no copy is right. Where none is in all parts, what is less important is left out of `parts`.
  Task<Copies> sources(const Call& call, Gfid gfid, ReadParts& parts, bool is_open);
  // This copy is not well, and another one may be.
  static bool is_of_the_copy(const Error& error) {
    return is_away(error) || is_missing(error) || error.number() == EIO || is_closed(error);
  }
  template <class Operation>
  Task<> read_at(const Call& call, const Operation& read, Copy copy, Result<typename Operation::Reply>& reply) {
    reply = co_await asking_.at(call, read, copy);
    if constexpr (WithDescriptor<Operation>) {
      const bool is_outlived =
          reply && is_nameless(*reply) && volume_.readable(read.gfid) && asking_.open_object(read.fd) != nullptr;
      if (!is_outlived) co_return done;
      const bool is_anew = co_await tried(asking_.open_anew_at(call, read.fd, copy));
      if (is_anew) {
        reply = co_await asking_.at(call, read, copy);
      }
    }
    co_return done;
  }
  // As all copies together tell them.
  Task<fop::Attributes> attributes_as_looked_up(const Call& call, Gfid gfid);
  // Copies that are there lack it; one that is away may have it.
  Error lacked(const Error& last) const {
    if (volume_.up() == volume_.all()) return last;
    return Error(ENOTCONN, fmt::format("the copies that answer lack it: {}", last.sentence()));
  }
  // `is_accused`: another copy has said that it is wrong.
  Task<> check(const Call& call, Gfid gfid, Copy copy, ReadParts parts, std::shared_ptr<OpenObject> open,
               bool is_accused, Result<bool>& is_right, SeenByOthers& others);

  Volume& volume_;
  Asking& asking_;
  Finder& finder_;
};

template <class Operation>
Task<typename Operation::Reply> Reads::perform(const Call& call, const Operation& read) {
  std::shared_ptr<OpenObject> open;
  if constexpr (WithDescriptor<Operation>) open = asking_.open_object(read.fd);
  Error last(ENOTCONN);
  Copies accused;  // of being wrong, by one of the others
  bool is_none_right_in_all = false;
  for (int round = 0; round < most_rounds; ++round) {
    ReadParts parts = parts_of<Operation>();
    if (is_none_right_in_all && parts.is_for_content) parts.attributes = false;
    Copies copies = co_await tried(sources(call, read.gfid, parts, open != nullptr));
    if constexpr (is_of_attributes<Operation>) {
      // How much there is, and what else there is to say of it, different copies know.
      if (parts.attributes && !parts.content) {
        fop::Attributes told = co_await tried(attributes_as_looked_up(call, read.gfid));
        co_return std::move(told);
      }
    }
    const bool are_all_accused = (copies - accused).empty();
    if (!are_all_accused) copies = copies - accused;
    Result<bool> is_right = true;
    // Where all are accused each is asked about: what is remembered of them may say nothing.
    while (is_right && (*is_right || are_all_accused) && !copies.empty()) {
      const Copy copy = std::is_same_v<Operation, fop::Read> ? volume_.choose_reader(read.gfid, copies)
                                                             : volume_.choose(read.gfid, copies);
      const Volume::Reading reading(volume_, copy);
      copies.remove(copy);
      Result<typename Operation::Reply> reply = failed(ENOTCONN);
      // Both at once: it costs no time to be certain.
      std::vector<Task<>> both;
      both.push_back(read_at(call, read, copy, reply));
      SeenByOthers others;
      both.push_back(check(call, read.gfid, copy, parts, open, are_all_accused, is_right, others));
      co_await tried(all(std::move(both)));
      // It has missed that the file was removed, and who knows what before that.
      const bool is_behind = reply && others.is_nameless && has_name(*reply);
      if (is_behind && is_right) is_right = false;
      // That nobody can vouch says more than that another copy lacks it.
      if (!reply && !is_closed(last)) last = reply.error();
      if (!is_right) last = is_right.error();
      const bool may_be_told = is_right && *is_right;
      if (!may_be_told) accused.add(copy);
      if constexpr (ReadsXattrs<Operation>) {
        if (reply) volume_.keys.hide(reply->values);
      }
      if constexpr (std::is_same_v<Operation, fop::Read>) {
        if (reply && !parts.attributes) reply->iatt = {};
      }
      if constexpr (is_of_attributes<Operation>) {
        const auto differs = [&reply](const Iatt& other) { return !has_same_owner_and_mode(other, reply->iatt); };
        if (may_be_told && reply && std::ranges::any_of(others.iatts, differs)) {
          Result<fop::Attributes> settled = co_await attributes_as_looked_up(call, read.gfid);
          // Of a file that is open and has no name there is nothing else to be heard.
          if (settled || !is_missing(settled.error())) co_return std::move(settled);
        }
      }
      if (may_be_told && (reply || !is_of_the_copy(reply.error()))) co_return std::move(reply);
    }
    // Without one that has just gone another copy may be the right one.
    if (is_right && *is_right && !is_away(last)) co_return is_missing(last) ? lacked(last) : last;
    volume_.forget(read.gfid);
    // Of a file that is only open no heal makes them alike: who has the content need not have the attributes.
    is_none_right_in_all = are_all_accused && open != nullptr;
  }
  co_return last;
}

}  // namespace mortar::replicate
