#include "translators/replicate/lock_requests.h"

namespace mortar::replicate {

Task<fop::Lk::Reply> LockRequests::ask(const Call& call, const fop::Lk& lock) {
  const AnswersOf<fop::Lk> answers = co_await tried(asking_.at_each(call, lock, volume_.up()));
  const Copies told = succeeded(answers);
  Copies gone;
  for (Copy copy = 0; copy < answers.size(); ++copy) {
    if (!answers[copy] && is_missing(answers[copy].error())) gone.add(copy);
    if (answers[copy] && answers[copy]->flock.type != Flock::unlock) co_return *answers[copy];
  }
  if (told.empty() || !volume_.quorum.is_met(told | gone)) co_return error_of(answers);
  co_return *answers[told.front()];
}

}  // namespace mortar::replicate
