// Where the pool's document is for this server, and how that changes without losing anything.
//
// On the disk, in one folder:
//   standing       which of the following counts; replaced as a whole (see standing.h). None: never but alone
//   document.0/1   the document of a pool of one (LocalRegister)
//   copy/          what was last seen of a pool of several (LocalRegister)
//   the voter's    what this server keeps as a voter; with its keys it is the voter's own affair
//
// Every change has the same three steps: the new home is made beside the old one, which still counts; the standing is
// replaced; the old home is cleared away. Killed before the second step, everything is as before, and what was made is
// cleared away at the next start or made anew. Killed after it, only the clearing is repeated.
//
//   found      alone -> voting      the voter starts as the first and takes the document over
//   dissolve   voting -> alone      the document is written to the local file
//   follow     alone -> following   the copy is written: this server was let into a pool
//   vote       following -> voting  the voter was started, has caught up and was given a vote
//   give_up    voting -> following  others have taken its vote away
//   recover    any but alone -> voting   as the first of a new group, for the former one is lost for good
//   leave      any -> alone         an empty document is written to the local file: this server was detached
//
// What is committed while a change is under way would be in one home only: callers hold the configuration's lock
// during found and dissolve.
#pragma once

#include <memory>
#include <string>

#include "pool/helped_register.h"
#include "pool/local_register.h"
#include "pool/standing.h"
#include "pool/voter.h"
#include "runtime/world.h"

namespace mortar {

class Home {
 public:
  // `others`: the register as members of the pool give access to it, for a server that does not vote.
  Home(World& world, std::string folder, Voter& voter, Register& others);

  // Whether a server was ever at home in the folder; nothing is made.
  static bool exists(World& world, const std::string& folder);
  // What the server whose home the folder is knew of its pool last, before anything is opened; version 0: nothing.
  static Task<Document> last_kept(World& world, std::string folder);

  // Goes on where this server stood. A voter whose data is gone has lost its vote: it follows, and so does one whose
  // standing is lost and that has a copy of a pool's document. The voter is started but not waited for. EIO where what
  // is on the disk is not whole; nothing is changed then.
  Task<> open();

  const Standing& standing() const { return standing_; }
  // The one that counts.
  Register& documents();
  // What is damaged on the disk, and was not written anew yet; empty: nothing.
  std::string damage() const;
  // What was last seen of the pool; version 0: nothing yet. Alone: the local document.
  Task<Document> last_seen();
  // Keeps what was seen of a pool of several. Older ones are ignored.
  Task<> remember(Document document);

  // The document already says that there is a pool of this id.
  Task<> found(Gfid pool, Document document);
  // The document as it shall be on the local file, with the version it had; it gets a newer one.
  Task<> dissolve(Document document);
  Task<> follow(Gfid pool, std::vector<std::string> contacts, Document copy);
  Task<> vote();
  Task<> give_up();
  // The document of a newer generation (see generation.h).
  Task<> recover(Document document);
  Task<> leave(std::string text);

 private:
  static std::string standing_file(const std::string& folder) { return folder + "/standing"; }
  std::string standing_file() const { return standing_file(folder_); }
  static std::string copy_folder(const std::string& folder) { return folder + "/copy"; }
  std::string copy_folder() const { return copy_folder(folder_); }
  Result<Done> stand(Standing standing);
  Result<Standing> read_standing();
  Task<Standing> find_standing(Error reason);
  Result<Done> open_local();
  Result<Done> open_copy();
  // Clears away what does not count any more; failures are repeated at the next start.
  Task<> clear_away();
  Task<> prepare_voter(Gfid pool, Document document);
  Task<> prepare_local(Document document);
  Task<> stand_alone();

  World& world_;
  const std::string folder_;
  Voter& voter_;
  Register& others_;
  HelpedRegister votes_;
  Standing standing_;
  std::unique_ptr<LocalRegister> local_;
  std::unique_ptr<LocalRegister> copy_;
  std::string lost_copy_;  // why there is none
  // Whether the standing on the disk may be another than here: then nothing may be changed until the next start.
  bool in_doubt_ = false;
};

}  // namespace mortar
