// The pool's register for a server that does not vote: through any voter that answers. One connection is kept as long
// as it serves; where it does not, the next voter is asked.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "pool/register.h"
#include "pool/voter_group.h"
#include "runtime/world.h"
#include "wire/messages/members.h"
#include "wire/rpc_connection.h"

namespace mortar {

class RemoteRegister final : public Register {
 public:
  // Opens a stream to a server, over which it can be trusted.
  using Connect = std::function<Task<std::unique_ptr<Stream>>(Address)>;

  RemoteRegister(World& world, Connect connect);
  ~RemoteRegister() override;

  // Whom to ask, from the next call on.
  void set_voters(std::vector<Address> voters) { voters_ = std::move(voters); }

  // ENOTCONN: no voter is reached. ETIMEDOUT: one was, and did not answer, or has no majority.
  Task<Document> read() override;
  Task<std::uint64_t> swap(std::uint64_t expected, std::string text) override;
  Task<Document> watch(std::uint64_t after) override;
  // Who keeps the document, as a voter tells that has a majority with it.
  Task<std::vector<GroupMember>> voters();

 private:
  struct Line;
  // The connection there is, or one to the next voter that is reached.
  Task<std::shared_ptr<Line>> line();
  // What a voter answered; the line is given up where none came in time.
  template <class Request>
  Task<typename Request::Reply> ask(std::shared_ptr<Line> line, Request request, Duration limit);
  // Where nothing can have been done the next voter is asked, until each was.
  template <class Request>
  Task<typename Request::Reply> ask_any(Request request, Duration limit, bool repeatable);
  void give_up(const std::shared_ptr<Line>& line);

  World& world_;
  const Connect connect_;
  std::vector<Address> voters_;
  std::size_t next_ = 0;  // of the voters
  std::shared_ptr<Line> line_;
};

}  // namespace mortar
