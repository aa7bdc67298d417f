// A connected socket as a Stream.
#pragma once

#include <string>

#include "runtime/network.h"
#include "runtime/poller.h"
#include "runtime/unique_descriptor.h"

namespace mortar {

class SocketStream : public Stream {
 public:
  SocketStream(Poller& poller, UniqueDescriptor socket, Address local, Address peer);
  ~SocketStream() override;

  Task<std::size_t> read(std::span<std::byte> into) override;
  Task<> write(std::vector<Slice> slices) override;
  void shut_down() override;
  const Address& local() const override { return local_; }
  const Address& peer() const override { return peer_; }
  std::optional<std::uint32_t> peer_uid() const override { return peer_uid_; }

 private:
  struct Reading;
  struct Writing;
  std::size_t take_kept(std::span<std::byte> into);

  Poller& poller_;
  UniqueDescriptor socket_;
  Address local_;
  Address peer_;
  std::optional<std::uint32_t> peer_uid_;
  Reading* reading_ = nullptr;
  Writing* writing_ = nullptr;
  std::string kept_;  // received for a read that was cancelled
};

}  // namespace mortar
