// After a reconnect: what was open is opened again, and locks are taken again.
#include "translators/client/perform.h"
#include "translators/client/remote.h"

namespace mortar {

Task<> Remote::reopen_all(Connection connection) {
  std::vector<std::shared_ptr<Descriptor>> descriptors;
  for (auto entry = open_.begin(); entry != open_.end();) {
    if (std::shared_ptr<Descriptor> descriptor = entry->second.lock()) {
      descriptors.push_back(std::move(descriptor));
      ++entry;
    } else {
      entry = open_.erase(entry);
    }
  }
  TaskSet reopening;
  for (std::shared_ptr<Descriptor>& descriptor : descriptors) {
    reopening.start(reopen(connection, std::move(descriptor)));
  }
  co_await reopening.finished();
  co_return connection->closed() ? Result<Done>(failed(ENOTCONN)) : Result<Done>(done);
}

Task<> Remote::reopen(Connection connection, std::shared_ptr<Descriptor> descriptor) {
  const std::shared_ptr<RemoteFile> file = descriptor->contexts.get<RemoteFile>(this);
  if (options_.strict_locks && locks_.holds(*descriptor)) {
    locks_.released(*descriptor);
    file->lost_lock = true;
    co_return done;
  }
  Result<fop::Opened> opened = failed(ENOTCONN);
  if (descriptor->directory) {
    fop::Opendir request{descriptor->gfid, {}};
    request.xdata.set_present();
    opened = co_await connection->call(request, Identity{}, credential::glusterfs_3);
  } else {
    constexpr std::uint32_t once = open_flag::create | open_flag::exclusive | open_flag::truncate;
    fop::Open request{descriptor->gfid, descriptor->flags & ~once, {}};
    request.xdata.set_present();
    opened = co_await connection->call(request, Identity{}, credential::glusterfs_3);
  }
  const bool is_open = opened && opened->op_ret >= 0;
  if (is_open) {
    file->number = opened->fd.remote;
  } else if (!connection->closed()) {
    log::warning(section_.name, "cannot reopen {}: {}", descriptor->gfid.text(),
                 opened ? Error(opened->op_errno).sentence() : opened.error().sentence());
  }
  co_await lock_again(connection, descriptor);
  // Closed meanwhile, when there was no connection yet that the brick could be told by.
  if (is_open && !open_.contains(file->id)) release_remotely(connection, *descriptor, opened->fd.remote);
  co_return done;
}

// What is given back meanwhile is so on the brick, too.
Task<> Remote::lock_again(Connection connection, std::shared_ptr<Descriptor> descriptor) {
  const std::shared_ptr<RemoteFile> file = descriptor->contexts.get<RemoteFile>(this);
  std::vector<HeldLock> left = locks_.through(*descriptor);
  for (std::size_t at = 0; at < left.size();) {
    const HeldLock lock = left[at++];
    fop::Lk request;
    request.gfid = descriptor->gfid;
    request.fd.remote = file->number;
    request.command = 1;
    request.type = lock.flock.type;
    request.flock = lock.flock;
    Identity identity;
    identity.pid = static_cast<std::int32_t>(lock.flock.pid);
    identity.uid = lock.uid;
    identity.gid = lock.gid;
    identity.lock_owner = lock.flock.owner;
    Result<fop::Lk::Reply> reply = failed(EBADFD);
    if (file->number >= 0) {
      reply = co_await connection->call(request, identity, credential::glusterfs_3);
    }
    if (connection->closed()) co_return done;  // the next one tries
    const bool is_taken = reply && reply->op_ret >= 0;
    if (!locks_.has(descriptor->gfid, lock)) {
      detail::turn_into_unlock(request);
      if (is_taken) {
        co_await connection->call(request, identity, credential::glusterfs_3);
      }
      left = locks_.through(*descriptor);
      at = 0;
      continue;
    }
    if (is_taken) continue;
    locks_.lost(descriptor->gfid, lock);
    file->lost_lock = true;
    log::error(section_.name, "the lock on {} from {} (length {}) was lost with the connection: the file stays closed",
               descriptor->gfid.text(), lock.flock.start, lock.flock.length);
  }
  co_return done;
}

}  // namespace mortar
