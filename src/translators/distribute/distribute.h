// cluster/distribute: one volume over many subvolumes. A file is on the subvolume that its name hashes to in the layout
// of its directory; directories are on all of them. Where a file had to stay elsewhere (it was renamed, linked, or its
// subvolume was full) a link file stands where its name hashes to, and names the subvolume that has the data.
//
// A reader finds
//   lookup.cpp           names, where they hash to;  lookup_everywhere.cpp, where that does not settle it
//   discover.cpp         objects by gfid
//   heal.cpp             directories that are not alike on all subvolumes
//   making.cpp           create, mknod, symlink;  mkdir.cpp
//   removal.cpp          unlink;                  rmdir.cpp
//   rename.h             rename;                  link.cpp
//   link_files.cpp       making and removing link files
//   objects.h            what is asked of an object: of a file at its place, of a directory as directories.h says
//   open_objects.cpp     what open files and directories lead to
//   directory_attributes.cpp, xattr_changes.cpp, xattr_reads.cpp
//   commands.cpp         what an extended attribute that is set tells distribute to do
//   listing.cpp          readdir and readdirp
//   usage.cpp            statfs and what follows from free space
//
// All locks are those of stock clients, so that both keep out of each other's way.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/task_set.h"
#include "runtime/world.h"
#include "translator/graph.h"
#include "translator/intercept.h"
#include "translators/cluster/fan_out.h"
#include "translators/cluster/locks.h"
#include "translators/distribute/free_space.h"
#include "translators/distribute/layout.h"
#include "translators/distribute/memory.h"
#include "translators/distribute/name_hash.h"
#include "translators/distribute/options.h"

namespace mortar {

class RenameLocks;

class Distribute final : public Intercept<Distribute> {
 public:
  static Result<std::unique_ptr<Translator>> make(World& world, const VolumeSection& section);
  Distribute(World& world, std::string name, DistributeOptions options, NameHash hash);
  ~Distribute() override;

  Task<> start() override;
  Task<> stop() override;
  void notified(const Notice& notice, Translator& child) override;
  Result<Done> reconfigure(const VolumeSection& section) override;
  void dump_state(std::string& out) const override;

  template <class Operation>
  Task<typename Operation::Reply> around(const Call& call, const Operation& operation);

 private:
  friend class Renaming;

  // ---- What each operation on names does.
  Task<fop::Lookup::Reply> act(const Call& call, const fop::Lookup& lookup);      // lookup.cpp
  Task<fop::Create::Reply> act(const Call& call, const fop::Create& create);      // making.cpp
  Task<fop::Made> act(const Call& call, const fop::Mknod& mknod);                 // making.cpp
  Task<fop::Made> act(const Call& call, const fop::Symlink& symlink);             // making.cpp
  Task<fop::Made> act(const Call& call, const fop::Mkdir& mkdir);                 // mkdir.cpp
  Task<fop::Changed> act(const Call& call, const fop::Unlink& unlink);            // removal.cpp
  Task<fop::Changed> act(const Call& call, const fop::Rmdir& rmdir);              // rmdir.cpp
  Task<fop::Rename::Reply> act(const Call& call, const fop::Rename& rename);      // rename.cpp
  Task<fop::Made> act(const Call& call, const fop::Link& link);                   // link.cpp
  Task<fop::Opened> act(const Call& call, const fop::Open& open);                 // open_objects.cpp
  Task<fop::Opened> act(const Call& call, const fop::Opendir& open);              // open_objects.cpp
  Task<fop::Acknowledged> act(const Call& call, const fop::Release& release);     // open_objects.cpp
  Task<fop::Acknowledged> act(const Call& call, const fop::Releasedir& release);  // open_objects.cpp
  Task<fop::CopyFileRange::Reply> act(const Call& call, const fop::CopyFileRange& copy);
  Task<fop::Readdir::Reply> act(const Call& call, const fop::Readdir& readdir);    // listing.cpp
  Task<fop::Readdirp::Reply> act(const Call& call, const fop::Readdirp& readdir);  // listing.cpp
  Task<fop::Statfs::Reply> act(const Call& call, const fop::Statfs& statfs);       // usage.cpp
  Task<fop::Acknowledged> act(const Call& call, const fop::Ipc& ipc);              // open_objects.cpp

  // ---- Listing, listing.cpp.
  struct Listing;
  // What the listing holds on to until its end.
  Task<std::shared_ptr<const struct ListedBy>> begin_or_go_on(const Call& call, const fop::Readdirp& readdir);
  std::vector<fop::Readdirp> next_questions(const Listing& listing) const;
  Task<AnswersOf<fop::Readdirp>> ask_for_entries(const Call& call, const std::vector<fop::Readdirp>& asked, Place from);
  // Whether that subvolume has no more.
  Result<bool> take_entries(Listing& listing, Result<fop::Readdirp::Reply> answer);
  // Of the subvolume whose turn it is.
  bool shows(const Listing& listing, const EntryPlus& entry) const;
  void settle_entry(const Listing& listing, EntryPlus& entry);

  // A descriptor of our own that leads to those of the subvolumes.
  Fd give_out(const Gfid& gfid, std::uint32_t flags, bool directory, std::shared_ptr<struct OpenObject> object);
  template <class Operation>
  Task<fop::Acknowledged> release_everywhere(const Call& call, const Operation& release);

  // ---- Making and removing files, making.cpp and removal.cpp.
  template <class Operation>
  Task<typename Operation::Reply> make_file(const Call& call, const Operation& operation, Place& place);
  template <class Operation>
  Task<typename Operation::Reply> make_file_once(const Call& call, const Operation& operation, Place& place);
  // What was in the way was a link file that led nowhere: the lookup has removed it.
  Task<bool> is_free_after_all(const Call& call, Gfid parent, std::string entry);
  template <class Operation>
  Task<fop::Made> make_unopened(const Call& call, const Operation& operation);
  template <class Operation>
  Task<typename Operation::Reply> lock_and_make_elsewhere(const Call& call, const Operation& operation, Place hashed,
                                                          Place place, LockSet& locks);
  Result<Place> place_to_unlink(const fop::Unlink& unlink, const fop::Lookup::Reply& found);
  Task<fop::Create::Reply> open_behind_link_file(const Call& call, const fop::Create& create,
                                                 Result<fop::Create::Reply> made, Place& place);
  Task<fop::Create::Reply> open_existing(const Call& call, const fop::Create& create, const fop::Lookup::Reply& found,
                                         Place place);
  Task<fop::Changed> unlink_at(const Call& call, const fop::Unlink& unlink, std::optional<Place> hashed, Place place);

  // ---- Further names of files, link.cpp.
  Task<fop::Made> link_at(const Call& call, const fop::Link& link, Place hashed, Place place);
  Task<fop::Made> lock_and_link(const Call& call, const fop::Link& link, Place hashed, Place place);
  Task<fop::Made> link_elsewhere(const Call& call, const fop::Link& link, Place hashed, Place place);
  Task<fop::Made> link_again(const Call& call, const fop::Link& link, Place hashed, Place place);
  Task<> link_at_target(const Call& call, const fop::Link& link, Place hashed, Place place, fop::Made& made);
  // The link file made at `at` belongs to whom the file belongs. Nobody waits for it.
  Task<> own_link_file(Call root, Iatt file, Place at);

  // ---- What is asked of an object, objects.h.
  template <class Operation>
  Task<typename Operation::Reply> on_object(const Call& call, const Operation& operation);
  template <class Operation>
  Task<Where> find_subject(const Call& call, const Operation& operation);
  template <class Operation>
  Task<typename Operation::Reply> on_file(const Call& call, const Operation& operation, Place place);
  // At one subvolume, with the descriptors that are open there.
  template <class Operation>
  Task<typename Operation::Reply> at_place(const Call& call, const Operation& operation, Place place);
  template <class Operation>
  Task<typename Operation::Reply> with_descriptor(const Call& call, const Operation& operation, Place place);
  template <class Operation>
  Task<> heed_move(const Call& call, const Operation& operation, Place place, typename Operation::Reply& reply);
  // Where a file that is being moved goes to; nothing where it is not.
  Task<std::optional<Place>> target_of_move(const Call& call, Gfid gfid, Place place);
  // The descriptor at that subvolume of what is open here; opened there now where a file has been moved.
  Task<Fd> descriptor_at(const Call& call, Fd fd, Place place);

  // ---- The same of a directory, directory_attributes.cpp.
  Task<fop::Attributes> on_directory(const Call& call, const fop::Stat& stat, DirectoryPointer directory);
  Task<fop::Attributes> on_directory(const Call& call, const fop::Fstat& stat, DirectoryPointer directory);
  Task<fop::Changed> on_directory(const Call& call, const fop::Setattr& set, DirectoryPointer directory);
  Task<fop::Changed> on_directory(const Call& call, const fop::Fsetattr& set, DirectoryPointer directory);
  Task<fop::Acknowledged> on_directory(const Call& call, const fop::Setxattr& set, DirectoryPointer directory);
  Task<fop::Acknowledged> on_directory(const Call& call, const fop::Fsetxattr& set, DirectoryPointer directory);
  Task<fop::Acknowledged> on_directory(const Call& call, const fop::Removexattr& remove, DirectoryPointer directory);
  Task<fop::Acknowledged> on_directory(const Call& call, const fop::Fremovexattr& remove, DirectoryPointer directory);
  Task<fop::Values> on_directory(const Call& call, const fop::Getxattr& get, DirectoryPointer directory);
  Task<fop::Values> on_directory(const Call& call, const fop::Fgetxattr& get, DirectoryPointer directory);
  Task<fop::Acknowledged> on_directory(const Call& call, const fop::Fsyncdir& sync, DirectoryPointer directory);
  template <class Operation>
  Task<AnswersOf<Operation>> at_each(const Call& call, const Operation& operation, const std::vector<Place>& places);
  std::vector<Place> all_places() const;
  std::vector<Place> all_places_but(Place place) const;
  // Where what is changed of the directory is changed first; ENOTCONN while that subvolume is away.
  Result<Place> leader_of(const Directory& directory) const;
  template <class Operation>
  Task<fop::Attributes> stat_directory(const Call& call, const Operation& stat, DirectoryPointer directory);
  template <class Operation>
  Task<fop::Changed> change_directory(const Call& call, const Operation& set, DirectoryPointer directory);
  // Everything else: one subvolume answers for all.
  template <class Operation>
  Task<typename Operation::Reply> on_directory(const Call& call, const Operation& operation,
                                               DirectoryPointer directory);

  // The subvolume that speaks for a directory where one is enough: its leader, else the first that is there.
  Place speaker(const Directory& directory) const;

  // ---- Extended attributes, xattr_changes.cpp and xattr_reads.cpp.
  Task<fop::Acknowledged> on_file(const Call& call, const fop::Setxattr& set, Place place);
  Task<fop::Acknowledged> on_file(const Call& call, const fop::Fsetxattr& set, Place place);
  Task<fop::Acknowledged> on_file(const Call& call, const fop::Removexattr& remove, Place place);
  Task<fop::Acknowledged> on_file(const Call& call, const fop::Fremovexattr& remove, Place place);
  template <class Operation>
  Task<fop::Acknowledged> change_file_xattrs(const Call& call, const Operation& change, Place place);
  template <class Operation>
  Task<fop::Acknowledged> change_xattrs(const Call& call, const Operation& change, DirectoryPointer directory);
  template <class Operation>
  Task<fop::Acknowledged> change_everywhere(const Call& call, const Operation& change, DirectoryPointer directory);
  template <class Operation>
  Task<fop::Acknowledged> change_marked(const Call& call, const Operation& change, DirectoryPointer directory);
  // Adds to the leader's count of changes that the others may lack.
  template <class Operation>
  Task<> mark_leader(const Call& call, const Operation& change, Place leader, std::int32_t number);
  template <class Operation>
  Task<> unmark_leader(const Call& call, const Operation& change, Place leader);
  template <class Operation>
  bool may_change(const Call& call, const Operation& change) const;
  bool is_own_key(std::string_view key) const { return key.starts_with(options_.attribute_prefix); }

  Task<fop::Values> on_file(const Call& call, const fop::Getxattr& get, Place place);
  Task<fop::Values> on_file(const Call& call, const fop::Fgetxattr& get, Place place);
  template <class Operation>
  Task<fop::Values> read_xattrs(const Call& call, const Operation& get, DirectoryPointer directory);
  // Takes from an answer what is ours, and what the bricks keep for themselves.
  void hide_own_xattrs(const Call& call, std::string_view asked, Dictionary& values) const;
  // To names that are questions to distribute itself; nothing for all others.
  std::optional<Result<fop::Values>> own_answer(std::string_view key, const Directory* directory) const;
  Task<fop::Values> gather_texts(const Call& call, const fop::Getxattr& get, DirectoryPointer directory);
  std::string layout_text(const Layout& layout) const;
  Task<fop::Values> real_name(const Call& call, const fop::Getxattr& get);

  // ---- Values that are commands for distribute, commands.cpp. A file has no `directory`.
  bool is_command(const fop::Setxattr& set) const;
  Task<fop::Acknowledged> obey(const Call& call, const fop::Setxattr& set, DirectoryPointer directory);
  Task<> fix_layout(const Call& call, DirectoryPointer directory, LockSet& locks);
  Task<fop::Acknowledged> fix_layout(const Call& call, DirectoryPointer directory);

  // ---- Objects and names, discover.cpp and lookup.cpp.
  // From memory, else asked of all subvolumes. ESTALE where nobody has it; ENOTCONN where one that may have it is away.
  Task<Where> find(const Call& call, Gfid gfid);
  // A file that is open is where it was opened even when it has no name any more.
  Task<Where> find_open(const Call& call, Gfid gfid, const Fd& fd);
  Task<DirectoryPointer> find_directory(const Call& call, Gfid gfid);
  // Where a name is to be changed: its directory, and the subvolume that the name hashes to. ENOTCONN where that part
  // of the layout is on one that is away, EIO where nobody was given it.
  struct NamePlace {
    DirectoryPointer parent;
    Place hashed = 0;
  };
  Task<NamePlace> place_of_name(const Call& call, Gfid parent, std::string entry);
  // A file's place as the subvolumes tell it now.
  Task<Where> find_again(const Call& call, Gfid gfid);
  Task<fop::Lookup::Reply> discover(const Call& call, const fop::Lookup& lookup);
  Task<fop::Lookup::Reply> look_up_directory(const Call& call, const fop::Lookup& lookup,
                                             std::optional<std::pair<Place, fop::Lookup::Reply>> first);
  Task<fop::Lookup::Reply> look_up(const Call& call, const fop::Lookup& lookup);
  Task<fop::Lookup::Reply> directory_found(const Call& call, const fop::Lookup& lookup,
                                           const AnswersOf<fop::Lookup>& answers);
  // The lookup with the keys of ours that have to come with the answer.
  fop::Lookup with_own_keys(const fop::Lookup& lookup) const;
  // Whether a name that is not where it hashes to may be elsewhere.
  bool may_be_elsewhere(const Directory& parent) const;
  // The answer as the user gets it, remembered.
  fop::Lookup::Reply file_found(const fop::Lookup& lookup, Place place, fop::Lookup::Reply reply);
  void learn_commit_hash(const Dictionary& xdata);
  void hide_own_keys(Dictionary& xdata) const;

  // ---- Names that are not where they hash to, lookup_everywhere.cpp.
  struct Standing {
    std::optional<Place> file;
    std::optional<Place> directory;
    bool contradicts = false;  // what the subvolumes have cannot all be true
    std::string damage;        // what somebody has to repair, as a sentence
    bool lacks_link = false;   // there is data, and nothing that leads to it from where the name hashes to
    std::vector<Place> stale_links;
    Error error{ENOENT};  // where there is nothing

    bool needs_repair() const { return lacks_link || !stale_links.empty(); }
  };
  Standing decide(const fop::Lookup& lookup, std::optional<Place> hashed, const AnswersOf<fop::Lookup>& answers) const;
  Task<fop::Lookup::Reply> look_up_everywhere(const Call& call, const fop::Lookup& lookup, std::optional<Place> hashed);
  Task<> repair_links(const Call& call, const fop::Lookup& lookup, Place hashed, const Standing& standing,
                      const AnswersOf<fop::Lookup>& answers);
  Task<fop::Lookup::Reply> answer_from(const Call& call, const fop::Lookup& lookup, const Standing& standing,
                                       const AnswersOf<fop::Lookup>& answers);

  // ---- Directories that are not alike everywhere: heal.cpp finds out, heal_copies.cpp makes the copies alike,
  // heal_layout.cpp gives layouts. `answers`: what each subvolume said to a lookup with our keys; the directory as it
  // is afterwards.
  Task<DirectoryPointer> learn_directory(const Call& call, const fop::Lookup& lookup,
                                         const AnswersOf<fop::Lookup>& answers);
  // ESTALE, ENOENT or EIO where it is not the directory it was taken for. That a brick refuses is no failure: the
  // directory stays as it is.
  Task<> heal_directory(const Call& call, const fop::Lookup& lookup, DirectoryPointer directory);
  // What the answers say of the directory; an error where none has one.
  Result<DirectoryPointer> unite(const fop::Lookup& lookup, const AnswersOf<fop::Lookup>& answers);
  // What cannot be true of one directory, as a sentence.
  std::optional<std::string> contradiction(const fop::Lookup& lookup, const AnswersOf<fop::Lookup>& answers) const;
  // EIO where the answers still contradict each other under the name's lock, else ESTALE.
  Task<> refuse_contradiction(const Call& call, const fop::Lookup& lookup, std::string sentence);
  Task<DirectoryPointer> look_up_path(const Call& call, DirectoryPointer directory);
  Task<> heal_copies(const Call& call, const fop::Lookup& lookup, DirectoryPointer directory);
  Task<> heal_copies_locked(const Call& call, const fop::Lookup& lookup, Place hashed, DirectoryPointer directory);
  Task<> heal_root(const Call& call, DirectoryPointer directory);
  struct CopyHealing;
  Task<> heal_copy(const Call& call, const fop::Lookup& lookup, const fop::Lookup::Reply& source,
                   const CopyHealing& healing);
  Task<bool> heal_these(const Call& call, const fop::Lookup& lookup, const fop::Lookup::Reply& source,
                        std::vector<CopyHealing> healings, Directory& directory);
  // Makes a copy like `source`; nothing of its layout but `stored`, where there is something.
  Task<> make_copy(const Call& call, const fop::Lookup& lookup, const fop::Lookup::Reply& source, Place place,
                   bool leads, std::optional<StoredRange> stored);
  // A copy that is there under another name, left of a rename half way, gets this one. False where there is none.
  Task<bool> bring_copy(const Call& call, const fop::Lookup& lookup, Gfid gfid, Place place);
  Task<> set_leader_count(const Call& call, Gfid gfid, Place leader);
  // With the keys of everything that a new copy gets from another.
  fop::Lookup with_copied_keys(const fop::Lookup& lookup) const;
  // A brick would not have it: for a while nobody tries again.
  void note_refusal(const Gfid& gfid, Place place, const Error& error);
  bool was_refused(const Gfid& gfid);
  // The locks under which a directory's name is made, removed and healed: nobody else does that, or changes the layout
  // of the parent.
  Task<> guard_entry(LockSet& locks, Place hashed, Gfid parent, std::string entry);

  // The path of a directory's entry as far as it is known; where it is not, nothing.
  std::optional<std::string> path_of(const Directory& parent, std::string_view name);
  std::optional<std::string> path_of(const Directory& directory);
  // A layout for a directory that has none, and where it starts.
  Layout new_layout(const Gfid& gfid, const std::optional<std::string>& path, const Layout& present,
                    std::uint32_t commit_hash = invalid_commit_hash) const;
  // Where the directory is, as the layout says.
  Task<> write_layout(const Call& call, Gfid gfid, const Layout& layout);
  // A new layout where the one there is still has holes or overlaps. Of a directory that was just made here it is known
  // that who is away has no range.
  Task<> heal_layout(const Call& call, DirectoryPointer directory, bool just_made = false);
  Task<> heal_layout_locked(const Call& call, DirectoryPointer directory, bool just_made);
  Task<> lock_layout(LockSet& locks, const Directory& directory);

  // ---- Making and removing directories, mkdir.cpp and rmdir.cpp.
  struct NewDirectory;
  Task<> mkdir_locked(const Call& call, const fop::Mkdir& mkdir, NewDirectory& made, RenameLocks& locks);
  Task<> spread(const Call& call, const fop::Mkdir& mkdir, NewDirectory& made);
  Task<> spread_to(const Call& call, const fop::Mkdir& mkdir, NewDirectory& made, Place place);
  Task<> take_back(const Call& call, const fop::Mkdir& mkdir, std::vector<Place> places);
  Layout layout_for_new(const Gfid& gfid, const std::optional<std::string>& path) const;
  std::uint32_t new_commit_hash() const;
  // At once where nobody has one of them, else in the order of stock.
  Task<> take(RenameLocks& locks);
  // Gives locks back beside the answer.
  void release_later(std::unique_ptr<LockSet> locks);
  void release_later(std::unique_ptr<RenameLocks> locks);
  struct Doomed;
  Task<> find_doomed(const Call& call, const fop::Rmdir& rmdir, Doomed& doomed);
  Task<> look_up_doomed(const Call& call, const fop::Rmdir& rmdir, Doomed& doomed);
  Task<> require_empty_everywhere(const Call& call, Gfid gfid);
  Task<> require_empty(const Call& call, Gfid gfid, Place place);
  Task<> remove_stale_link(const Call& call, Gfid directory, const EntryPlus& entry, Place place);
  Task<fop::Changed> remove_copies(const Call& call, const fop::Rmdir& rmdir, Place hashed, const Doomed& doomed);
  // The copies that are gone, as they were.
  Task<> restore_copies(const Call& call, const fop::Lookup& lookup, const AnswersOf<fop::Lookup>& before,
                        std::vector<Place> gone);

  // ---- Link files, link_files.cpp.
  bool is_link_file(const fop::Lookup::Reply& reply) const;
  // The subvolume it names; none where there is no such one.
  std::optional<Place> link_target(const fop::Lookup::Reply& reply) const;
  // A link file at `at` for a file whose data is at `data`. One that is there already for this gfid will do.
  Task<> make_link_file(const Call& call, Gfid parent, std::string name, const Iatt& file, Place at, Place data,
                        bool replace = false);
  // The lock that everybody holds who changes what subvolumes have under a name.
  Task<> lock_name_at(LockSet& locks, Place place, Gfid directory, std::string entry);
  // Only what is a link file and not open; failures are told to the log.
  Task<> remove_link_file(const Call& call, Gfid parent, std::string name, Place at);

  // ---- Where new files go, usage.cpp.
  // `hashed`, unless it is full and another subvolume with a good copy of the directory has room.
  Task<Place> place_for_new_file(const Call& call, DirectoryPointer parent, Place hashed);
  // How full the subvolumes are is known afterwards as far as they tell. Waits for them the first time only; later,
  // where it was asked some time ago, it is asked again beside.
  Task<> refresh_usage(const Call& call);
  Task<> read_usage(Call call);
  // The subvolume's bricks are being removed.
  bool is_leaving(Place place) const;
  // What a new layout is made of: the subvolumes, and how they share a directory.
  std::vector<Sharer> sharers() const;
  Dealing dealing(const Gfid& gfid, const std::optional<std::string>& path,
                  std::uint32_t commit_hash = invalid_commit_hash) const;

  // ---- Small things.
  std::optional<Place> hashed_place(const Directory& parent, std::string_view name) const;
  Translator& subvolume(Place place) const { return *children()[place]; }
  std::optional<Place> place_named(std::string_view subvolume_name) const;
  std::vector<Translator*> others(Place place) const;
  bool all_up() const;
  // An iatt of a directory as users see it: of fixed size, with the latest times that are known.
  Iatt of_directory(Iatt iatt);
  // Times that all copies told now: somebody may have set them back.
  void learn_times(const Gfid& gfid, const Iatt& iatt);
  // The same, unless something is known that is later than what was `known` when they were asked.
  void learn_times_since(const Gfid& gfid, const Times& known, const Iatt& iatt);
  // The attributes of parents in an answer, as users see them.
  template <class Reply>
  void settle_parents(Reply& reply);
  void remember_file(const Iatt& file, Place place, const Gfid& parent, const std::string& entry);

  const std::string& layout_key() const { return options_.attribute_prefix; }
  std::string link_key() const { return options_.attribute_prefix + ".linkto"; }
  std::string leader_key() const { return options_.attribute_prefix + ".mds"; }
  std::string commit_hash_key() const { return options_.attribute_prefix + ".commithash"; }

  World& world_;
  DistributeOptions options_;
  NameHash hash_;
  DistributeMemory memory_;
  LockOwners lock_owners_;
  bool is_up_ = false;
  std::vector<bool> up_;
  std::vector<bool> decided_;  // whether it is known of a subvolume if it is there
  std::vector<VolumeStatus> usage_;
  std::optional<Instant> usage_read_;
  std::uint32_t commit_hash_ = 0;  // of the volume, as the root of a subvolume told it
  RecentObjects<Instant> refused_heals_{4096};
  TaskSet background_;
};

}  // namespace mortar

#include "translators/distribute/objects.h"
