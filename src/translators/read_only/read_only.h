// features/read-only: while the option is on, whatever modifies the volume is refused with EROFS. The volume's own
// processes go on.
#pragma once

#include <memory>
#include <tuple>
#include <type_traits>

#include "runtime/world.h"
#include "translator/graph.h"
#include "translator/options.h"

namespace mortar {

namespace read_only {

struct Options {
  bool read_only = false;
  auto options(this auto& self) {
    return std::tuple(Option{"read-only", self.read_only, "Refuse modifications by clients."});
  }
};

// Syncing is not modifying.
template <class Operation>
bool modifies(const Operation& operation) {
  if constexpr (std::is_same_v<Operation, fop::Fsync> || std::is_same_v<Operation, fop::Fsyncdir>) return false;
  if constexpr (std::is_same_v<Operation, fop::Open>) {
    return (operation.flags & (open_flag::access_mode | open_flag::truncate)) != 0;
  }
  return Operation::kind == fop::Kind::modify || std::is_same_v<Operation, fop::Create>;
}

template <class... Operations>
class RefusesAll;

template <>
class RefusesAll<> : public PassOn {
 public:
  RefusesAll(std::string name, const Options& options) : PassOn(std::move(name)), options_(options) {}
  using PassOn::perform;
  Result<Done> reconfigure(const VolumeSection& section) override {
    Result<Options> options = read_options<Options>(section);
    if (!options) return std::unexpected(options.error());
    options_ = *options;
    return done;
  }

 protected:
  Options options_;
};

template <class Operation, class... Rest>
class RefusesAll<Operation, Rest...> : public RefusesAll<Rest...> {
 public:
  using RefusesAll<Rest...>::RefusesAll;
  using RefusesAll<Rest...>::perform;
  Task<typename Operation::Reply> perform(const Call& call, const Operation& operation) override {
    if (this->options_.read_only && !call.is_internal() && modifies(operation)) {
      return ready<typename Operation::Reply>(failed(EROFS));
    }
    return this->next().perform(call, operation);
  }
};

template <class List>
struct RefusesList;
template <class... Operations>
struct RefusesList<fop::OperationList<Operations...>> {
  using Type = RefusesAll<Operations...>;
};

}  // namespace read_only

class ReadOnly : public read_only::RefusesList<fop::AllOperations>::Type {
  using Type = read_only::RefusesList<fop::AllOperations>::Type;

 public:
  using Type::perform;
  using Type::Type;
};

Result<std::unique_ptr<Translator>> make_read_only(World& world, const VolumeSection& section);

}  // namespace mortar
