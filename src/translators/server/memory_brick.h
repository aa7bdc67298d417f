// For tests: a brick of a few files in memory, which remembers what it was asked.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/event.h"
#include "translator/translator.h"

namespace mortar::testing {

class MemoryBrick final : public Refuse {
 public:
  using Refuse::perform;
  explicit MemoryBrick(std::string name) : Refuse(std::move(name)) {}

  static Gfid file() { return fixed_gfid(0x11); }
  static Gfid directory() { return fixed_gfid(0x22); }

  Task<fop::Lookup::Reply> perform(const Call& call, const fop::Lookup& lookup) override {
    last_call = call;
    fop::Lookup::Reply reply;
    if (lookup.name.empty()) {
      reply.iatt = iatt(lookup.gfid);
    } else if (lookup.parent == root_gfid && lookup.name == "sub") {
      reply.iatt = iatt(directory());
      reply.parent = iatt(root_gfid);
    } else if (lookup.parent == directory() && lookup.name == "file") {
      reply.iatt = iatt(file());
      reply.parent = iatt(directory());
    } else {
      Dictionary extra;
      extra.set("link-count", std::int64_t{7});
      return ready<fop::Lookup::Reply>(
          std::unexpected(Error(ENOENT, std::make_shared<const Dictionary>(std::move(extra)))));
    }
    return ready<fop::Lookup::Reply>(reply);
  }
  Task<fop::Attributes> perform(const Call&, const fop::Stat& stat) override {
    fop::Attributes reply;
    reply.iatt = iatt(stat.gfid);
    return ready<fop::Attributes>(reply);
  }
  Task<fop::Opened> perform(const Call&, const fop::Open& open) override {
    opens.push_back(open);
    return ready<fop::Opened>(open_fails != 0 ? Result<fop::Opened>(failed(open_fails))
                                              : opened(open.gfid, open.flags, false));
  }
  Task<fop::Opened> perform(const Call&, const fop::Opendir& open) override {
    return ready<fop::Opened>(opened(open.gfid, 0, true));
  }
  Task<fop::Create::Reply> perform(const Call& call, const fop::Create& create) override {
    last_call = call;
    fop::Create::Reply reply;
    reply.iatt = iatt(file());
    reply.fd.open = std::make_shared<Descriptor>(file(), create.flags, false);
    return ready<fop::Create::Reply>(std::move(reply));
  }
  Task<fop::Changed> perform(const Call&, const fop::Write& write) override {
    writes.push_back(write);
    content = std::string(write.data.bytes.text());
    return change(write.size);
  }
  Task<fop::Read::Reply> perform(const Call&, const fop::Read& read) override {
    reads.push_back(read);
    fop::Read::Reply reply;
    reply.data.bytes = Slice::copy(content);
    reply.size = static_cast<std::uint32_t>(content.size());
    reply.op_ret = static_cast<std::int32_t>(content.size());
    reply.op_errno = ENOENT;
    return ready<fop::Read::Reply>(std::move(reply));
  }
  Task<fop::Acknowledged> perform(const Call& call, const fop::Flush& flush) override {
    flushes.emplace_back(call, flush);
    return ready<fop::Acknowledged>(fop::Acknowledged{});
  }
  Task<fop::Acknowledged> perform(const Call&, const fop::Release& release) override {
    releases.push_back(release);
    return ready<fop::Acknowledged>(fop::Acknowledged{});
  }
  Task<fop::Acknowledged> perform(const Call&, const fop::Releasedir&) override {
    ++directory_releases;
    return ready<fop::Acknowledged>(fop::Acknowledged{});
  }
  Task<fop::Acknowledged> perform(const Call& call, const fop::Inodelk& lock) override {
    inode_locks.emplace_back(call, lock);
    const bool fails = lock_fails != 0 && lock.type != Flock::unlock;
    return ready<fop::Acknowledged>(fails ? Result<fop::Acknowledged>(failed(lock_fails)) : fop::Acknowledged{});
  }
  Task<fop::Values> perform(const Call&, const fop::Xattrop& xattrop) override { return addition(xattrop); }
  Task<fop::Lk::Reply> perform(const Call&, const fop::Lk& lk) override {
    locks.push_back(lk);
    return lock(lk);
  }
  void client_leaves(const Client& client) override { leaving.push_back(client.uid); }
  void client_gone(const Client& client) override { gone.push_back(client.uid); }

  void say(const Notice& notice) { raise(notice); }

  Call last_call;
  std::string content;
  int open_fails = 0;
  int lock_fails = 0;
  Event* lock_waits_for = nullptr;
  Event* write_waits_for = nullptr;
  Event* addition_waits_for = nullptr;
  std::vector<fop::Open> opens;
  std::vector<fop::Write> writes;
  std::vector<fop::Read> reads;
  std::vector<std::pair<Call, fop::Flush>> flushes;
  std::vector<fop::Release> releases;
  std::vector<fop::Lk> locks;
  std::vector<std::pair<Call, fop::Inodelk>> inode_locks;
  std::vector<fop::Xattrop> additions;
  std::vector<std::string> leaving;
  std::vector<std::string> gone;
  int directory_releases = 0;

 private:
  static Iatt iatt(const Gfid& gfid) {
    Iatt iatt;
    iatt.gfid = gfid;
    iatt.inode = gfid.inode_number();
    iatt.mode = gfid == file() ? 0100644 : 040755;
    iatt.links = 1;
    return iatt;
  }
  static fop::Opened opened(const Gfid& gfid, std::uint32_t flags, bool directory) {
    fop::Opened reply;
    reply.fd.open = std::make_shared<Descriptor>(gfid, flags, directory);
    return reply;
  }
  Task<fop::Values> addition(fop::Xattrop xattrop) {
    additions.push_back(xattrop);
    if (addition_waits_for != nullptr) {
      co_await addition_waits_for->wait();
    }
    fop::Values reply;
    reply.values = xattrop.values;
    co_return reply;
  }
  Task<fop::Changed> change(std::uint32_t size) {
    if (write_waits_for != nullptr) {
      co_await write_waits_for->wait();
    }
    fop::Changed reply;
    reply.op_ret = static_cast<std::int32_t>(size);
    co_return reply;
  }
  Task<fop::Lk::Reply> lock(fop::Lk lk) {
    if (lock_waits_for != nullptr && lk.type != Flock::unlock) {
      co_await lock_waits_for->wait();
    }
    if (lock_fails != 0) co_return failed(lock_fails);
    fop::Lk::Reply reply;
    reply.flock = lk.flock;
    reply.flock.type = lk.type;
    co_return reply;
  }
};

}  // namespace mortar::testing
