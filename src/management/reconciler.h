// Makes true on this server what the pool's document says: its files are rendered, the bricks of started volumes run,
// others do not, nor those of volumes that follow a server quorum that is not met. It works towards the newest
// document, whatever the one before was, so it does not matter what of it this server has missed.
//
//   Reconciler reconciler(world, places, membership);
//   co_await tried(reconciler.open());
//   reconciler.begin();                        // follows the document from now on
//   co_await tried(reconciler.volume(name, Bricks::even_if_told_to_end));   // one volume, for who waits for it
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "base/event.h"
#include "base/task_set.h"
#include "management/events/announcer.h"
#include "management/healers.h"
#include "management/peers/membership.h"
#include "management/places.h"
#include "management/port_map.h"
#include "management/rebalances.h"
#include "management/store.h"
#include "management/supervisor.h"

namespace mortar {

enum class Bricks : bool { unless_told_to_end, even_if_told_to_end };

class Reconciler {
 public:
  Reconciler(World& world, const Places& places, Membership& membership, Announcer& announcer);
  ~Reconciler();

  // Renders everything, where there is a document; no brick is touched.
  Task<> open();
  // The bricks ask this server for their volfiles, so it must answer by now.
  void begin();
  // Resumes once each volume was looked at after begin().
  Task<> settled() { return settled_.wait(); }

  // The volume as the document has it now; ended where it has it no more. The error is the first brick's.
  Task<> volume(std::string name, Bricks bricks);
  // What is not of one volume.
  Result<Done> render_pool();
  // That, for who waits for it; clients and bricks hear of it.
  Result<Done> pool_changed();

  Store& store() { return store_; }
  PortMap& ports() { return ports_; }
  Supervisor& supervisor() { return *supervisor_; }
  Rebalances& rebalances() { return *rebalances_; }
  Healers& healers() { return *healers_; }
  BrickSite site_of(const Volume& volume, const Brick& brick);
  // This server is another one from now on; it has no volumes.
  void act_as(const Gfid& server);
  // Called after every change that clients or bricks must hear of.
  void on_change(std::function<void()> told) { told_ = std::move(told); }
  // The document has changed.
  void wake() { changed_.set(); }

 private:
  // What was made true of a volume.
  struct Made {
    std::optional<Volume> volume;
    bool rendered = true;
    bool in_quorum = true;  // of the servers, if it follows that
    Mutex changing;
  };
  Result<Done> render(const Volume& volume);
  Task<> make(Made& made, std::string name, Bricks bricks);
  Task<> end(const Volume& volume, const Volume* successor);
  Task<> run_bricks(Volume volume, Bricks bricks);
  Task<> heal(Volume volume);
  Task<> follow();
  Task<> catch_up();
  Task<> catch_up_with(std::string name);
  Result<Done> find_leftovers();
  bool is_all_rendered() const;
  bool is_as_wanted(const std::string& name) const;
  bool has_quorum(const Volume& volume) const;
  Task<> watch_quorum();
  bool has_document() const { return membership_.configuration().version() != 0; }
  Task<> end_leftovers();

  World& world_;
  const Places& places_;
  Membership& membership_;
  Announcer& announcer_;
  Store store_;
  PortMap ports_;
  std::unique_ptr<Supervisor> supervisor_;
  std::unique_ptr<Rebalances> rebalances_;
  std::unique_ptr<Healers> healers_;
  std::function<void()> told_;
  std::map<std::string, std::unique_ptr<Made>> made_;  // by the volume's name
  // Volumes of the store that the document does not have: they were deleted while this server was not there.
  std::vector<Volume> leftovers_;
  bool looked_for_leftovers_ = false;
  bool pool_rendered_ = true;
  Event changed_;
  Event settled_;
  TaskSet following_;
  TaskSet watching_;
};

}  // namespace mortar
