// features/utime: the client decides which times an operation sets, and to what, so that every copy of a file shows the
// same times. Both travel in the caller's identity; the brick keeps them in trusted.glusterfs.mdata.
//
// An object without that attribute (it comes from an older volume) gets one at its first lookup, made of the times the
// brick shows; that such a repair fails does not fail the lookup.
#pragma once

#include "runtime/world.h"
#include "translator/intercept.h"
#include "translator/options.h"

namespace mortar {

struct UtimeOptions {
  bool keep_access_times = true;
  auto options(this auto& self) {
    return std::tuple(Option{"noatime", self.keep_access_times, "Reading and opening leave the access time alone"});
  }
};

class Utime final : public Intercept<Utime> {
 public:
  static Result<std::unique_ptr<Translator>> make(World& world, const VolumeSection& section);
  Utime(World& world, std::string name, UtimeOptions options)
      : Intercept(std::move(name)), world_(world), options_(options) {}

  template <class Operation>
  Task<typename Operation::Reply> around(const Call& call, const Operation& operation) {
    if constexpr (std::is_same_v<Operation, fop::Lookup>) {
      return look_up(call, operation);
    } else if constexpr (sets_times<Operation> || reads<Operation>) {
      const std::uint32_t stamps = stamps_of(operation);
      return stamps == 0 ? next().perform(call, operation) : perform_as(stamped(call, stamps), operation);
    } else {
      return next().perform(call, operation);
    }
  }
  Result<Done> reconfigure(const VolumeSection& section) override;

 private:
  template <class Operation>
  static constexpr bool reads = std::is_same_v<Operation, fop::Open> || std::is_same_v<Operation, fop::Opendir> ||
                                std::is_same_v<Operation, fop::Read> || std::is_same_v<Operation, fop::CopyFileRange>;
  template <class Operation>
  static constexpr bool sets_times = Operation::stamps != 0;
  template <class Operation>
  std::uint32_t stamps_of(const Operation& operation) const;

  template <class Operation>
  Task<typename Operation::Reply> perform_as(Call call, const Operation& operation) {
    auto reply = co_await tried(next().perform(call, operation));
    co_return std::move(reply);
  }
  Call stamped(const Call& call, std::uint32_t stamps) const;
  Task<fop::Lookup::Reply> look_up(const Call& call, const fop::Lookup& lookup);
  Task<> give_times(const Call& call, const Iatt& iatt);

  World& world_;
  UtimeOptions options_;
};

// Setting times explicitly sets those times; the rest of a setattr changes the object.
std::uint32_t stamps_of_setattr(std::int32_t valid);

template <class Operation>
std::uint32_t Utime::stamps_of(const Operation& operation) const {
  if constexpr (requires { operation.valid; }) {
    return stamps_of_setattr(operation.valid);
  } else if constexpr (reads<Operation>) {
    return Operation::stamps | (options_.keep_access_times ? 0 : stamp::accessed);
  } else {
    return Operation::stamps;
  }
}

}  // namespace mortar
