#include "simulation/simulation.h"

#include <algorithm>

#include "base/schedule.h"

namespace mortar {

Simulation::Simulation(std::uint64_t seed) : seed_(seed), random_(seed) {
  network_ = std::make_unique<SimulatedNetwork>(*this, random_.split());
}

Simulation::~Simulation() {
  // All processes first: a stream of one host looks at the host at its other end when it closes.
  for (const auto& host : hosts_) host->kill_all();
  hosts_.clear();
}

Host& Simulation::add_host(std::string name, std::string address) {
  check(find_host(name) == nullptr && find_host(address) == nullptr, "hosts have names and addresses of their own");
  hosts_.push_back(std::make_unique<Host>(*this, hosts_.size(), std::move(name), std::move(address)));
  return *hosts_.back();
}

Host* Simulation::find_host(const std::string& name_or_address) {
  const auto found = std::ranges::find_if(hosts_, [&name_or_address](const auto& host) {
    return host->name() == name_or_address || host->address() == name_or_address;
  });
  return found == hosts_.end() ? nullptr : found->get();
}

bool Simulation::step(Instant limit) {
  if (run_ready(1)) return true;
  if (events_.empty() || events_.next() > limit) return false;
  trace_.note("event", {static_cast<std::uint64_t>(events_.next().time_since_epoch().count())});
  events_.fire();
  return true;
}

void Simulation::run_until_idle() {
  while (step(Instant::max())) {
  }
}

bool Simulation::run_until(const std::function<bool()>& condition, Duration limit) {
  const Instant end = events_.now() + limit;
  while (!condition()) {
    if (step(end)) continue;
    events_.advance_to(end);
    return condition();
  }
  return true;
}

void Simulation::run_for(Duration duration) {
  run_until([] { return false; }, duration);
}

}  // namespace mortar
