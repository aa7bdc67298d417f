#include "runtime/socket_stream.h"

#include <limits.h>
#include <sys/uio.h>

#include <algorithm>
#include <cstring>

namespace mortar {

namespace {

std::optional<std::uint32_t> uid_behind(int socket, const Address& peer) {
  ucred credentials{};
  socklen_t size = sizeof credentials;
  if (!peer.is_unix()) return std::nullopt;
  if (::getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &credentials, &size) != 0) return std::nullopt;
  return credentials.uid;
}

}  // namespace

// One read under way. Where its task dies the bytes that came meanwhile stay with the stream, and where the stream dies
// the read ends.
struct SocketStream::Reading {
  Reading(SocketStream& of, std::span<std::byte> memory)
      : stream(&of), into(memory), operation(Operation::receive(of.poller_, of.socket_.number(), memory)) {
    check(of.reading_ == nullptr, "a stream has one reader");
    of.reading_ = this;
  }
  ~Reading() {
    operation.withdraw();
    if (stream == nullptr) return;
    stream->kept_.append(as_text(into.first(operation.untaken())));
    stream->reading_ = nullptr;
  }
  void orphan() {
    operation.withdraw();
    stream = nullptr;
  }

  SocketStream* stream;
  std::span<std::byte> into;
  Operation operation;
};

// One message under way.
struct SocketStream::Writing {
  Writing(SocketStream& of, msghdr& message)
      : stream(&of), operation(Operation::send(of.poller_, of.socket_.number(), message)) {
    check(of.writing_ == nullptr, "a stream has one writer");
    of.writing_ = this;
  }
  ~Writing() {
    operation.withdraw();
    if (stream != nullptr) stream->writing_ = nullptr;
  }
  void orphan() {
    operation.withdraw();
    stream = nullptr;
  }

  SocketStream* stream;
  Operation operation;
};

SocketStream::SocketStream(Poller& poller, UniqueDescriptor socket, Address local, Address peer)
    : poller_(poller),
      socket_(std::move(socket)),
      local_(std::move(local)),
      peer_(std::move(peer)),
      peer_uid_(uid_behind(socket_.number(), peer_)) {}

SocketStream::~SocketStream() {
  if (reading_ != nullptr) reading_->orphan();
  if (writing_ != nullptr) writing_->orphan();
  poller_.forget(socket_.number());
}

std::size_t SocketStream::take_kept(std::span<std::byte> into) {
  const std::size_t size = std::min(kept_.size(), into.size());
  std::memcpy(into.data(), kept_.data(), size);
  kept_.erase(0, size);
  return size;
}

Task<std::size_t> SocketStream::read(std::span<std::byte> into) {
  check(!into.empty(), "a read has room for a byte");
  if (!kept_.empty()) co_return take_kept(into);
  Reading reading(*this, into);
  const int received = co_await reading.operation;
  if (received < 0) co_return Error(-received);
  co_return static_cast<std::size_t>(received);
}

Task<> SocketStream::write(std::vector<Slice> slices) {
  std::vector<iovec> pieces;
  pieces.reserve(slices.size());
  for (const Slice& slice : slices) {
    // The system takes the memory as writable in its structure, and only reads it.
    if (!slice.empty()) pieces.push_back({const_cast<std::byte*>(slice.data()), slice.size()});
  }
  std::span<iovec> left(pieces);
  bool orphaned = false;
  while (!left.empty() && !orphaned) {
    msghdr message{};
    message.msg_iov = left.data();
    message.msg_iovlen = std::min<std::size_t>(left.size(), IOV_MAX);
    Writing writing(*this, message);
    const int sent = co_await writing.operation;
    if (sent < 0) co_return Error(-sent);
    auto rest = static_cast<std::size_t>(sent);
    while (!left.empty() && rest >= left.front().iov_len) {
      rest -= left.front().iov_len;
      left = left.subspan(1);
    }
    if (rest > 0) {
      left.front().iov_base = static_cast<std::byte*>(left.front().iov_base) + rest;
      left.front().iov_len -= rest;
    }
    orphaned = writing.stream == nullptr;
  }
  if (!left.empty()) co_return Error(ECANCELED);
  co_return done;
}

// An error only says that the other side has gone already.
void SocketStream::shut_down() { static_cast<void>(::shutdown(socket_.number(), SHUT_RDWR)); }

}  // namespace mortar
