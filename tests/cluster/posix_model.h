// A volume as POSIX wants it, in memory: performs file operations as the top of a client's graph would, one after the
// other. Random tests compare each answer of a real graph with the model's.
//
// Objects are never forgotten, so that what is still open of a removed file is there. ENOENT means exactly that; ESTALE
// stands for "gone", which an object that is named by identity may be told as ENOENT or ESTALE.
//
// A tree is copied often: copies share what they have in common.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>

#include "base/result.h"
#include "translator/call.h"
#include "wire/file_operations.h"

namespace mortar::sim {

struct Node {
  Gfid gfid;
  std::uint32_t mode = 0;
  std::uint32_t uid = 0;
  std::uint32_t gid = 0;
  std::uint32_t links = 0;  // of a directory: the one in its parent
  std::string target;       // of a symbolic link
  std::shared_ptr<const std::string> content;
  std::map<std::string, std::string> xattrs;  // of users
  std::map<std::string, Gfid> entries;
  Gfid parent;  // of a directory
  Moment modified;
  Moment changed;
  bool is_left = false;  // no name led to it, and nobody had it open, when that was last asked

  bool is_directory() const { return (mode & 0170000) == 0040000; }
  bool is_regular() const { return (mode & 0170000) == 0100000; }
  bool is_symlink() const { return (mode & 0170000) == 0120000; }
  std::uint64_t size() const { return is_symlink() ? target.size() : content ? content->size() : 0; }
  friend bool operator==(const Node& left, const Node& right);
};

class Tree {
 public:
  Tree();

  const Node* find(const Gfid& gfid) const;
  // Null where the name leads nowhere.
  const Node* find(const Gfid& parent, const std::string& name) const;
  // A name leads to it, or it is the root.
  bool is_alive(const Gfid& gfid) const;
  // As link counts show them.
  std::uint32_t subdirectories(const Node& directory) const;
  Iatt iatt_of(const Node& node) const;
  auto begin() const { return nodes_.begin(); }
  auto end() const { return nodes_.end(); }
  friend bool operator==(const Tree& left, const Tree& right);

  // For trees that are made of what was seen.
  void put(Node node);
  // It was changed, and back again.
  void touch(const Call& call, std::uint32_t stamps, const Gfid& gfid);
  // All that no name leads to, but for what is still open. Only when it is asked a second time: what was just closed may
  // still be open on bricks when somebody opens it by its identity.
  void forget_removed(const std::set<Gfid>& open);

  Result<fop::Lookup::Reply> perform(const Call& call, const fop::Lookup& lookup);
  Result<fop::Attributes> perform(const Call& call, const fop::Stat& stat);
  Result<fop::Attributes> perform(const Call& call, const fop::Fstat& fstat);
  Result<fop::Made> perform(const Call& call, const fop::Mknod& mknod);
  Result<fop::Made> perform(const Call& call, const fop::Mkdir& mkdir);
  Result<fop::Create::Reply> perform(const Call& call, const fop::Create& create);
  Result<fop::Made> perform(const Call& call, const fop::Symlink& symlink);
  Result<fop::Made> perform(const Call& call, const fop::Link& link);
  Result<fop::Rename::Reply> perform(const Call& call, const fop::Rename& rename);
  // What becomes of a rename between bricks that a fault interrupts. A directory is renamed at once.
  void begin_rename(const Call& call, const fop::Rename& rename);      // a file has both names
  void end_rename(const Call& call, const fop::Rename& rename);        // where it has both, the old one goes
  void take_back_rename(const Call& call, const fop::Rename& rename);  // nothing has happened, but it was touched
  Result<fop::Changed> perform(const Call& call, const fop::Unlink& unlink);
  Result<fop::Changed> perform(const Call& call, const fop::Rmdir& rmdir);
  Result<fop::Readlink::Reply> perform(const Call& call, const fop::Readlink& readlink);
  Result<fop::Opened> perform(const Call& call, const fop::Open& open);
  Result<fop::Opened> perform(const Call& call, const fop::Opendir& opendir);
  Result<fop::Read::Reply> perform(const Call& call, const fop::Read& read);
  Result<fop::Changed> perform(const Call& call, const fop::Write& write);
  Result<fop::Changed> perform(const Call& call, const fop::Truncate& truncate);
  Result<fop::Changed> perform(const Call& call, const fop::Ftruncate& truncate);
  Result<fop::Changed> perform(const Call& call, const fop::Fsync& fsync);
  Result<fop::Acknowledged> perform(const Call& call, const fop::Fsyncdir& fsyncdir);
  Result<fop::Changed> perform(const Call& call, const fop::Setattr& set);
  Result<fop::Changed> perform(const Call& call, const fop::Fsetattr& set);
  Result<fop::Acknowledged> perform(const Call& call, const fop::Setxattr& set);
  Result<fop::Acknowledged> perform(const Call& call, const fop::Fsetxattr& set);
  Result<fop::Values> perform(const Call& call, const fop::Getxattr& get);
  Result<fop::Values> perform(const Call& call, const fop::Fgetxattr& get);
  Result<fop::Acknowledged> perform(const Call& call, const fop::Removexattr& remove);

 private:
  Node& change(const Gfid& gfid);
  // A directory that names lead through; ESTALE where it is gone.
  Result<const Node*> parent_of_names(const Gfid& gfid) const;
  // What an operation names by identity, or by an open file, which reaches it also when it is gone.
  Result<const Node*> object(const Gfid& gfid, bool is_open) const;
  Result<const Node*> regular(const Gfid& gfid, bool is_open) const;

  Result<fop::Made> make(const Call& call, std::uint32_t stamps, const Gfid& parent, const std::string& name,
                         const Dictionary& xdata, Node node);
  void stamp(const Call& call, std::uint32_t stamps, const Gfid& gfid);
  void stamp_parent(const Call& call, std::uint32_t stamps, const Gfid& gfid);
  void lose_name(const Call& call, std::uint32_t stamps, const Gfid& gfid);
  bool is_below(const Gfid& directory, const Gfid& ancestor) const;
  Result<Done> may_rename(const Node& moved, const Node* replaced, const Gfid& new_parent) const;
  Result<fop::Changed> resize(const Call& call, std::uint32_t stamps, const Gfid& gfid, bool is_open,
                              std::uint64_t size);
  Result<fop::Changed> set_attributes(const Call& call, const Gfid& gfid, bool is_open, const Iatt& wanted,
                                      std::int32_t valid);
  Result<fop::Acknowledged> set_xattrs(const Call& call, const Gfid& gfid, bool is_open, const Dictionary& values,
                                       std::uint32_t flags);
  Result<fop::Values> get_xattrs(const Gfid& gfid, bool is_open, const std::string& name) const;

  std::map<Gfid, std::shared_ptr<Node>> nodes_;
};

}  // namespace mortar::sim
