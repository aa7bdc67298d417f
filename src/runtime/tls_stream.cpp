#include "runtime/tls_stream.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <algorithm>
#include <array>
#include <climits>

#include "runtime/owned.h"

namespace mortar {

namespace {

constexpr std::size_t read_size = 64 << 10;

using Memory = Owned<BIO, BIO_free>;
using Certificate = Owned<X509, X509_free>;

Memory reading(std::string_view text) { return Memory(BIO_new_mem_buf(text.data(), static_cast<int>(text.size()))); }

Certificate read_certificate_text(std::string_view pem) {
  return Certificate(PEM_read_bio_X509(reading(pem).get(), nullptr, nullptr, nullptr));
}

std::string name_entry(X509* certificate, int kind) {
  std::array<char, 256> text{};
  const int size =
      X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), kind, text.data(), static_cast<int>(text.size()));
  return size > 0 ? std::string(text.data(), static_cast<std::size_t>(size)) : std::string();
}

}  // namespace

struct TlsContext::Parts {
  Owned<SSL_CTX, SSL_CTX_free> context;
};

struct TlsStream::Session {
  Owned<SSL, SSL_free> tls;
  BIO* incoming = nullptr;  // both belong to the session
  BIO* outgoing = nullptr;
};

TlsContext::TlsContext(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

TlsContext::~TlsContext() = default;

Result<std::shared_ptr<TlsContext>> TlsContext::make(const TlsIdentity& identity) {
  auto parts = std::make_unique<Parts>();
  parts->context.reset(SSL_CTX_new(TLS_method()));
  SSL_CTX* context = parts->context.get();
  const Certificate certificate = read_certificate_text(identity.certificate);
  const Certificate authority = read_certificate_text(identity.authority);
  const Owned<EVP_PKEY, EVP_PKEY_free> key(
      PEM_read_bio_PrivateKey(reading(identity.key).get(), nullptr, nullptr, nullptr));
  const bool fine = context != nullptr && certificate != nullptr && authority != nullptr && key != nullptr &&
                    SSL_CTX_set_min_proto_version(context, TLS1_3_VERSION) == 1 &&
                    SSL_CTX_use_certificate(context, certificate.get()) == 1 &&
                    SSL_CTX_use_PrivateKey(context, key.get()) == 1 && SSL_CTX_check_private_key(context) == 1 &&
                    X509_STORE_add_cert(SSL_CTX_get_cert_store(context), authority.get()) == 1;
  ERR_clear_error();
  if (!fine) return failed(EINVAL, "the keys of this server are not whole");
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  // Nothing is resumed: connections are few and live long.
  SSL_CTX_set_num_tickets(context, 0);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  return std::shared_ptr<TlsContext>(new TlsContext(std::move(parts)));
}

TlsStream::TlsStream(std::unique_ptr<Stream> under, std::shared_ptr<TlsContext> context,
                     std::unique_ptr<Session> session)
    : under_(std::move(under)), context_(std::move(context)), session_(std::move(session)), buffer_(read_size) {}

TlsStream::~TlsStream() = default;

Task<std::unique_ptr<TlsStream>> TlsStream::connect(std::unique_ptr<Stream> under,
                                                    std::shared_ptr<TlsContext> context) {
  return make(std::move(under), std::move(context), Side::connects);
}

Task<std::unique_ptr<TlsStream>> TlsStream::accept(std::unique_ptr<Stream> under, std::shared_ptr<TlsContext> context) {
  return make(std::move(under), std::move(context), Side::accepts);
}

Task<std::unique_ptr<TlsStream>> TlsStream::make(std::unique_ptr<Stream> under, std::shared_ptr<TlsContext> context,
                                                 Side side) {
  auto session = std::make_unique<Session>();
  session->tls.reset(SSL_new(context->parts_->context.get()));
  session->incoming = BIO_new(BIO_s_mem());
  session->outgoing = BIO_new(BIO_s_mem());
  SSL* tls = session->tls.get();
  check(tls != nullptr && session->incoming != nullptr && session->outgoing != nullptr, "there is memory for TLS");
  SSL_set_bio(tls, session->incoming, session->outgoing);
  if (side == Side::connects) {
    SSL_set_connect_state(tls);
  } else {
    SSL_set_accept_state(tls);
  }
  std::unique_ptr<TlsStream> stream(new TlsStream(std::move(under), std::move(context), std::move(session)));
  co_await tried(stream->shake_hands());
  co_return std::move(stream);
}

Task<> TlsStream::shake_hands() {
  SSL* tls = session_->tls.get();
  for (;;) {
    ERR_clear_error();
    const int outcome = SSL_do_handshake(tls);
    const int wanted = SSL_get_error(tls, outcome);
    // Also where it failed: the other side is told why.
    const Result<Done> sent = co_await send_out();
    if (outcome == 1) {
      if (!sent) co_return sent;
      co_return read_certificate();
    }
    if (wanted != SSL_ERROR_WANT_READ) {
      ERR_clear_error();
      co_return failed(EACCES, "the other side is not one that is trusted, or does not trust this one");
    }
    const bool more = co_await tried(take_in());
    if (!more) co_return failed(ECONNRESET, "the other side ended a handshake");
  }
}

Result<Done> TlsStream::read_certificate() {
  const Certificate certificate(SSL_get1_peer_certificate(session_->tls.get()));
  if (certificate == nullptr) return failed(EACCES, "the other side has no certificate");
  certified_.name = name_entry(certificate.get(), NID_commonName);
  certified_.unit = name_entry(certificate.get(), NID_organizationalUnitName);
  const Memory memory(BIO_new(BIO_s_mem()));
  if (memory == nullptr || PEM_write_bio_PUBKEY(memory.get(), X509_get0_pubkey(certificate.get())) != 1) {
    return failed(EACCES, "the other side's key is not understood");
  }
  char* text = nullptr;
  const long size = BIO_get_mem_data(memory.get(), &text);
  certified_.public_key.assign(text, static_cast<std::size_t>(size));
  return done;
}

Task<bool> TlsStream::take_in() {
  const std::size_t size = co_await tried(under_->read(buffer_));
  if (size == 0) co_return false;
  const int taken = BIO_write(session_->incoming, buffer_.data(), static_cast<int>(size));
  check(taken == static_cast<int>(size), "there is memory for what TLS takes in");
  co_return true;
}

Slice TlsStream::outgoing() {
  std::string bytes(BIO_ctrl_pending(session_->outgoing), '\0');
  if (!bytes.empty()) BIO_read(session_->outgoing, bytes.data(), static_cast<int>(bytes.size()));
  return Slice::own(std::move(bytes));
}

Task<> TlsStream::send_out() {
  Slice bytes = outgoing();
  if (bytes.empty()) co_return done;
  std::vector<Slice> slices{std::move(bytes)};
  co_await tried(under_->write(std::move(slices)));
  co_return done;
}

Task<std::size_t> TlsStream::read(std::span<std::byte> into) {
  SSL* tls = session_->tls.get();
  for (;;) {
    ERR_clear_error();
    const int size = SSL_read(tls, into.data(), static_cast<int>(std::min<std::size_t>(into.size(), INT_MAX)));
    if (size > 0) co_return static_cast<std::size_t>(size);
    const int wanted = SSL_get_error(tls, size);
    if (wanted == SSL_ERROR_ZERO_RETURN) co_return std::size_t{0};
    if (wanted != SSL_ERROR_WANT_READ) {
      ERR_clear_error();
      co_return failed(EPROTO, "what came is not what was sent");
    }
    const bool more = co_await tried(take_in());
    // The stream under it may end in the middle of something; what uses it sees that, for its messages say their sizes.
    if (!more) co_return std::size_t{0};
  }
}

Task<> TlsStream::write(std::vector<Slice> slices) {
  for (const Slice& slice : slices) {
    for (std::size_t at = 0; at < slice.size();) {
      const std::size_t size = std::min<std::size_t>(slice.size() - at, INT_MAX);
      ERR_clear_error();
      const int written = SSL_write(session_->tls.get(), slice.data() + at, static_cast<int>(size));
      if (written <= 0) co_return failed(EPROTO, "what is to be sent cannot be sealed");
      at += static_cast<std::size_t>(written);
    }
  }
  co_await tried(send_out());
  co_return done;
}

namespace {

// The type of a record that begins a handshake. The first byte of an RPC record has its highest bit set, or is the top
// of a size that no limit allows.
constexpr std::byte handshake_record{0x16};

// A stream of which something was read already.
class BegunStream final : public Stream {
 public:
  BegunStream(std::unique_ptr<Stream> under, std::byte first) : under_(std::move(under)), first_(first) {}

  Task<std::size_t> read(std::span<std::byte> into) override {
    if (!first_) return under_->read(into);
    into.front() = *first_;
    first_.reset();
    return ready<std::size_t>(std::size_t{1});
  }
  Task<> write(std::vector<Slice> slices) override { return under_->write(std::move(slices)); }
  void shut_down() override { under_->shut_down(); }
  const Address& local() const override { return under_->local(); }
  const Address& peer() const override { return under_->peer(); }
  std::optional<std::uint32_t> peer_uid() const override { return under_->peer_uid(); }

 private:
  std::unique_ptr<Stream> under_;
  std::optional<std::byte> first_;
};

}  // namespace

Task<AcceptedStream> accept_tls_or_plain(std::unique_ptr<Stream> under, std::shared_ptr<TlsContext> context) {
  std::byte first{};
  const std::size_t size = co_await tried(under->read(std::span(&first, 1)));
  if (size == 0) co_return failed(ECONNRESET, "the other side said nothing");
  std::unique_ptr<Stream> begun = std::make_unique<BegunStream>(std::move(under), first);
  if (first != handshake_record) co_return AcceptedStream{std::move(begun), std::nullopt};
  if (context == nullptr) co_return failed(EACCES, "this server is in no pool");
  std::unique_ptr<TlsStream> secure = co_await tried(TlsStream::accept(std::move(begun), std::move(context)));
  TlsPeer certified = secure->certified();
  co_return AcceptedStream{std::move(secure), std::move(certified)};
}

}  // namespace mortar
