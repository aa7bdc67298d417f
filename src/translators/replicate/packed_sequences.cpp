#include "translators/replicate/packed_sequences.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <span>
#include <variant>

#include "translators/replicate/asking.h"
#include "wire/messages/sequences.h"

namespace mortar::replicate {

namespace {

constexpr std::size_t most_steps = PerformSequence::most_steps;

std::optional<Error> failure_of(std::span<const AnyStep> steps) {
  for (const AnyStep& step : steps) {
    const std::optional<Error> failure = std::visit(
        [](const auto& one) { return one.reply ? std::nullopt : std::optional<Error>(one.reply.error()); }, step);
    if (failure) return failure;
  }
  return std::nullopt;
}

// Of that object only: what stands behind it has nothing to do with it.
bool is_of_one_object(const Error& failure) { return is_missing(failure) || failure.number() == EAGAIN; }

void fail(Sequence& steps, const Error& failure) {
  std::visit([&](auto& step) { step.reply = std::unexpected(failure); }, steps.front());
}

}  // namespace

Task<Sequence> PackedSequences::perform_in_order(Translator& subvolume, Sequence sequence) {
  if (!subvolume.knows_sequences()) {
    Sequence alone = co_await tried(subvolume.perform_in_order(std::move(sequence)));
    co_return std::move(alone);
  }
  const Completion<Sequence> performed;
  std::vector<Waiting>& waiting = waiting_[&subvolume];
  waiting.push_back({std::move(sequence), performed});
  if (waiting.size() == 1) background_.start(send(subvolume));
  Sequence steps = co_await tried(performed.wait());
  co_return std::move(steps);
}

Task<> PackedSequences::send(Translator& subvolume) {
  // All that is handed over in this turn comes along.
  co_await next_turn();
  std::vector<Waiting> rest = std::exchange(waiting_[&subvolume], {});
  while (!rest.empty()) {
    std::vector<Waiting> together;
    std::size_t steps = 0;
    for (Waiting& one : rest) {
      if (!together.empty() && steps + one.steps.size() > most_steps) break;
      steps += one.steps.size();
      together.push_back(std::move(one));
    }
    rest.erase(rest.begin(), rest.begin() + static_cast<std::ptrdiff_t>(together.size()));
    std::vector<Waiting> again = co_await tried(send_together(subvolume, std::move(together)));
    rest.insert(rest.begin(), std::make_move_iterator(again.begin()), std::make_move_iterator(again.end()));
  }
  co_return done;
}

Task<std::vector<PackedSequences::Waiting>> PackedSequences::send_together(Translator& subvolume,
                                                                           std::vector<Waiting> together) {
  Sequence all;
  std::vector<std::size_t> sizes;
  for (Waiting& one : together) {
    sizes.push_back(one.steps.size());
    std::ranges::move(one.steps, std::back_inserter(all));
  }
  Result<Sequence> performed = co_await subvolume.perform_in_order(std::move(all));
  std::vector<Waiting> again;
  std::optional<Error> failure;
  std::size_t at = 0;
  for (std::size_t number = 0; number < together.size(); ++number) {
    Waiting& one = together[number];
    if (!performed) {
      one.performed.complete(std::unexpected(performed.error()));
      continue;
    }
    const auto first = performed->begin() + static_cast<std::ptrdiff_t>(at);
    at += sizes[number];
    const auto last = first + static_cast<std::ptrdiff_t>(sizes[number]);
    one.steps.assign(std::make_move_iterator(first), std::make_move_iterator(last));
    if (!failure) {
      failure = failure_of(one.steps);
      one.performed.complete(std::move(one.steps));
    } else if (is_of_one_object(*failure)) {
      again.push_back(std::move(one));
    } else {
      fail(one.steps, *failure);
      one.performed.complete(std::move(one.steps));
    }
  }
  co_return std::move(again);
}

}  // namespace mortar::replicate
