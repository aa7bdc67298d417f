// The register of a pool of several servers: one key in etcd, reached through the member of this server, which votes.
// Reading is linearizable, so it needs a majority; watching costs nothing while nothing changes.
#pragma once

#include <optional>

#include "pool/etcd/envelope.h"
#include "pool/etcd/gateway.h"
#include "pool/register.h"

namespace mortar {

class EtcdRegister final : public Register {
 public:
  EtcdRegister(World& world, Address member) : gateway_(world, std::move(member)) {}

  // ETIMEDOUT without a majority, ENOTCONN without a member, EIO where the document is damaged.
  Task<Document> read() override;
  Task<std::uint64_t> swap(std::uint64_t expected, std::string text) override;
  Task<Document> watch(std::uint64_t after) override;

  // The first document of this etcd, newer by its version than the one given, which it holds. Nothing where there is
  // one already, so it may be repeated.
  Task<> found(Document document);
  // What the member has by itself, without asking the others.
  Task<Document> own_copy();
  // The member is of another etcd from now on.
  void forget() { base_.reset(); }

 private:
  struct Found {
    std::uint64_t revision = 0;
    Document document;
  };
  Task<Found> fetch(EtcdGateway::From from);

  EtcdGateway gateway_;
  // Of the document's envelope. It never changes in the life of an etcd.
  std::optional<std::uint64_t> base_;
};

}  // namespace mortar
