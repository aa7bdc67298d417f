// Several operations in one call.
#include "translators/client/remote.h"
#include "wire/messages/sequences.h"

namespace mortar {

// As with single locks, the request outlives whoever waits for it.
Task<Sequence> Remote::perform_in_order(Sequence sequence) {
  struct Waiting {
    Remote& remote;
    std::shared_ptr<SequenceWaiter> waiter = std::make_shared<SequenceWaiter>();
    ~Waiting() {
      waiter->abandoned = true;
      if (waiter->performed) remote.tasks_.start(remote.give_back_locks(std::move(*waiter->performed)));
    }
  };
  Waiting waiting{*this};
  tasks_.start(perform_apart(std::move(sequence), waiting.waiter));
  co_await waiting.waiter->ended.wait();
  Sequence performed = std::move(*waiting.waiter->performed);
  waiting.waiter->performed.reset();
  co_return std::move(performed);
}

Task<> Remote::perform_apart(Sequence sequence, std::shared_ptr<SequenceWaiter> waiter) {
  Sequence performed = co_await tried(exchange_sequence(std::move(sequence)));
  if (waiter->abandoned) {
    co_await tried(give_back_locks(std::move(performed)));
    co_return done;
  }
  waiter->performed = std::move(performed);
  waiter->ended.set();
  co_return done;
}

Task<Sequence> Remote::exchange_sequence(Sequence sequence) {
  const Call& call = std::visit([](const auto& step) -> const Call& { return step.call; }, sequence.front());
  const Request request{.number = PerformSequence::number,
                        .kind = fop::Kind::modify,
                        .name = PerformSequence::name_of_operation,
                        .call = call,
                        .operation = &sequence,
                        .write_down = &write_down_sequence,
                        .program = PerformSequence::program};
  const Result<Slice> bytes = co_await exchange(request);
  PerformSequence::Reply answer;
  const bool is_readable = bytes && decode_front(*bytes, answer) && !answer.results.elements.empty();
  const std::vector<Slice>& results = answer.results.elements;
  for (std::size_t at = 0; at < sequence.size(); ++at) {
    std::visit(
        [&](auto& step) {
          if (is_readable && at < results.size()) {
            step.reply = read_answer(step.call, step.operation, results[at]);
          } else if (at == 0) {
            step.reply = std::unexpected(bytes ? unreadable(request.name) : bytes.error());
          }
        },
        sequence[at]);
  }
  co_return std::move(sequence);
}

Result<Done> Remote::write_down_sequence(const Remote& remote, const void* address, Encoder& out) {
  PerformSequence request;
  Result<Done> written = done;
  for (const AnyStep& any : *static_cast<const Sequence*>(address)) {
    std::visit(
        [&]<class Operation>(const Step<Operation>& step) {
          Identity identity = step.call;
          if (!remote.options_.send_gids) identity.groups.clear();
          Encoder credential;
          encode_credential(credential, credential::glusterfs_3, identity);
          Encoder arguments;
          const Result<Done> numbered = write_down<Operation>(remote, &step.operation, arguments);
          if (!numbered && written) written = numbered;
          request.steps.elements.push_back(
              {Operation::number, Slice::own(credential.flat()), Slice::own(arguments.flat())});
        },
        any);
  }
  encode(out, request);
  return written;
}

Task<> Remote::give_back_locks(Sequence sequence) {
  for (AnyStep& step : sequence) {
    if (!has_succeeded(step)) continue;
    const auto* lock = std::get_if<Step<fop::Inodelk>>(&step);
    if (lock != nullptr && detail::takes_lock(lock->operation)) {
      co_await tried(unlock(lock->call, lock->operation));
    }
    const auto* of_names = std::get_if<Step<fop::Entrylk>>(&step);
    if (of_names != nullptr && detail::takes_lock(of_names->operation)) {
      co_await tried(unlock(of_names->call, of_names->operation));
    }
  }
  co_return done;
}

}  // namespace mortar
