// A register that all processes of a simulation share: linearizable, with delays, outages and answers that get lost.
//
// Every call takes effect at one moment between its start and its end, or, where its answer was lost, at any moment
// after its start, even long after its caller gave up or died.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <vector>

#include "base/random.h"
#include "pool/register.h"
#include "simulation/simulated_world.h"

namespace mortar {

struct RegisterConditions {
  // One way.
  Duration least_delay = std::chrono::microseconds(100);
  Duration most_delay = std::chrono::milliseconds(5);
  double lost = 0;     // share of calls that never arrive
  double unknown = 0;  // share of calls whose answer never comes
  double late = 0;     // share of calls without an answer that arrive long after their caller gave up
  Duration patience = std::chrono::seconds(10);  // of a caller
};

// What is kept, outside of every host.
class SharedRegister {
 public:
  SharedRegister(Simulation& simulation, Random random);

  RegisterConditions& conditions() { return conditions_; }
  // Nobody is answered while it is out.
  void set_out(bool out) { out_ = out; }
  // Whether a host can reach it; all can, by default.
  void set_reachable(std::function<bool(const Host&)> reachable) { reachable_ = std::move(reachable); }

  // All documents it ever held, in order; the last is what it holds.
  const std::vector<Document>& history() const { return history_; }

 private:
  friend class SimulatedRegister;
  bool is_open(const Host& host) const { return !out_ && (!reachable_ || reachable_(host)); }
  Duration delay();
  Result<std::uint64_t> swap(std::uint64_t expected, const std::string& text);

  Simulation& simulation_;
  Random random_;
  RegisterConditions conditions_;
  bool out_ = false;
  std::function<bool(const Host&)> reachable_;
  std::vector<Document> history_;
  WaitList waiting_;
};

// The register as one process reaches it.
class SimulatedRegister final : public Register {
 public:
  SimulatedRegister(SharedRegister& shared, SimulatedWorld& world) : shared_(shared), world_(world) {}

  Task<Document> read() override;
  Task<std::uint64_t> swap(std::uint64_t expected, std::string text) override;
  Task<Document> watch(std::uint64_t after) override;

 private:
  // Has the work done at its moment and yields what it answered, or ETIMEDOUT.
  template <class T>
  Task<T> call(std::function<Result<T>()> work);

  SharedRegister& shared_;
  SimulatedWorld& world_;
};

}  // namespace mortar
