// How many locks an object has, told in the replies of operations that ask for it: replication and erasure coding learn
// that way, without a call of their own, whether somebody else is at work on the object.
//
//   glusterfs.inodelk-count, .entrylk-count, .posixlk-count   granted and waiting
//   glusterfs.inodelk-dom-count = DOMAIN                       of that domain, answered as glusterfs.inodelk-count
//   glusterfs.multi-dom-lk-cnt-req, glusterfs.inodelk-dom-prefix:DOMAIN ...
//   glusterfs.parent-entrylk                                   (lookup) whether the name itself is locked in its parent
//
// An operation on an entry is answered for the parent, a rename with the greater number of both parents.
#pragma once

#include <array>
#include <span>
#include <string>

#include "translator/translator.h"
#include "translators/locks/lock_table.h"

namespace mortar::locks {

bool asks_for_counts(const Dictionary& xdata);
void add_counts(const LockTable& table, const Dictionary& asked, std::span<const Gfid> objects, Dictionary& reply);
void add_name_count(const LockTable& table, const Dictionary& asked, const Gfid& parent, const std::string& name,
                    Dictionary& reply);

// A translator that passes everything on and adds the counts asked for.
class CountsBase : public PassOn {
 public:
  using PassOn::PassOn;
  using PassOn::perform;

 protected:
  virtual const LockTable& table() const = 0;

  template <class Operation>
  Task<typename Operation::Reply> counted(const Call& call, const Operation& operation) {
    auto reply = co_await tried(next().perform(call, operation));
    if constexpr (requires { operation.old_parent; }) {
      add_counts(table(), operation.xdata, std::array{operation.old_parent, operation.new_parent}, reply.xdata);
    } else if constexpr (requires {
                           operation.parent;
                           operation.gfid;
                         }) {
      add_counts(table(), operation.xdata, std::array{reply.iatt.gfid}, reply.xdata);
      add_name_count(table(), operation.xdata, operation.parent, operation.name, reply.xdata);
    } else if constexpr (requires { operation.gfid; }) {
      add_counts(table(), operation.xdata, std::array{operation.gfid}, reply.xdata);
    } else if constexpr (requires { operation.parent; }) {
      add_counts(table(), operation.xdata, std::array{operation.parent}, reply.xdata);
    } else if constexpr (requires { operation.out_gfid; }) {
      add_counts(table(), operation.xdata, std::array{operation.in_gfid, operation.out_gfid}, reply.xdata);
    }
    co_return reply;
  }
};

namespace detail {

template <class... Operations>
class CountsAll;

template <>
class CountsAll<> : public CountsBase {
 public:
  using CountsBase::CountsBase;
  using CountsBase::perform;
};

template <class Operation, class... Rest>
class CountsAll<Operation, Rest...> : public CountsAll<Rest...> {
 public:
  using CountsAll<Rest...>::CountsAll;
  using CountsAll<Rest...>::perform;
  Task<typename Operation::Reply> perform(const Call& call, const Operation& operation) override {
    if (!operation.xdata.empty() && asks_for_counts(operation.xdata)) return this->counted(call, operation);
    return this->next().perform(call, operation);
  }
};

template <class List>
struct CountsList;
template <class... Operations>
struct CountsList<fop::OperationList<Operations...>> {
  using Type = CountsAll<Operations...>;
};

}  // namespace detail

using CountsReplies = detail::CountsList<fop::AllOperations>::Type;

}  // namespace mortar::locks
