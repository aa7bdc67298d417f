// A user of a mount who does one thing after the other, chosen by chance, and asks for it the way a kernel does: names
// are looked up component by component, what follows names objects by identity; what was looked up a while ago may be
// believed without asking. The names are few, so that users get into each other's way.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/random.h"
#include "translator/translator.h"
#include "wire/file_operations.h"

namespace mortar::sim {

// What a run is like; drawn for each, so that runs differ in kind.
struct Habits {
  std::size_t names = 4;  // in each directory
  std::size_t depth = 3;  // of directories
  double trust = 0.1;     // how often what is known is not asked for again
  double rude = 0.3;      // how often what the kernel would refuse is asked all the same
  // Writes fill whole blocks with what nobody else writes, so that what is read says who wrote it.
  bool in_blocks = false;
  bool waits_for_locks = false;
  std::vector<std::uint32_t> weights;  // of the actions

  static Habits random(Random& random);
  // Names and attributes only: nothing that brings anything to a disk.
  void leave_content_alone();
};

// A block of a file in runs that write `in_blocks`.
inline constexpr std::uint32_t block_size = 256;
inline constexpr std::uint32_t most_blocks = 8;

class RandomUser {
 public:
  // Is told of whole listings: when one begins, which gives it a number, and what it brought.
  struct ListingSink {
    std::function<std::uint64_t()> begins;
    std::function<void(std::uint64_t begun, const Gfid& directory, const std::set<std::string>& names)> ended;
  };

  RandomUser(std::size_t index, Translator& top, Random random, Habits habits, ListingSink on_listing);

  // One thing. What is answered is not its business.
  Task<> act();
  // Gives back what is open, for which the predicate holds.
  Task<> close(std::function<bool(const Gfid& gfid, bool has_locks)> which);
  void add_open(std::set<Gfid>& gfids) const;

 private:
  struct Handle {
    Fd fd;
    Gfid gfid;
    std::uint32_t flags = 0;
    LockOwner owner;
    bool has_locks = false;
    bool reads() const { return (flags & open_flag::access_mode) != open_flag::write_only; }
    bool writes() const { return (flags & open_flag::access_mode) != 0; }
  };
  // A path's last directory, its last name, and what is there.
  struct Place {
    Gfid parent;
    std::string name;
    std::optional<Iatt> there;
  };
  using Action = Task<> (RandomUser::*)();
  struct Choice {
    const char* name;
    std::uint32_t weight;
    Action action;
  };
  friend struct Habits;
  static const std::vector<Choice>& choices();

  Call call();
  Gfid new_gfid();
  std::string new_bytes(std::size_t size);
  std::vector<std::string> random_path();
  // One that led somewhere not long ago, if there is any.
  std::vector<std::string> good_path();
  Task<Iatt> look_up(Gfid parent, std::string name);
  Task<Place> resolve(std::vector<std::string> path);
  Task<Place> random_place() { return resolve(random_path()); }
  // Where probably something is.
  Task<Place> good_place() { return resolve(good_path()); }
  // ENOENT where nothing is there.
  Task<Iatt> random_object();
  Handle* random_handle(bool (Handle::*fits)() const);
  Task<> keep(Fd fd, Gfid gfid, std::uint32_t flags);
  Task<> close_handle(Handle handle);
  Task<> list(Gfid gfid, bool with_attributes);

  Task<> look();
  Task<> create();
  Task<> open();
  Task<> read();
  Task<> write();
  Task<> cut();
  Task<> cut_open();
  Task<> sync();
  Task<> close_one();
  Task<> make_directory();
  Task<> remove_directory();
  Task<> make_node();
  Task<> make_symlink();
  Task<> read_symlink();
  Task<> link();
  Task<> unlink();
  Task<> rename();
  Task<> change_mode();
  Task<> change_owner();
  Task<> change_times();
  Task<> set_xattr();
  Task<> get_xattr();
  Task<> remove_xattr();
  Task<> read_directory();
  Task<> sync_directory();
  Task<> statfs();
  Task<> lock();

  const std::size_t index_;
  Translator& top_;
  Random random_;
  const Habits habits_;
  ListingSink on_listing_;
  std::uint64_t made_ = 0;
  std::vector<Handle> handles_;
  std::map<std::pair<Gfid, std::string>, Iatt> known_;
  std::vector<std::vector<std::string>> good_paths_;  // the last ones
};

}  // namespace mortar::sim
