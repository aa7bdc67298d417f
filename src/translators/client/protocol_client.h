// protocol/client: the end of a client's graph, where operations leave for one brick.
#pragma once

#include <memory>

#include "translator/graph.h"
#include "translators/client/remote.h"

namespace mortar {

namespace detail {

template <class Base, class... Operations>
class SendAll;

template <class Base>
class SendAll<Base> : public Base {
 public:
  SendAll(std::string name, std::unique_ptr<Remote> remote) : Base(std::move(name)), remote_(std::move(remote)) {}

 protected:
  std::unique_ptr<Remote> remote_;
};

template <class Base, class Operation, class... Rest>
class SendAll<Base, Operation, Rest...> : public SendAll<Base, Rest...> {
 public:
  using SendAll<Base, Rest...>::SendAll;
  using SendAll<Base, Rest...>::perform;
  Task<typename Operation::Reply> perform(const Call& call, const Operation& operation) override {
    return this->remote_->perform(call, operation);
  }
};

}  // namespace detail

class ProtocolClient final : public detail::ForAll<detail::SendAll, fop::AllOperations>::Type, public Distant {
  using Type = detail::ForAll<detail::SendAll, fop::AllOperations>::Type;

 public:
  // Makes clients that share what their process is and learns.
  static TranslatorMaker maker(std::shared_ptr<ClientProcess> process = std::make_shared<ClientProcess>());
  ProtocolClient(World& world, const VolumeSection& section, RemoteOptions options,
                 std::shared_ptr<ClientProcess> process);
  using Type::perform;

  // Positions carry the number of this leaf (leaf_offsets.h).
  Task<fop::Readdir::Reply> perform(const Call& call, const fop::Readdir& readdir) override;
  Task<fop::Readdirp::Reply> perform(const Call& call, const fop::Readdirp& readdirp) override;

  // One call, where the brick knows sequences.
  Task<Sequence> perform_in_order(Sequence sequence) override;
  bool knows_sequences() const override { return remote_->knows_sequences(); }

  void tell_distance(Told told) override { remote_->tell_distance(std::move(told)); }
  bool is_on_this_machine() const override { return remote_->is_on_this_machine(); }
  void rest(bool rests) override { remote_->rest(rests); }

  // Begins to connect; ChildUp follows when the brick answers.
  Task<> start() override;
  Task<> stop() override;
  // Where the brick is cannot change.
  Result<Done> reconfigure(const VolumeSection& section) override;
  void dump_state(std::string& out) const override;

 private:
  template <class Operation>
  Task<typename Operation::Reply> list(const Call& call, const Operation& operation);
  template <class Operation>
  Task<typename Operation::Reply> list_as_leaf(const Call& call, Operation operation);

  RemoteOptions options_;
};

}  // namespace mortar
