// For tests of translators: a leaf that answers what a test tells it and remembers what it was asked, a top that
// remembers notices, and questions that may stay open.
//
//   FakeLeaf leaf;  leaf.answer<fop::Stat>([](const Call&, const fop::Stat& stat) { ... });
//   auto question = ask(top, call, fop::Stat{.gfid = gfid});
//   EXPECT_TRUE(question->answered());
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <tuple>
#include <utility>
#include <vector>

#include "base/task_set.h"
#include "translator/translator.h"

namespace mortar::testing {

template <class Operation>
class Question {
 public:
  using Reply = typename Operation::Reply;

  Question(Translator& top, Call call, Operation operation) : call_(std::move(call)), operation_(std::move(operation)) {
    running_.start(run(top, call_, operation_, reply_));
    run_ready();
  }
  bool answered() const { return reply_.has_value(); }
  Result<Reply>& result() { return *reply_; }
  Reply& reply() { return **reply_; }
  // 0: success; -1: no answer yet.
  int error() const { return !reply_ ? -1 : *reply_ ? 0 : reply_->error().number(); }
  // Destroys the task, as a lost connection does.
  void abandon() {
    running_.cancel();
    run_ready();
  }

 private:
  static Task<> run(Translator& top, const Call& call, const Operation& operation, std::optional<Result<Reply>>& out) {
    Result<Reply> reply = co_await top.perform(call, operation);
    out.emplace(std::move(reply));
    co_return done;
  }
  Call call_;
  Operation operation_;
  std::optional<Result<Reply>> reply_;
  TaskSet running_;
};

template <class Operation>
std::unique_ptr<Question<Operation>> ask(Translator& top, const Call& call, Operation operation) {
  return std::make_unique<Question<Operation>>(top, call, std::move(operation));
}

namespace detail {

template <class Operation>
struct Behaviour {
  std::function<Task<typename Operation::Reply>(const Call&, const Operation&)> answer;
  std::vector<std::pair<Call, Operation>> asked;
};

template <class... Operations>
class FakeAll;
template <>
class FakeAll<> : public Refuse {
 public:
  using Refuse::perform;
  using Refuse::Refuse;

 protected:
  void behaviour() const;  // ends the chain of using-declarations
};
template <class Operation, class... Rest>
class FakeAll<Operation, Rest...> : public FakeAll<Rest...> {
 public:
  using FakeAll<Rest...>::FakeAll;
  using FakeAll<Rest...>::perform;
  Task<typename Operation::Reply> perform(const Call& call, const Operation& operation) override {
    Behaviour<Operation>& behaviour = this->behaviour(static_cast<Operation*>(nullptr));
    behaviour.asked.emplace_back(call, operation);
    if (behaviour.answer) return behaviour.answer(call, operation);
    return ready<typename Operation::Reply>(typename Operation::Reply{});
  }

 protected:
  using FakeAll<Rest...>::behaviour;
  Behaviour<Operation>& behaviour(Operation*) { return behaviour_; }

 private:
  Behaviour<Operation> behaviour_;
};
template <class List>
struct FakeList;
template <class... Operations>
struct FakeList<fop::OperationList<Operations...>> {
  using Type = FakeAll<Operations...>;
};

}  // namespace detail

class FakeLeaf : public detail::FakeList<fop::AllOperations>::Type {
  using Base = detail::FakeList<fop::AllOperations>::Type;

 public:
  // Not inline, so that not every test has all operations compiled again.
  FakeLeaf();
  ~FakeLeaf() override;
  using Base::perform;

  // A function of (const Call&, const Operation&) that yields a Result of the reply.
  template <class Operation, class Function>
  void answer(Function function) {
    this->behaviour(static_cast<Operation*>(nullptr)).answer = [function](const Call& call,
                                                                          const Operation& operation) {
      return ready<typename Operation::Reply>(function(call, operation));
    };
  }
  // One that yields a task.
  template <class Operation, class Function>
  void answer_later(Function function) {
    this->behaviour(static_cast<Operation*>(nullptr)).answer = function;
  }
  template <class Operation>
  std::vector<std::pair<Call, Operation>>& asked() {
    return this->behaviour(static_cast<Operation*>(nullptr)).asked;
  }
};

// Stands on top of what is tested.
class NoticeBoard : public PassOn {
 public:
  NoticeBoard() : PassOn("board") {}
  void notified(const Notice& notice, Translator&) override { notices.push_back(notice); }
  template <class T>
  std::vector<T> of() const {
    std::vector<T> found;
    for (const Notice& notice : notices) {
      if (const T* one = std::get_if<T>(&notice)) found.push_back(*one);
    }
    return found;
  }
  std::vector<Notice> notices;
};

inline std::shared_ptr<const Client> client_number(std::uint64_t number) {
  auto client = std::make_shared<Client>();
  client->number = number;
  client->uid = "client-" + std::to_string(number);
  client->op_version = 100000;
  return client;
}

inline Call call_of(std::shared_ptr<const Client> client, LockOwner owner = "owner", std::int32_t pid = 100) {
  Call call;
  call.client = std::move(client);
  call.lock_owner = std::move(owner);
  call.pid = pid;
  return call;
}

}  // namespace mortar::testing
