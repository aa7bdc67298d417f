// Which operation looks at what and changes what: the rules of features/upcall, one a line.
#pragma once

#include "translators/upcall/upcall.h"

namespace mortar::upcall {

// noted(call, operation, reply) of each operation; the general one sees a look at the operation's object.
class Rules : public Upcall {
 public:
  using Upcall::perform;
  using Upcall::Upcall;

 protected:
  static constexpr std::uint32_t written = flag::size | flag::times;
  static constexpr std::uint32_t attributes = flag::size | flag::times | flag::owner | flag::mode | flag::permission;
  static constexpr std::uint32_t name_changed = flag::links | flag::times | flag::parent_times;

  template <class Operation, class Reply>
  void noted(const Call& call, const Operation& operation, const Reply&) {
    if constexpr (requires { operation.gfid; }) looked(call, operation.gfid);
  }

  void noted(const Call& call, const fop::Lookup&, const fop::Lookup::Reply& reply) { looked(call, reply.iatt.gfid); }
  void noted(const Call& call, const fop::Readdirp& readdirp, const fop::Readdirp::Reply& reply) {
    looked(call, readdirp.gfid);
    for (const EntryPlus& entry : reply.entries.elements) looked(call, entry.iatt.gfid);
  }

  void noted(const Call& call, const fop::Write& op, const fop::Changed& reply) { wrote(call, op.gfid, reply); }
  void noted(const Call& call, const fop::Truncate& op, const fop::Changed& reply) { wrote(call, op.gfid, reply); }
  void noted(const Call& call, const fop::Ftruncate& op, const fop::Changed& reply) { wrote(call, op.gfid, reply); }
  void noted(const Call& call, const fop::Fallocate& op, const fop::Changed& reply) { wrote(call, op.gfid, reply); }
  void noted(const Call& call, const fop::Discard& op, const fop::Changed& reply) { wrote(call, op.gfid, reply); }
  void noted(const Call& call, const fop::Zerofill& op, const fop::Changed& reply) { wrote(call, op.gfid, reply); }
  // Nobody but who opens knows what it leaves.
  void noted(const Call& call, const fop::Open& op, const fop::Opened&) {
    if ((op.flags & open_flag::truncate) != 0) {
      changed(call, op.gfid, written, {});
    } else {
      looked(call, op.gfid);
    }
  }
  void noted(const Call& call, const fop::CopyFileRange& op, const fop::CopyFileRange::Reply& reply) {
    looked(call, op.in_gfid);
    changed(call, op.out_gfid, written, reply.out_after);
  }
  void noted(const Call& call, const fop::Setattr& op, const fop::Changed& reply) { set(call, op.gfid, reply); }
  void noted(const Call& call, const fop::Fsetattr& op, const fop::Changed& reply) { set(call, op.gfid, reply); }

  void noted(const Call& call, const fop::Mknod& op, const fop::Made& reply) { made(call, op.parent, reply); }
  void noted(const Call& call, const fop::Mkdir& op, const fop::Made& reply) { made(call, op.parent, reply); }
  void noted(const Call& call, const fop::Symlink& op, const fop::Made& reply) { made(call, op.parent, reply); }
  void noted(const Call& call, const fop::Create& op, const fop::Create::Reply& reply) {
    made(call, op.parent, reply);
    // Somebody else may have made it a moment ago.
    if ((op.flags & open_flag::truncate) != 0) changed(call, reply.iatt.gfid, written, reply.iatt);
  }
  void noted(const Call& call, const fop::Link& op, const fop::Made& reply) {
    changed(call, op.gfid, name_changed, reply.iatt, reply.parent_after);
    entries_changed(call, op.new_parent, reply.parent_after);
  }

  void noted(const Call& call, const fop::Setxattr& op, const fop::Acknowledged& reply) {
    changed_xattrs(call, op.gfid, flag::xattr_set, op.values, reply.xdata);
  }
  void noted(const Call& call, const fop::Fsetxattr& op, const fop::Acknowledged& reply) {
    changed_xattrs(call, op.gfid, flag::xattr_set, op.values, reply.xdata);
  }
  void noted(const Call& call, const fop::Removexattr& op, const fop::Acknowledged& reply) {
    dropped(call, op.gfid, op.name, reply);
  }
  void noted(const Call& call, const fop::Fremovexattr& op, const fop::Acknowledged& reply) {
    dropped(call, op.gfid, op.name, reply);
  }
  void noted(const Call& call, const fop::Xattrop& op, const fop::Values& reply) { counted(call, op, reply); }
  void noted(const Call& call, const fop::Fxattrop& op, const fop::Values& reply) { counted(call, op, reply); }

  // Removals ask first what they remove, unless nobody could have to be told.
  template <class Operation>
  Task<typename Operation::Reply> removing(const Call& call, const Operation& operation) {
    const Look look(changes_);
    Iatt target;
    if (anybody_else(call)) {
      target = co_await tried(find(call, operation.parent, operation.name));
    }
    auto reply = co_await tried(next().perform(call, operation));
    const Noting noting(*this, look);
    lost_name(call, target, reply.after);
    entries_changed(call, operation.parent, reply.after);
    co_return reply;
  }
  // So do renames, which may replace something.
  Task<fop::Rename::Reply> renaming(const Call& call, const fop::Rename& operation) {
    const Look look(changes_);
    Iatt replaced;
    if (anybody_else(call)) {
      replaced = co_await tried(find(call, operation.new_parent, operation.new_name));
    }
    fop::Rename::Reply reply = co_await tried(next().perform(call, operation));
    const Noting noting(*this, look);
    changed(call, reply.iatt.gfid, flag::rename | flag::parent_times, reply.iatt, reply.new_parent_after,
            reply.old_parent_after);
    if (replaced.gfid != reply.iatt.gfid) lost_name(call, replaced, reply.new_parent_after);
    entries_changed(call, operation.old_parent, reply.old_parent_after);
    if (operation.new_parent != operation.old_parent) {
      entries_changed(call, operation.new_parent, reply.new_parent_after);
    }
    co_return reply;
  }
  template <class Operation>
  Task<typename Operation::Reply> noting(const Call& call, const Operation& operation) {
    const Look look(changes_);
    auto reply = co_await tried(next().perform(call, operation));
    const Noting noting(*this, look);
    noted(call, operation, reply);
    co_return reply;
  }

 private:
  void wrote(const Call& call, const Gfid& gfid, const fop::Changed& reply) {
    changed(call, gfid, written, reply.after);
  }
  // A new mode changes the access list, too, which clients cache as an extended attribute.
  void set(const Call& call, const Gfid& gfid, const fop::Changed& reply) {
    const bool mode_changed = ((reply.before.mode ^ reply.after.mode) & 07777) != 0;
    changed(call, gfid, attributes | (mode_changed ? flag::xattr_set : 0), reply.after);
  }
  template <class Reply>
  void made(const Call& call, const Gfid& parent, const Reply& reply) {
    entries_changed(call, parent, reply.parent_after);
    looked(call, reply.iatt.gfid);
  }
  void entries_changed(const Call& call, const Gfid& directory, const Iatt& now) {
    changed(call, directory, flag::times, now);
  }
  void lost_name(const Call& call, const Iatt& target, const Iatt& parent) {
    changed(call, target.gfid, name_changed, {}, parent);
    if (target.is_directory() || target.links <= 1) removed(target.gfid);
  }
  void dropped(const Call& call, const Gfid& gfid, const std::string& name, const fop::Acknowledged& reply) {
    Dictionary names;
    names.set_text(name, "");
    changed_xattrs(call, gfid, flag::xattr_removed, names, reply.xdata);
  }
  // Replication counts up with each failed transaction. Only the first count is news: then what was added is what is
  // there now.
  template <class Operation>
  void counted(const Call& call, const Operation& operation, const fop::Values& reply) {
    const Dictionary told = registered(operation.values);
    for (const auto& [key, added] : told) {
      auto bytes = bytes_of(added);
      auto now = reply.values.bytes(key);
      if (!bytes || !now || as_text(*bytes) != as_text(*now)) continue;
      if (as_text(*bytes).find_first_not_of('\0') == std::string_view::npos) continue;
      changed(call, operation.gfid, flag::xattr_set, {}, {}, {}, told);
      return;
    }
  }
};

template <>
class NotesAll<> : public Rules {
 public:
  using Rules::perform;
  using Rules::Rules;
};

template <class Operation, class... Rest>
class NotesAll<Operation, Rest...> : public NotesAll<Rest...> {
 public:
  using NotesAll<Rest...>::NotesAll;
  using NotesAll<Rest...>::perform;
  Task<typename Operation::Reply> perform(const Call& call, const Operation& operation) override {
    if constexpr (std::is_same_v<Operation, fop::Ipc>) {
      if (operation.operation == 2) {
        Result<Done> names = this->register_names(operation.xdata);
        if (!names) return ready<typename Operation::Reply>(std::unexpected(names.error()));
        return ready<typename Operation::Reply>(typename Operation::Reply{});
      }
    }
    if (!this->enabled() || !call.client) return this->next().perform(call, operation);
    if constexpr (std::is_same_v<Operation, fop::Unlink> || std::is_same_v<Operation, fop::Rmdir>) {
      return this->removing(call, operation);
    } else if constexpr (std::is_same_v<Operation, fop::Rename>) {
      return this->renaming(call, operation);
    } else {
      return this->noting(call, operation);
    }
  }
};

template <class List>
struct NotesList;
template <class... Operations>
struct NotesList<fop::OperationList<Operations...>> {
  using Type = NotesAll<Operations...>;
};

using NotingUpcall = NotesList<fop::AllOperations>::Type;

}  // namespace mortar::upcall
