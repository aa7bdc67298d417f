// Judges what users saw who worked on a volume at the same time.
//
// Every operation that was answered becomes events of registers, each with the moment when it was asked and the moment
// when it was answered: names, permission bits, owners, extended attributes, blocks of files. Of each register there
// must be an order in which all of its events make sense (linearizable.h); registers are judged one by one, so that the
// two names of a rename may change at different moments between question and answer, and which directory a path leads
// through does not matter. What is not judged: times, numbers of links while things change, the order of listings.
//
//  - A name that a listing shows is there at some moment while it is listed, one that it lacks is not.
//  - A block is wholly what one write left, or zeros.
//  - In a directory that was removed nothing is made any more.
//  - An operation whose answer was lost in a fault has happened at any later moment, or never; of a rename each name.
//  - A crash brings back of each register any value that it may have had since the last sync that promises it.
//  - Errors are those that others can cause by changing names; what faults cause is told only while there is one.
//  - But of a file of several copies that has no name any more and that a fault has met while it was open: no heal
//    reaches what lives in descriptors only, so blame that is left on each of its copies stays, and who asks by a
//    descriptor may be refused with ENOTCONN for good.
//  - Locks that exclude each other are not held at once, unless a fault comes in between.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "linearizable.h"
#include "snapshot.h"
#include "translator/call.h"

namespace mortar::sim {

class History {
 public:
  // `one_disk`: all of the volume is on one, and any sync brings its metadata there.
  History(const Snapshot& start, bool one_disk);

  Tick begins() { return ++tick_; }
  template <class Operation>
  void saw(std::size_t client, Tick begin, const Call& call, const Operation& operation,
           const Result<typename Operation::Reply>& reply) {
    ended_ = ++tick_;
    begun_ = begin;
    if (!reply) judge_error(client, Operation::name_of_operation, reply.error(), open_file(operation));
    // What can be said of an operation of this kind.
    if constexpr (requires { note(call, operation, reply); }) note(call, operation, reply);
    if constexpr (requires { note_lock(client, call, operation, reply); }) note_lock(client, call, operation, reply);
  }
  void saw_listing(Tick begin, const Gfid& directory, const std::set<std::string>& names);
  void saw_end(const Snapshot& snapshot);

  void fault_begins();
  void fault_ends() {
    has_fault_ = false;
    fault_ended_ = ++tick_;
  }
  void power_fails();
  void power_is_back();
  // One of several: nothing is lost by that, but what is open and has no name any more lives where its brick lives on.
  void copy_loses_power() { copy_lost_power_ = true; }
  // What is open and has no name is not judged.
  void leave_out_nameless() { judges_nameless_ = false; }
  // Bricks are copies of each other.
  void has_copies() { has_copies_ = true; }
  void written_back();

  // A rename to this name whose answer was lost: from one brick to another it may have made its file's second name, out
  // of reach of who could take it back, or have left what it overwrote. The name is not judged: listings may show both
  // until somebody removes one, and who remembers one goes on to see it, as with GlusterFS.
  bool may_be_stray(const Gfid& parent, const std::string& name) const;
  // A rename was interrupted: on one brick may be left what no name leads to, as a directory that it was to replace.
  bool was_torn() const { return !lost_renames_.empty(); }
  static bool is_outage(const Error& error);
  // The first thing that cannot be; empty where all can. Once, at the end.
  std::string judge();

 private:
  static constexpr const char* listing_misses = "listing";
  enum class Aspect { name, mode, owner, group, xattr, block };
  using Key = std::tuple<Aspect, Gfid, std::string>;
  struct Register {
    RegisterValue start;
    std::vector<RegisterEvent> events;
    // When a link was made that came to nothing, as its file lost its last name meanwhile.
    std::vector<std::pair<Tick, Tick>> taken_back;
  };
  // Where both names led to one file nothing has happened.
  struct Rename {
    Key from;
    std::size_t event;
    Gfid gfid;
  };
  // A rename of which nobody heard: what it moved is whatever the old name may have led to.
  struct LostRename {
    Key from;
    Key to;
    std::size_t event;
    Tick begin;
  };
  // Of a directory.
  struct Removal {
    Key key;
    Tick begin;
    Tick end;
  };
  struct Sync {
    Gfid gfid;  // null: of everything
    Tick begin;
    bool with_names;
  };
  struct Crash {
    Tick begin;
    Tick end;
    std::vector<Sync> syncs;  // that were acknowledged before
  };
  // An open file was out of reach though there was no fault: it had no name at some moment meanwhile.
  struct Refusal {
    Gfid gfid;
    Tick begin;
    Tick end;
    std::string what;
  };
  struct Held {
    std::size_t client;
    LockOwner owner;
    Gfid gfid;
    bool write;
    std::uint64_t first, last;
    Tick from, to;
  };

  static RegisterValue number(std::uint64_t value);
  // Null where it names no descriptor.
  template <class Operation>
  static const Descriptor* open_file(const Operation& operation) {
    if constexpr (requires { operation.fd.open; }) return operation.fd.open.get();
    return nullptr;
  }
  bool is_perhaps_done(const Error& error) const;
  void judge_error(std::size_t client, const char* operation, const Error& error, const Descriptor* open);
  void fail(std::string sentence);

  // An event between question and answer of the operation that is being noted.
  RegisterEvent& add(Aspect aspect, const Gfid& object, std::string name, RegisterEvent event, const char* what);
  void sees(Aspect aspect, const Gfid& object, const std::string& name, RegisterValue value, const char* what);
  void sees_nothing(Aspect aspect, const Gfid& object, const std::string& name, const char* what);
  void sees_something(Aspect aspect, const Gfid& object, const std::string& name, const char* what);
  void sets(Aspect aspect, const Gfid& object, const std::string& name, RegisterValue value, bool certain,
            const char* what);
  void sees_attributes(const Iatt& iatt, const char* what);
  void sees_links(const Iatt& iatt) {
    if (iatt.links == 0) nameless_.insert(iatt.gfid);
  }
  void makes(const Call& call, const Gfid& parent, const std::string& name, const Gfid& gfid, std::uint32_t mode,
             bool certain, const char* what);
  template <class Reply>
  void note_making(const Call& call, const Gfid& parent, const std::string& name, const Dictionary& xdata,
                   std::uint32_t mode, const Result<Reply>& reply, const char* what);
  void note_removal(const Gfid& parent, const std::string& name, const Result<fop::Changed>& reply, const char* what);
  void note_cut(const Gfid& gfid, std::uint64_t size, const Result<fop::Changed>& reply, const char* what);
  void note_value(const Gfid& gfid, const std::string& name, const Dictionary& values);

  void note(const Call& call, const fop::Lookup& lookup, const Result<fop::Lookup::Reply>& reply);
  void note(const Call& call, const fop::Stat& stat, const Result<fop::Attributes>& reply);
  void note(const Call& call, const fop::Fstat& fstat, const Result<fop::Attributes>& reply);
  void note(const Call& call, const fop::Open& open, const Result<fop::Opened>& reply);
  void note(const Call& call, const fop::Create& create, const Result<fop::Create::Reply>& reply);
  void note(const Call& call, const fop::Mkdir& mkdir, const Result<fop::Made>& reply);
  void note(const Call& call, const fop::Mknod& mknod, const Result<fop::Made>& reply);
  void note(const Call& call, const fop::Symlink& symlink, const Result<fop::Made>& reply);
  void note(const Call& call, const fop::Link& link, const Result<fop::Made>& reply);
  void note(const Call& call, const fop::Unlink& unlink, const Result<fop::Changed>& reply);
  void note(const Call& call, const fop::Rmdir& rmdir, const Result<fop::Changed>& reply);
  void note(const Call& call, const fop::Rename& rename, const Result<fop::Rename::Reply>& reply);
  void note(const Call& call, const fop::Readlink& readlink, const Result<fop::Readlink::Reply>& reply);
  void note(const Call& call, const fop::Setattr& set, const Result<fop::Changed>& reply);
  void note(const Call& call, const fop::Setxattr& set, const Result<fop::Acknowledged>& reply);
  void note(const Call& call, const fop::Getxattr& get, const Result<fop::Values>& reply);
  void note(const Call& call, const fop::Removexattr& remove, const Result<fop::Acknowledged>& reply);
  void note(const Call& call, const fop::Write& write, const Result<fop::Changed>& reply);
  void note(const Call& call, const fop::Read& read, const Result<fop::Read::Reply>& reply);
  void note(const Call& call, const fop::Truncate& truncate, const Result<fop::Changed>& reply);
  void note(const Call& call, const fop::Ftruncate& truncate, const Result<fop::Changed>& reply);
  void note(const Call& call, const fop::Fsync& fsync, const Result<fop::Changed>& reply);
  void note(const Call& call, const fop::Fsyncdir& fsyncdir, const Result<fop::Acknowledged>& reply);
  void note_lock(std::size_t client, const Call& call, const fop::Lk& lk, const Result<fop::Lk::Reply>& reply);
  void note_lock(std::size_t client, const Call& call, const fop::Flush& flush, const Result<fop::Acknowledged>& reply);

  void sees_content(const Gfid& gfid, std::string_view content, const char* what);
  // What several bricks do not promise.
  bool is_judged(const Key& key) const;
  void forgive_listings(Register& name) const;
  void settle_renames();
  void bury_directories();
  void expect_nameless();
  std::map<Gfid, Tick> foundlings_of(const Register& name) const;
  void add_crashes(const Key& key, Register& of);
  std::string judge_locks() const;
  std::string text_of(const Key& key, const Register& of, std::size_t wrong) const;

  const bool one_disk_;
  Tick tick_ = 0;
  Tick begun_ = 0;
  Tick ended_ = 0;
  bool has_fault_ = false;
  Tick fault_ended_ = 0;
  // Whether one was there while the operation ran.
  bool meets_fault() const { return has_fault_ || begun_ < fault_ended_; }
  bool had_fault_ = false;
  bool copy_lost_power_ = false;
  bool judges_nameless_ = true;
  bool has_copies_ = false;
  std::string failure_;
  std::map<Key, Register> registers_;
  std::vector<Rename> renames_;
  std::vector<LostRename> lost_renames_;
  std::vector<Removal> removals_;
  std::vector<Refusal> refusals_;
  std::map<const Descriptor*, Tick> opened_;
  std::set<Gfid> made_;         // somebody asked for it
  std::set<Gfid> directories_;  // that were seen
  std::map<Gfid, std::string> targets_;
  std::set<Gfid> linked_;    // had several names at some time
  std::set<Gfid> nameless_;  // had none, and were open
  std::vector<Sync> syncs_;
  std::vector<Crash> crashes_;
  std::vector<Held> held_;
};

}  // namespace mortar::sim
