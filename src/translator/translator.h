// A translator turns operations into operations. A client, a brick, a self-heal daemon are the same program with other
// graphs of translators.
//
// For every operation there is one virtual
//     Task<Operation::Reply> perform(const Call&, const Operation&);
// declared from the list of operations, never by hand. A translator overrides those it has something to say about; the
// rest passes on to the one below without a frame of its own (PassOn), or is refused (Refuse).
//
// The call and the operation live in the caller's frame until the task ends: a translator that answers before its work
// is done copies what it needs.
//
// All translators of a graph run on one thread. None blocks.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/task.h"
#include "translator/call.h"
#include "translator/descriptor.h"
#include "translator/notice.h"
#include "translator/sequence.h"
#include "wire/file_operations.h"

namespace mortar {

class Translator;

namespace detail {

template <class... Operations>
class Performs;

template <>
class Performs<> {
 public:
  virtual ~Performs() = default;
  void perform() const;  // ends the chain of using-declarations
};

template <class Operation, class... Rest>
class Performs<Operation, Rest...> : public Performs<Rest...> {
 public:
  using Performs<Rest...>::perform;
  virtual Task<typename Operation::Reply> perform(const Call& call, const Operation& operation) = 0;
};

template <class List>
struct PerformsAll;
template <class... Operations>
struct PerformsAll<fop::OperationList<Operations...>> {
  using Type = Performs<Operations...>;
};

}  // namespace detail

// The leaves of a graph, the translators without children, are numbered as they stand from the left to the right below
// its top. Those below one translator follow one another.
struct Leaves {
  std::uint32_t first = 0;
  std::uint32_t count = 1;     // below this translator; of a leaf itself
  std::uint32_t in_graph = 1;  // below the top

  bool holds(std::uint32_t leaf) const { return leaf >= first && leaf - first < count; }
  friend bool operator==(const Leaves&, const Leaves&) = default;
};

class Translator : public detail::PerformsAll<fop::AllOperations>::Type {
 public:
  explicit Translator(std::string name) : name_(std::move(name)) {}
  Translator(const Translator&) = delete;
  Translator& operator=(const Translator&) = delete;

  // The name of the volume section that made it; also the domain of its log lines.
  const std::string& name() const { return name_; }

  const std::vector<Translator*>& children() const { return children_; }
  void add_child(Translator& child);

  // Known once the graph stands (number_leaves() in graph.h); before, as if there were one leaf.
  const Leaves& leaves() const { return leaves_; }
  void set_leaves(const Leaves& leaves) { leaves_ = leaves; }

  // Called from the leaves up once the graph stands, and from the top down before it goes. Stopping waits until what is
  // under way has ended.
  virtual Task<> start() { return ready<Done>(done); }
  virtual Task<> stop() { return ready<Done>(done); }

  // Where there is no way to do it in one call: one after the other. Ends well, whatever the steps say.
  virtual Task<Sequence> perform_in_order(Sequence sequence);
  // Whether that is one call.
  virtual bool knows_sequences() const { return false; }

  // Something rose from a child; the default hands it on to the parents.
  virtual void notified(const Notice& notice, Translator& child);
  // A connection of a client has gone. What it has begun goes on, and may not meet with what others do under locks that
  // it still has; but whoever waits in its name for others' locks waits no longer. The default tells the children.
  virtual void client_leaves(const Client& client);
  // All it had begun has ended: what belongs to it is dropped. The default tells the children.
  virtual void client_gone(const Client& client);
  // Options of its volume section changed; ENOTSUP asks for a new graph. The default accepts and ignores.
  virtual Result<Done> reconfigure(const class VolumeSection& section);
  // Lines "key=value" for state dumps, without the section header.
  virtual void dump_state(std::string& out) const;
  // The same for what it did lately, where it keeps that; the default keeps nothing.
  virtual void dump_history(std::string& out) const;

 protected:
  // Hands a notice to all parents.
  void raise(const Notice& notice);

 private:
  std::string name_;
  std::vector<Translator*> children_;
  std::vector<Translator*> parents_;
  Leaves leaves_;
};

namespace detail {

template <class Base, class... Operations>
class PassOnAll;

template <class Base>
class PassOnAll<Base> : public Base {
 public:
  using Base::Base;
};

template <class Base, class Operation, class... Rest>
class PassOnAll<Base, Operation, Rest...> : public PassOnAll<Base, Rest...> {
 public:
  using PassOnAll<Base, Rest...>::PassOnAll;
  using PassOnAll<Base, Rest...>::perform;
  Task<typename Operation::Reply> perform(const Call& call, const Operation& operation) override {
    return this->children().front()->perform(call, operation);
  }
};

template <class Base, class... Operations>
class RefuseAll;

template <class Base>
class RefuseAll<Base> : public Base {
 public:
  using Base::Base;
};

template <class Base, class Operation, class... Rest>
class RefuseAll<Base, Operation, Rest...> : public RefuseAll<Base, Rest...> {
 public:
  using RefuseAll<Base, Rest...>::RefuseAll;
  using RefuseAll<Base, Rest...>::perform;
  Task<typename Operation::Reply> perform(const Call&, const Operation&) override {
    return ready<typename Operation::Reply>(failed(EOPNOTSUPP));
  }
};

template <template <class, class...> class Chain, class List>
struct ForAll;
template <template <class, class...> class Chain, class... Operations>
struct ForAll<Chain, fop::OperationList<Operations...>> {
  using Type = Chain<Translator, Operations...>;
};

}  // namespace detail

// The base of translators with one child: every operation passes on unless overridden.
class PassOn : public detail::ForAll<detail::PassOnAll, fop::AllOperations>::Type {
  using Type = detail::ForAll<detail::PassOnAll, fop::AllOperations>::Type;

 public:
  // Not inline, so that not every file of a derived class has all operations compiled again.
  explicit PassOn(std::string name);
  ~PassOn() override;
  using Type::perform;

 protected:
  Translator& next() const { return *children().front(); }
};

// The base of translators at which calls end: EOPNOTSUPP unless overridden.
class Refuse : public detail::ForAll<detail::RefuseAll, fop::AllOperations>::Type {
  using Type = detail::ForAll<detail::RefuseAll, fop::AllOperations>::Type;

 public:
  explicit Refuse(std::string name);
  ~Refuse() override;
  using Type::perform;
};

}  // namespace mortar
