// A server's own place among those that keep the pool's document, and the group of them as seen from there. EtcdVoter
// is the real one; tests have their own.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "base/gfid.h"
#include "pool/register.h"
#include "pool/voter_group.h"

namespace mortar {

// Why a voter that was started does not run, as long as that is so.
struct VoterTrouble {
  std::string words;
  // It has ended again and again, and not for want of a disk that can be written: what it kept is of no use to it.
  bool is_damaged = false;
};

class Voter {
 public:
  virtual ~Voter() = default;

  // Before anything else: whose voter it is.
  virtual void belong_to(const Gfid& server) = 0;
  // Before it is started without data: at which address the others reach this server.
  virtual void be_reached_at(const std::string& host) = 0;
  // Where the others would reach the voter of a server with this address.
  virtual std::string url_of(const std::string& host) const = 0;
  // Whether something was ever kept here.
  virtual bool has_data() const = 0;
  // Starts it, or takes over the one that runs. Without data: as one that these members have let in, to follow them
  // until they give it a vote; as the first of a new group where there are none.
  virtual Task<> start(Gfid pool, std::vector<GroupMember> members) = 0;
  // Resumes once it can be asked.
  virtual Task<> answering(std::chrono::seconds limit) = 0;
  virtual std::optional<VoterTrouble> trouble() const { return std::nullopt; }
  // Also one that an earlier process of this server left.
  virtual Task<> stop() = 0;
  // Removes what it kept. It must not run, nor be a member any more.
  virtual Result<Done> wipe() = 0;

  // Puts the first document; its version is newer than the one given. Nothing where there is one already.
  virtual Task<> found(Document document) = 0;
  // What is kept, as all voters together know it.
  virtual Register& documents() = 0;
  // What this one has of it, with or without the others; it may be older.
  virtual Task<Document> own_copy() = 0;

  // The group. How a change of it fails tells why: EEXIST it is there already, ENOENT it is not, EBUSY not now.
  virtual Task<VoterStatus> status() = 0;
  virtual Task<std::vector<GroupMember>> members() = 0;
  // One that follows at first; its id.
  virtual Task<std::uint64_t> let_in(std::string url) = 0;
  virtual Task<> promote(std::uint64_t id) = 0;
  virtual Task<> remove(std::uint64_t id) = 0;
  // The others reach it there from now on.
  virtual Task<> relocate(std::uint64_t id, std::string url) = 0;
};

}  // namespace mortar
