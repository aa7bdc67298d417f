// What sending an operation and judging its reply have in common for all operations.
#include "translators/client/remote.h"

namespace mortar {

Task<Slice> Remote::exchange(Request request) {
  if (!connection_ && !decided_.is_set()) {
    co_await decided_.wait();
  }
  if (!connection_) co_return failed(ENOTCONN);
  const Connection connection = connection_;
  Encoder arguments;
  co_await tried(request.write_down(*this, request.operation, arguments));
  watch(connection);
  InFlight in_flight(world_.now());
  // A lock may be waited for as long as its holder likes.
  if (request.kind != fop::Kind::lock) in_flight_.push(in_flight);
  RpcCall call{request.program, request.number, credential::glusterfs_3, request.call, arguments.take()};
  if (!options_.send_gids) call.identity.groups.clear();
  send_releases();
  Slice answer = co_await tried(connection->call(std::move(call)));
  co_return std::move(answer);
}

Error Remote::failure(const fop::Status& status, Dictionary extra) {
  const int number = status.op_errno > 0 ? status.op_errno : EIO;
  if (extra.empty()) return Error(number);
  return Error(number, std::make_shared<const Dictionary>(std::move(extra)));
}

Error Remote::unreadable(const char* what) const {
  log::error(section_.name, "the answer to {} cannot be read", what);
  return Error(EIO);
}

Result<std::int64_t> Remote::number_of(const Fd& fd, bool may_go_without_open) const {
  if (!fd.open) return Fd::anonymous;
  const std::shared_ptr<RemoteFile> file = fd.open->contexts.get<RemoteFile>(this);
  if (!file) return Fd::anonymous;
  if (file->lost_lock) return failed(EBADFD);
  if (file->number >= 0) return file->number;
  const bool locked = options_.strict_locks && locks_.holds(*fd.open);
  return may_go_without_open && !locked ? Result<std::int64_t>(Fd::anonymous) : failed(EBADFD);
}

}  // namespace mortar
