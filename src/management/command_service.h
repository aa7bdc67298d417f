// The CLI program: what the gluster command may ask. The meaning is in dictionaries, whose keys are stock's, so that
// either side may be stock's.
#pragma once

#include "management/management.h"
#include "wire/messages/commands.h"
#include "wire/rpc_service.h"

namespace mortar {

class CommandService {
 public:
  // The read-only service, for everybody over TCP, only answers what changes nothing.
  enum class Access { full, read_only };
  CommandService(Management& management, Access access);

  RpcService& service() { return service_; }

 private:
  // (Management&, the request's dictionary) -> the reply's dictionary
  using Handler = Task<Dictionary> (*)(Management&, Dictionary);
  // A question is not written to the history of commands. A transaction, in stock one of the whole pool, fails with a
  // number of its own, whatever the reason.
  enum class Kind { question, change, transaction };

  template <class Command>
  void add(Handler handler, Kind kind);
  void add_queries();
  void add_changes();
  void refuse_the_rest();
  static Task<CliReply> answer(Management& management, Handler handler, Kind kind, const char* name,
                               Dictionary request);

  Management& management_;
  RpcService service_;
};

}  // namespace mortar
