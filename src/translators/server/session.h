// One connection of one client: its handshake, what it holds open, and its operations on their way through the graph.
//
// It lives until everything that was begun for it has ended and everything that belonged to it is given back, which is
// later than its connection.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "base/task_set.h"
#include "translator/calls_under_way.h"
#include "translator/sequence.h"
#include "translator/translator.h"
#include "translators/server/authentication.h"
#include "translators/server/descriptor_table.h"
#include "wire/messages/handshake.h"
#include "wire/rpc_connection.h"

namespace mortar {

class ProtocolServer;

// For "volume status clients".
struct ClientStatistics {
  std::string address;  // host:port
  std::string name;     // what kind of process it says it is
  std::uint64_t bytes_received = 0;
  std::uint64_t bytes_sent = 0;
  std::uint32_t op_version = 0;
  std::uint64_t descriptors = 0;
};

class Session final : public RpcHandler, public std::enable_shared_from_this<Session> {
 public:
  Session(ProtocolServer& server, RpcConnection& connection);

  void incoming(RpcConnection& connection, IncomingCall call) override;
  void disconnected(RpcConnection& connection) override;

  // SETVOLUME: binds the client to a brick.
  void sign_in(IncomingCall call);
  // A file operation; its number is a procedure of the program "GlusterFS 4.x v1".
  void serve(IncomingCall call);
  // Several of them, of which each goes on only if the one before has succeeded.
  void serve_sequence(IncomingCall call);

  bool signed_in() const { return brick_ != nullptr; }
  const Client& client() const { return *client_; }
  Translator* brick() const { return brick_; }
  const Applicant& applicant() const { return applicant_; }
  // What the client calls an object that is its root.
  Gfid outer_gfid(const Gfid& gfid) const { return subdirectory_ && gfid == *subdirectory_ ? root_gfid : gfid; }
  const std::optional<Gfid>& subdirectory() const { return subdirectory_; }
  // Null once it is gone.
  RpcConnection* connection() const { return connection_; }
  ClientStatistics statistics() const;
  const DescriptorTable& descriptors() const { return descriptors_; }
  const CallsUnderWay& under_way() const { return under_way_; }

  void tell_of_end() const;
  // Gives back all that belongs to the client; runs once the connection is gone.
  Task<> give_back();

 private:
  template <class Operation>
  void serve_operation(IncomingCall call);
  // `answer`: takes the reply, an IncomingCall or a step's place in the answer of a sequence.
  template <class Operation, class Answer>
  Task<> perform(Operation operation, Identity identity, Answer answer);
  template <class Operation>
  Result<Done> prepare(Operation& operation) const;
  Task<> perform_in_order(Sequence sequence, IncomingCall call);
  template <class Operation>
  void release(const Operation& operation, IncomingCall call);
  Task<> give_back_descriptor(std::shared_ptr<Descriptor> descriptor, bool flush);

  Task<> answer_sign_in(SetVolume request, IncomingCall call);
  // Fills the reply's dictionary; an error is what the reply says beside it.
  Task<> bind(const Dictionary& request, Dictionary& reply);
  Task<Gfid> find_subdirectory(Translator& brick, std::shared_ptr<const Client> client, std::string path);

  friend struct OperationTable;

  ProtocolServer& server_;
  RpcConnection* connection_;
  const Address peer_;
  const Address local_;
  bool signing_in_ = false;
  Applicant applicant_;
  std::string process_name_ = "unknown";
  std::shared_ptr<const Client> client_;
  Translator* brick_ = nullptr;
  std::optional<Gfid> subdirectory_;
  DescriptorTable descriptors_;
  CallsUnderWay under_way_;
  TaskSet operations_;
  TaskSet lock_operations_;  // may wait for other clients; nobody waits for them
};

}  // namespace mortar
