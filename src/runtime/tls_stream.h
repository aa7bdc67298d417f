// TLS 1.3 over any other stream, with certificates on both sides: who connects and who accepts prove to each other that
// they hold a key that one authority vouches for. What the other side is called is left to the caller to judge.
#pragma once

#include <memory>
#include <string>

#include "runtime/network.h"

namespace mortar {

// PEM texts.
struct TlsIdentity {
  std::string certificate;
  std::string key;
  std::string authority;  // of the other side's certificate
};

// An identity that is ready for use, for any number of streams.
class TlsContext {
 public:
  // EINVAL where the texts are none, or the key is not the certificate's.
  static Result<std::shared_ptr<TlsContext>> make(const TlsIdentity& identity);
  ~TlsContext();
  TlsContext(const TlsContext&) = delete;
  TlsContext& operator=(const TlsContext&) = delete;

 private:
  friend class TlsStream;
  struct Parts;
  explicit TlsContext(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

// What the other side's certificate says.
struct TlsPeer {
  std::string name;        // common name
  std::string unit;        // organizational unit
  std::string public_key;  // PEM
};

class TlsStream final : public Stream {
 public:
  // The handshake; EACCES where the other side proves nothing that counts.
  static Task<std::unique_ptr<TlsStream>> connect(std::unique_ptr<Stream> under, std::shared_ptr<TlsContext> context);
  static Task<std::unique_ptr<TlsStream>> accept(std::unique_ptr<Stream> under, std::shared_ptr<TlsContext> context);
  ~TlsStream() override;

  const TlsPeer& certified() const { return certified_; }

  Task<std::size_t> read(std::span<std::byte> into) override;
  Task<> write(std::vector<Slice> slices) override;
  void shut_down() override { under_->shut_down(); }
  const Address& local() const override { return under_->local(); }
  const Address& peer() const override { return under_->peer(); }
  std::optional<std::uint32_t> peer_uid() const override { return under_->peer_uid(); }

 private:
  struct Session;
  enum class Side : bool { connects, accepts };
  TlsStream(std::unique_ptr<Stream> under, std::shared_ptr<TlsContext> context, std::unique_ptr<Session> session);
  static Task<std::unique_ptr<TlsStream>> make(std::unique_ptr<Stream> under, std::shared_ptr<TlsContext> context,
                                               Side side);
  Task<> shake_hands();
  // Hands what came in to the session; false at the end of the stream.
  Task<bool> take_in();
  // Sends what the session has to say.
  Task<> send_out();
  Slice outgoing();
  Result<Done> read_certificate();

  std::unique_ptr<Stream> under_;
  std::shared_ptr<TlsContext> context_;
  std::unique_ptr<Session> session_;
  TlsPeer certified_;
  std::vector<std::byte> buffer_;
};

// What came in on a port that serves both: the first byte tells TLS from everything else.
struct AcceptedStream {
  std::unique_ptr<Stream> stream;
  std::optional<TlsPeer> certified;  // nothing: it is no TLS
};

// EACCES for TLS without a context.
Task<AcceptedStream> accept_tls_or_plain(std::unique_ptr<Stream> under, std::shared_ptr<TlsContext> context);

}  // namespace mortar
