#include "simulation/simulated_register.h"

#include "base/event.h"
#include "simulation/simulation.h"

namespace mortar {

namespace {

constexpr auto longest_lateness = std::chrono::minutes(2);
constexpr auto watch_step = std::chrono::milliseconds(50);

}  // namespace

SharedRegister::SharedRegister(Simulation& simulation, Random random)
    : simulation_(simulation), random_(random), history_{Document{}} {}

Duration SharedRegister::delay() {
  return Duration(random_.between(static_cast<std::uint64_t>(conditions_.least_delay.count()),
                                  static_cast<std::uint64_t>(conditions_.most_delay.count())));
}

Result<std::uint64_t> SharedRegister::swap(std::uint64_t expected, const std::string& text) {
  if (history_.back().version != expected) return failed(EAGAIN, "somebody else was first");
  simulation_.trace().note("swap", {expected + 1, text.size()});
  history_.push_back(Document{expected + 1, text});
  waiting_.move_to(ready_queue());
  return expected + 1;
}

template <class T>
Task<T> SimulatedRegister::call(std::function<Result<T>()> work) {
  Completion<T> completion;
  const bool lost = shared_.random_.chance(shared_.conditions_.lost);
  const bool answered = !shared_.random_.chance(shared_.conditions_.unknown);
  const bool late = !answered && shared_.random_.chance(shared_.conditions_.late);
  Duration until_effect = shared_.delay();
  if (late) {
    until_effect = Duration(shared_.random_.below(static_cast<std::uint64_t>(Duration(longest_lateness).count())));
  }
  const Duration until_answer = shared_.delay();
  // Of the network, not of the caller: it happens whatever becomes of that.
  Simulation& simulation = shared_.simulation_;
  if (!lost) {
    simulation.events().after(
        until_effect, [this_register = &shared_, host = &world_.host(), work, completion, answered, until_answer] {
          if (!this_register->is_open(*host)) return;
          Result<T> result = work();
          if (!answered) return;
          this_register->simulation_.events().after(until_answer, [this_register, host, completion, result] {
            if (this_register->is_open(*host)) completion.complete(result);
          });
        });
  }
  T value = co_await tried(with_deadline(world_, shared_.conditions_.patience, completion.wait()));
  co_return std::move(value);
}

Task<Document> SimulatedRegister::read() {
  return call<Document>([shared = &shared_]() -> Result<Document> { return shared->history_.back(); });
}

Task<std::uint64_t> SimulatedRegister::swap(std::uint64_t expected, std::string text) {
  return call<std::uint64_t>(
      [shared = &shared_, expected, text = std::move(text)] { return shared->swap(expected, text); });
}

Task<Document> SimulatedRegister::watch(std::uint64_t after) {
  for (;;) {
    while (shared_.history_.back().version <= after) {
      co_await Queued(shared_.waiting_);
    }
    Result<Document> document = co_await read();
    if (document && document->version > after) co_return document;
    co_await tried(world_.sleep(watch_step));
  }
}

}  // namespace mortar
