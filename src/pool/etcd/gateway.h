// What is asked of an etcd member: the few calls of its JSON gateway that a pool needs, over the member's own socket.
//
// How a call can fail tells what became of it: ENOTCONN before anything was sent; ETIMEDOUT where an answer is missing
// or the member does not know (a change may have been made, or be made later); else it was refused, with the member's
// words. Answers are bounded; one that is not understood is EPROTO.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "pool/voter_group.h"
#include "runtime/world.h"

namespace mortar {

// The value under a key; revision 0: there is none. A revision grows with every change of any key.
struct EtcdValue {
  std::uint64_t revision = 0;
  std::string value;
};

struct EtcdStatus {
  std::uint64_t id = 0;
  std::uint64_t leader = 0;  // 0: none is known
  std::uint64_t database_size = 0;
  std::uint64_t applied = 0;
  bool learner = false;
  std::vector<std::string> errors;
};

class EtcdGateway {
 public:
  EtcdGateway(World& world, Address address) : world_(world), address_(std::move(address)) {}

  // The newest, as a majority knows it, for which the member has to vote; or what the member has.
  enum class From { majority, member };
  Task<EtcdValue> get(std::string key, From from = From::majority);
  // Puts the value where the key still has the revision; yields the new one. EAGAIN where it has another.
  Task<std::uint64_t> put(std::string key, std::uint64_t revision, std::string value);
  // Resumes once the key was changed after the revision; by then it may have been changed again. It waits without a
  // limit, and fails when the connection to the member does.
  Task<> changed(std::string key, std::uint64_t after);

  Task<std::vector<GroupMember>> members();
  // Yields its id. EEXIST where the member is there already; EBUSY while another learner is, and for some seconds after
  // the members were changed.
  Task<std::uint64_t> add_learner(std::string peer_url);
  // ENOENT where there is none; EBUSY where it has not caught up yet.
  Task<> promote(std::uint64_t id);
  // ENOENT where there is none; EBUSY where those that stay could not decide.
  Task<> remove(std::uint64_t id);
  Task<> relocate(std::uint64_t id, std::string peer_url);
  // Of this member; it answers without a majority.
  Task<EtcdStatus> status();

 private:
  Task<std::string> call(std::string path, std::string request);
  Task<std::string> exchange(std::unique_ptr<Stream> stream, std::string path, std::string request);

  World& world_;
  const Address address_;
};

}  // namespace mortar
