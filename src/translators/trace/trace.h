// debug/trace: every operation that passes, and how it was answered, as lines of the log or as a history that state
// dumps and ".meta" show. What a line says comes from the declaration of the operation (wire/describe.h).
#pragma once

#include <bitset>
#include <deque>
#include <memory>
#include <string>

#include "runtime/world.h"
#include "translator/intercept.h"
#include "translator/options.h"
#include "wire/describe.h"
#include "wire/operation_numbers.h"

namespace mortar {

struct TraceOptions {
  bool to_log = false;
  bool to_history = false;
  std::uint64_t history_size = 1024;
  std::string included;
  std::string excluded;
  auto options(this auto& self) {
    return std::tuple(Option{"log-file", self.to_log, "Lines go to the log"},
                      Option{"log-history", self.to_history, "Lines are kept for state dumps"},
                      Option{"history-size", self.history_size, "How many", std::uint64_t{1}, std::uint64_t{1048576}},
                      Option{"include-ops", self.included, "Only these operations, separated by commas"},
                      Option{"exclude-ops", self.excluded, "All but these"});
  }
};

class Tracer final : public Intercept<Tracer> {
 public:
  static constexpr const char* type = "debug/trace";
  static Result<std::unique_ptr<Translator>> make(World& world, const VolumeSection& section);
  Tracer(World& world, std::string name, const TraceOptions& options);

  template <class Operation>
  Task<typename Operation::Reply> around(const Call& call, const Operation& operation) {
    const bool is_seen = traced_[fop::counted_number<Operation>()] && (options_.to_log || options_.to_history);
    return is_seen ? watch(call, operation) : next().perform(call, operation);
  }
  Result<Done> reconfigure(const VolumeSection& section) override;
  void dump_state(std::string& out) const override;
  void dump_history(std::string& out) const override;

 private:
  using Chosen = std::bitset<fop::counted::size>;
  struct Line {
    Moment at;
    std::string text;
  };

  // An operation that is named but does not exist is said in the log: nothing is traced for it.
  Chosen chosen(const TraceOptions& options) const;
  void use(const TraceOptions& options);
  void tell(std::string line);

  template <class Operation>
  Task<typename Operation::Reply> watch(const Call& call, const Operation& operation) {
    const std::uint64_t number = ++last_number_;
    tell(fmt::format("{}: pid={} uid={} gid={} {}", number, call.pid, call.uid, call.gid, describe(operation)));
    Result<typename Operation::Reply> reply = co_await next().perform(call, operation);
    constexpr const char* operation_name = Operation::name_of_operation;
    if (reply) {
      tell(fmt::format("{}: {} answered {}", number, operation_name, describe(*reply)));
    } else {
      tell(fmt::format("{}: {} failed: {}", number, operation_name, reply.error().sentence()));
    }
    co_return std::move(reply);
  }

  World& world_;
  TraceOptions options_;
  Chosen traced_;
  std::uint64_t last_number_ = 0;
  std::deque<Line> history_;
};

}  // namespace mortar
