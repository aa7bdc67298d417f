// Directories of this server that were taken as bricks for a change which the document may not have yet.
//
// They are taken before the document is changed, so a brick that it has is one on the disk, whoever dies in between.
// Where the change does not come they are given back: at the word of who wanted it, when another volume wants the
// directory, or once nobody can be about to make the change any more. All of that is written down before it is done
// (mortar/taken), for the daemon that starts next.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/task_set.h"
#include "management/brick_directory.h"
#include "management/peers/membership.h"
#include "management/places.h"

namespace mortar {

class TakenBricks {
 public:
  TakenBricks(World& world, const Places& places, Membership& membership)
      : world_(world), places_(places), membership_(membership) {}

  // Goes on with what an earlier daemon had taken.
  void open();
  void begin();

  // The volumes may have bricks of other servers too, which are left alone.

  // For a change that is about to be made: all, or none.
  Task<> take(Volume volume, HowToTake how);
  // The document has them; what is not taken yet is.
  Task<> keep(Volume volume, HowToTake how);
  // What of them the document does not have.
  void give_back(const Volume& volume);
  // What it has is not given back any more, whatever becomes of it.
  void forget(const Gfid& volume);

 private:
  struct Taken {
    Volume part;  // its name, its id, and this brick
    BrickDirectory directory;
    Instant since;
    bool kept = false;  // the document had it
  };
  std::vector<Brick> own_bricks(const Volume& volume) const;
  Taken* find(const Brick& brick, const Gfid& volume);
  bool is_in_document(const Taken& taken) const;
  bool is_overdue(const Taken& taken) const;
  Task<> take_all(std::vector<Brick> bricks, Gfid volume, HowToTake how);
  Task<> take_one(Brick brick, Gfid volume, HowToTake how);
  Task<> make_way(Volume volume);
  Task<> look_after();
  Task<> settle_overdue();
  // As the document, which is the newest, decides.
  void settle(const std::string& path);
  void give_up(const std::string& path);
  Result<Done> write_down();
  // Where it fails more is written down than is true, which the document decides.
  void write_down_if_possible();

  World& world_;
  const Places& places_;
  Membership& membership_;
  std::map<std::string, Taken> taken_;  // by path
  std::string written_;
  TaskSet looking_;
};

}  // namespace mortar
