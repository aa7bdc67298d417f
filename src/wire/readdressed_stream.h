// A stream that is known under the addresses of another one, whose place it takes.
#pragma once

#include <memory>
#include <utility>
#include <vector>

#include "runtime/network.h"

namespace mortar {

class ReaddressedStream final : public Stream {
 public:
  ReaddressedStream(std::unique_ptr<Stream> stream, Address local, Address peer)
      : stream_(std::move(stream)), local_(std::move(local)), peer_(std::move(peer)) {}

  Task<std::size_t> read(std::span<std::byte> into) override { return stream_->read(into); }
  Task<> write(std::vector<Slice> slices) override { return stream_->write(std::move(slices)); }
  void shut_down() override { stream_->shut_down(); }
  const Address& local() const override { return local_; }
  const Address& peer() const override { return peer_; }
  std::optional<std::uint32_t> peer_uid() const override { return stream_->peer_uid(); }

 private:
  std::unique_ptr<Stream> stream_;
  const Address local_;
  const Address peer_;
};

}  // namespace mortar
