// Two ends of a connection in memory, for tests of what runs over a stream.
#pragma once

#include <algorithm>
#include <cstring>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/event.h"
#include "runtime/network.h"

namespace mortar {

class MemoryStream : public Stream {
 public:
  // One direction.
  struct Pipe {
    std::string bytes;
    bool ended = false;
    unsigned writes = 0;
    WaitList waiting;
    void wake() { waiting.move_to(ready_queue()); }
  };

  MemoryStream(std::shared_ptr<Pipe> in, std::shared_ptr<Pipe> out) : in_(std::move(in)), out_(std::move(out)) {}
  ~MemoryStream() override { MemoryStream::shut_down(); }

  Task<std::size_t> read(std::span<std::byte> into) override { return read_from(in_, into, piece_); }
  Task<> write(std::vector<Slice> slices) override { return write_to(out_, std::move(slices)); }
  void shut_down() override {
    for (Pipe* pipe : {in_.get(), out_.get()}) {
      pipe->ended = true;
      pipe->wake();
    }
  }
  const Address& local() const override { return address_; }
  const Address& peer() const override { return address_; }
  std::optional<std::uint32_t> peer_uid() const override { return std::nullopt; }

  // Reads yield at most so many bytes.
  void set_piece(std::size_t piece) { piece_ = piece; }
  void set_address(Address address) { address_ = std::move(address); }
  Pipe& in() { return *in_; }
  Pipe& out() { return *out_; }

 private:
  static Task<std::size_t> read_from(std::shared_ptr<Pipe> pipe, std::span<std::byte> into, std::size_t piece) {
    while (pipe->bytes.empty() && !pipe->ended) {
      co_await Queued(pipe->waiting);
    }
    const std::size_t size = std::min({into.size(), pipe->bytes.size(), piece});
    std::memcpy(into.data(), pipe->bytes.data(), size);
    pipe->bytes.erase(0, size);
    co_return size;
  }
  static Task<> write_to(std::shared_ptr<Pipe> pipe, std::vector<Slice> slices) {
    co_await next_turn();
    if (pipe->ended) co_return failed(EPIPE);
    for (const Slice& slice : slices) pipe->bytes += slice.text();
    ++pipe->writes;
    pipe->wake();
    co_return done;
  }

  std::shared_ptr<Pipe> in_;
  std::shared_ptr<Pipe> out_;
  std::size_t piece_ = std::size_t{1} << 20;
  Address address_ = Address::tcp("127.0.0.1", 1000);
};

inline std::pair<std::unique_ptr<MemoryStream>, std::unique_ptr<MemoryStream>> memory_streams() {
  auto there = std::make_shared<MemoryStream::Pipe>();
  auto back = std::make_shared<MemoryStream::Pipe>();
  return {std::make_unique<MemoryStream>(back, there), std::make_unique<MemoryStream>(there, back)};
}

inline void run_until_idle() {
  while (run_ready()) {
  }
}

}  // namespace mortar
