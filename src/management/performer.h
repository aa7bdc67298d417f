// What a command wants done by a server, done by this one: first whether it can (its disks, its scripts), with nothing
// changed but that directories become bricks (taken_bricks.h); then, once the pool's document has the change, to make
// it true.
#pragma once

#include "management/hooks.h"
#include "management/reconciler.h"
#include "management/taken_bricks.h"

namespace mortar {

// Commands whose orders need more than to follow the document.
namespace commands_of_orders {
inline constexpr std::string_view create = "create";
inline constexpr std::string_view add_bricks = "add-brick";
inline constexpr std::string_view replace_brick = "replace-brick";
inline constexpr std::string_view start = "start";
inline constexpr std::string_view set = "set";
// A volume, or bricks of it, that were to be are not: their directories are given back.
inline constexpr std::string_view give_back = "give back";
}  // namespace commands_of_orders

class Performer {
 public:
  Performer(World& world, const Places& places, Membership& membership, Reconciler& reconciler)
      : world_(world),
        places_(places),
        membership_(membership),
        reconciler_(reconciler),
        taken_(world, places, membership) {}

  void open() { taken_.open(); }
  void begin() { taken_.begin(); }

  // An error's sentence is the user's; who asked adds which server it is.
  Task<> carry_out(Order order);

 private:
  Task<> prepare(Order order);
  Task<> check_dump_folder(Volume volume);
  Task<> perform(Order order);
  // Each brick of this server, one after the other, off the loop; the first that fails ends it.
  template <class Work>
  Task<> with_own_bricks(Volume volume, Work work);
  Task<> hooks(const Order& order, std::string moment);

  World& world_;
  const Places& places_;
  Membership& membership_;
  Reconciler& reconciler_;
  TakenBricks taken_;
};

}  // namespace mortar
