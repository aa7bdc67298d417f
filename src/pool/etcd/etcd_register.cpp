#include "pool/etcd/etcd_register.h"

namespace mortar {

namespace {

constexpr const char* key = "pool";

}  // namespace

Task<EtcdRegister::Found> EtcdRegister::fetch(EtcdGateway::From from) {
  const EtcdValue value = co_await tried(gateway_.get(key, from));
  if (value.revision == 0) co_return Found{};
  Envelope envelope = co_await tried(unseal(value.value));
  base_ = envelope.base;
  co_return Found{value.revision, Document{envelope.base + value.revision, std::move(envelope.text)}};
}

Task<Document> EtcdRegister::read() {
  Found found = co_await tried(fetch(EtcdGateway::From::majority));
  co_return std::move(found.document);
}

Task<Document> EtcdRegister::own_copy() {
  Found found = co_await tried(fetch(EtcdGateway::From::member));
  co_return std::move(found.document);
}

Task<std::uint64_t> EtcdRegister::swap(std::uint64_t expected, std::string text) {
  if (!base_) {
    co_await tried(fetch(EtcdGateway::From::majority));
  }
  if (!base_ || expected <= *base_) co_return failed(EAGAIN, "the configuration was changed meanwhile");
  std::string sealed = co_await tried(seal(Envelope{*base_, std::move(text)}));
  const std::uint64_t revision = co_await tried(gateway_.put(key, expected - *base_, std::move(sealed)));
  co_return *base_ + revision;
}

Task<Document> EtcdRegister::watch(std::uint64_t after) {
  for (;;) {
    Found found = co_await tried(fetch(EtcdGateway::From::majority));
    if (found.document.version > after) co_return std::move(found.document);
    co_await tried(gateway_.changed(key, found.revision));
  }
}

Task<> EtcdRegister::found(Document document) {
  std::string sealed = co_await tried(seal(Envelope{document.version, std::move(document.text)}));
  const Result<std::uint64_t> put = co_await gateway_.put(key, 0, std::move(sealed));
  // What was known of a former etcd does not hold for this one.
  forget();
  if (!put && put.error().number() != EAGAIN) co_return put.error();
  co_return done;
}

}  // namespace mortar
