// features/index: keeps the lists of objects that healers work through. It watches the counters of replication and
// erasure coding (XATTROP): an object is listed before a counter rises, and leaves the list when its counters are zero.
// An index entry too many costs a healer a look; one too few would hide damage.
//
// The lists are virtual directories with gfids that are random in each process, told by getxattr on the root.
//
// It remembers, too, what was changed lately, for the day on which a copy comes back without it (unwritten_changes.h).
#pragma once

#include <list>
#include <map>
#include <memory>
#include <string>
#include <tuple>
#include <unordered_map>
#include <vector>

#include "base/event.h"
#include "runtime/inline_guard.h"
#include "runtime/world.h"
#include "translator/graph.h"
#include "translator/intercept.h"
#include "translator/options.h"
#include "translators/index/index_store.h"
#include "translators/index/unwritten_changes.h"

namespace mortar {

namespace index {

struct Options {
  std::string base;
  std::string pending_watchlist;    // prefixes of names, comma separated; counters of 32 bits
  std::string pending64_watchlist;  // of 64 bits
  std::string dirty_watchlist;

  auto options(this auto& self) {
    return std::tuple(Option{"index-base", self.base, "Absolute path of the folder of the lists."},
                      Option{"xattrop-pending-watchlist", self.pending_watchlist, "Counters that blame copies."},
                      Option{"xattrop64-watchlist", self.pending64_watchlist, "The same, of 64 bits."},
                      Option{"xattrop-dirty-watchlist", self.dirty_watchlist, "Counters of changes under way."});
  }
};

}  // namespace index

class Index : public Intercept<Index> {
 public:
  Index(World& world, std::string name, index::Options options);
  using Intercept::perform;

  template <class Operation>
  Task<typename Operation::Reply> around(const Call& call, const Operation& operation) {
    recent_.note(operation);
    return next().perform(call, operation);
  }

  Task<> start() override;
  Task<> stop() override;
  Result<Done> reconfigure(const VolumeSection& section) override;
  void dump_state(std::string& out) const override;

  Task<fop::Xattrop::Reply> perform(const Call& call, const fop::Xattrop& xattrop) override;
  Task<fop::Fxattrop::Reply> perform(const Call& call, const fop::Fxattrop& xattrop) override;
  // A new file may be marked as being changed from its beginning.
  Task<fop::Create::Reply> perform(const Call& call, const fop::Create& create) override;

  // What is behind on a copy is carried there to the new name (carried_names.cpp).
  Task<fop::Rename::Reply> perform(const Call& call, const fop::Rename& rename) override;

  // What copies may have lost (lost_changes.cpp).
  Task<fop::Setxattr::Reply> perform(const Call& call, const fop::Setxattr& set) override;

  // The virtual directories (virtual_directories.cpp).
  Task<fop::Getxattr::Reply> perform(const Call& call, const fop::Getxattr& get) override;
  Task<fop::Lookup::Reply> perform(const Call& call, const fop::Lookup& lookup) override;
  Task<fop::Fstat::Reply> perform(const Call& call, const fop::Fstat& fstat) override;
  Task<fop::Opendir::Reply> perform(const Call& call, const fop::Opendir& opendir) override;
  Task<fop::Readdir::Reply> perform(const Call& call, const fop::Readdir& readdir) override;
  Task<fop::Releasedir::Reply> perform(const Call& call, const fop::Releasedir& release) override;
  Task<fop::Unlink::Reply> perform(const Call& call, const fop::Unlink& unlink) override;
  Task<fop::Rmdir::Reply> perform(const Call& call, const fop::Rmdir& rmdir) override;

 private:
  // What a watched counter says, or what is added to it.
  enum class Counters { none, zero, lowered, raised };
  struct Watched {
    Counters pending = Counters::none;
    Counters dirty = Counters::none;
  };
  // A virtual directory: a list, or the changes of one directory.
  struct Place {
    index::List list = index::List::pending;
    std::optional<Gfid> directory;
    std::string path() const;
  };

  void set_watchlists();
  std::optional<index::List> list_of(std::string_view key) const;
  Watched watch(const Dictionary& values) const;
  // Of what is added: `lowered` where no count rises by it.
  Watched watch_additions(const Dictionary& values) const;
  bool is_tracked(std::uint32_t operation, const Dictionary& values) const;
  template <class Operation>
  Task<typename Operation::Reply> tracked(const Call& call, const Operation& operation);
  Task<> before(Gfid gfid, Watched counters, const Dictionary& xdata);
  Task<> after(Gfid gfid, Watched asked, Watched counters, const Dictionary& xdata);
  Task<> strike(Gfid gfid);
  Task<fop::Create::Reply> create_marked(const Call& call, const fop::Create& create, Gfid gfid, Watched asked);
  // Whether the old name was noted; then the new one is, too.
  Task<bool> note_carried(const fop::Rename& rename);
  Task<> blame_alike(Call call, Gfid from, Gfid to);
  // Blame that goes is about what a healer has just written.
  void note_blame(const Gfid& gfid, const Dictionary& values);
  Task<fop::Acknowledged> hear_of_copy(Call call, Dictionary said);
  Task<> blame(Call call, std::string copy, Dictionary said, std::vector<index::UnwrittenChange> lost);

  // The lists, and whose turn it is to work on them.
  struct Store {
    index::IndexStore lists;
    SharedMutex turn;
  };
  // Runs blocking work on the lists, one piece at a time; a piece that was begun ends even where its asker is gone. A
  // few names are changed by the loop itself, as long as that proves to be quick.
  template <class Work>
  auto on_names(Work work) -> Task<typename std::invoke_result_t<Work, index::IndexStore&>::value_type>;
  template <class Work>
  auto on_store(Work work) -> Task<typename std::invoke_result_t<Work, index::IndexStore&>::value_type>;

  // Counters and lists of one object change together.
  using Turns = std::map<Gfid, std::shared_ptr<SharedMutex>>;
  struct Turn {
    std::shared_ptr<Turns> turns;
    Gfid gfid;
    std::shared_ptr<SharedMutex> mutex;
    Turn(std::shared_ptr<Turns> all, const Gfid& of);
    ~Turn();
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;
  };

  std::optional<Place> place_of(const Gfid& gfid) const;
  Gfid virtual_gfid_of(const Gfid& directory);
  Task<fop::Lookup::Reply> look_up(Place place, const fop::Lookup& lookup, bool by_name);
  Task<Dictionary> with_link_count(Dictionary xdata);
  bool wants_link_count(const Dictionary& xdata) const;
  Task<Iatt> attributes_of(Place place, Gfid gfid);

  World& world_;
  index::Options options_;
  std::vector<std::pair<std::string, index::List>> watchlist_;  // prefix; the dirty ones first
  std::shared_ptr<Store> store_;
  index::UnwrittenChanges recent_;
  InlineGuard guard_{true};
  bool may_have_notes_ = false;                               // of names
  std::shared_ptr<Turns> turns_ = std::make_shared<Turns>();  // of objects with operations under way
  std::array<Gfid, 3> virtual_gfids_;
  // Virtual directories of single directories that were looked up; the oldest goes.
  std::unordered_map<Gfid, Gfid> directories_;
  std::list<Gfid> directories_by_age_;
};

template <class Work>
auto Index::on_names(Work work) -> Task<typename std::invoke_result_t<Work, index::IndexStore&>::value_type> {
  const Instant begun = world_.now();
  SharedMutex::Guard turn;
  if (guard_.allows(Weight::names, begun)) turn = store_->turn.try_lock();
  if (!turn.holds()) return on_store(std::move(work));
  auto outcome = work(store_->lists);
  guard_.ran(Weight::names, begun, world_.now());
  return ready<typename std::invoke_result_t<Work, index::IndexStore&>::value_type>(std::move(outcome));
}

template <class Work>
auto Index::on_store(Work work) -> Task<typename std::invoke_result_t<Work, index::IndexStore&>::value_type> {
  using Outcome = std::invoke_result_t<Work, index::IndexStore&>;
  Completion<typename Outcome::value_type> completion;
  world_.background().start([](World& world, std::shared_ptr<Store> store, Work job, auto done_with) -> Task<> {
    Result<SharedMutex::Guard> turn = co_await store->turn.lock();
    Result<Outcome> outcome = co_await world.off_loop([store, job] { return job(store->lists); });
    done_with.complete(outcome ? std::move(*outcome) : Outcome(std::unexpected(outcome.error())));
    co_return done;
  }(world_, store_, std::move(work), completion));
  return completion.wait();
}

Result<std::unique_ptr<Translator>> make_index(World& world, const VolumeSection& section);

}  // namespace mortar
