// One operation at some of the copies. Answers stand by copy: those that were not asked are ENOTCONN.
#pragma once

#include <algorithm>

#include "base/absence.h"
#include "translators/cluster/descriptors.h"
#include "translators/replicate/volume.h"

namespace mortar::replicate {

// A brick that was started anew knows the descriptor no more, or the leaf could not open it there again.
inline bool is_closed(const Error& error) { return error.number() == EBADF || error.number() == EBADFD; }

template <class Reply>
Copies succeeded(const std::vector<Result<Reply>>& answers) {
  Copies copies;
  for (Copy copy = 0; copy < answers.size(); ++copy) {
    if (answers[copy]) copies.add(copy);
  }
  return copies;
}

// Why it failed, where it failed on all that were asked: what somebody says who is there.
template <class Reply>
Error error_of(const std::vector<Result<Reply>>& answers) {
  const auto said =
      std::ranges::find_if(answers, [](const Result<Reply>& answer) { return !answer && !is_away(answer.error()); });
  return said != answers.end() ? said->error() : Error(ENOTCONN);
}

// Who says that there is no such thing.
inline Copies denied_by(const AnswersOf<fop::Lookup>& answers, Copies counting) {
  Copies denied;
  for (const Copy copy : counting.list()) {
    if (!answers[copy] && is_missing(answers[copy].error())) denied.add(copy);
  }
  return denied;
}

// What copies said of an object, asked by lookup with the marks.
struct Heard {
  AnswersOf<fop::Lookup> answers;
  std::uint64_t news = 0;  // of the volume, when they were asked for
  // Of a name: what they said right before that of the directory, where they were asked.
  AnswersOf<fop::Lookup> of_directory = {};
};

class Asking {
 public:
  // Both outlive this.
  Asking(Volume& volume, Descriptors& descriptors) : volume_(volume), descriptors_(descriptors) {}

  // Null where nothing is open by it here.
  std::shared_ptr<OpenObject> open_object(const Fd& fd) const { return descriptors_.object(fd); }

  // The file may have been made anew there since it was opened.
  Task<bool> open_anew_at(const Call& call, Fd fd, Copy copy) {
    return descriptors_.open_anew_at(call, std::move(fd), copy);
  }

  template <class Operation>
  Task<typename Operation::Reply> at(const Call& call, const Operation& operation, Copy copy) {
    return descriptors_.at_place(call, operation, copy);
  }

  // `call` and `operation` live in the caller's frame.
  template <class Operation>
  Task<AnswersOf<Operation>> at_each(const Call& call, const Operation& operation, Copies copies) {
    const std::vector<Copy> places = copies.list();
    AnswersOf<Operation> given = co_await tried(descriptors_.at_each(call, operation, places));
    AnswersOf<Operation> answers(volume_.size(), failed(ENOTCONN));
    for (std::size_t at = 0; at < places.size(); ++at) answers[places[at]] = std::move(given[at]);
    co_return std::move(answers);
  }

 private:
  Volume& volume_;
  Descriptors& descriptors_;
};

}  // namespace mortar::replicate
