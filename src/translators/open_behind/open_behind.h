// performance/open-behind: a file that is opened for reading is opened on the brick only when that is needed. What the
// kernel has in its cache is then read without opening it at all, though its attributes may be asked for, and the first
// read travels together with the open, as one round trip.
//
// Nothing is given out before its time: the data of that first read is handed on only once the brick has allowed the
// open (with read-after-open off it is not asked). Before a name is removed or replaced through this client, files that
// are still waiting are opened, so that who has one open keeps it.
#pragma once

#include <list>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "base/event.h"
#include "base/task_set.h"
#include "runtime/world.h"
#include "translator/graph.h"
#include "translator/intercept.h"
#include "translator/options.h"

namespace mortar {

struct OpenBehindOptions {
  bool lazy_open = true;
  bool read_after_open = true;
  bool pass_through = false;
  auto options(this auto& self) {
    return std::tuple(Option{"lazy-open", self.lazy_open, "Open on the brick only when it is needed"},
                      Option{"read-after-open", self.read_after_open, "Hand out data only once the open is allowed"},
                      Option{"pass-through", self.pass_through, "Files are opened at once"});
  }
};

class OpenBehind final : public Intercept<OpenBehind> {
 public:
  static Result<std::unique_ptr<Translator>> make(World& world, const VolumeSection& section);
  OpenBehind(std::string name, OpenBehindOptions options) : Intercept(std::move(name)), options_(options) {}

  template <class Operation>
  Task<typename Operation::Reply> around(const Call& call, const Operation& operation);
  Result<Done> reconfigure(const VolumeSection& section) override;
  Task<> stop() override;
  void dump_state(std::string& out) const override;

 private:
  struct LateFile;
  using LatePointer = std::shared_ptr<LateFile>;
  using Waiting = std::list<LateFile*>;

  // A file that was opened here; what the descriptor given out leads to.
  struct LateFile : std::enable_shared_from_this<LateFile> {
    ~LateFile() { stop_waiting(); }
    void stop_waiting() {
      if (!std::exchange(asked, true)) waiting->erase(place);
    }

    Call opener;
    fop::Open request;
    bool asked = false;  // the open is under way or was, or will not be needed
    bool released = false;
    std::optional<Result<Fd>> opened;
    Event settled;
    std::shared_ptr<Waiting> waiting;
    Waiting::iterator place;  // there, until it is asked for
  };

  // Null where another translator opened it.
  LatePointer late_file(const Fd& fd) const { return fd.open ? fd.open->contexts.get<LateFile>(this) : nullptr; }
  template <class Operation>
  bool has_late_file(const Operation& operation) const;

  bool may_wait(const fop::Open& open) const;
  fop::Opened promise(const Call& call, const fop::Open& open);
  // Sends the open, unless that was done.
  void ask(const LatePointer& file);
  Task<> open(LatePointer file);
  Task<Fd> opened(LatePointer file);
  Task<> open_all_waiting();
  void release(const Call& call, LatePointer file);
  Task<> release_behind(Call call, Gfid gfid, Fd fd);

  template <class Operation>
  Task<typename Operation::Reply> perform_opened(Call call, Operation operation);
  template <class Operation>
  Task<typename Operation::Reply> perform_after_opening(Call call, Operation operation);
  Task<fop::Read::Reply> read(Call call, fop::Read read, LatePointer file);
  // As long as nobody has needed it open, its attributes are those of the object.
  Task<fop::Attributes> status(Call call, fop::Fstat status, LatePointer file);

  OpenBehindOptions options_;
  std::shared_ptr<Waiting> waiting_ = std::make_shared<Waiting>();  // files that nobody asked for yet
  std::uint64_t promised_ = 0, needed_ = 0;
  TaskSet tasks_;
};

template <class Operation>
bool OpenBehind::has_late_file(const Operation& operation) const {
  bool any = false;
  for_each_field(operation, [&](auto field) {
    if constexpr (std::is_same_v<std::remove_cvref_t<decltype(field.value)>, Fd>) {
      any = any || late_file(field.value) != nullptr;
    }
  });
  return any;
}

template <class Operation>
Task<typename Operation::Reply> OpenBehind::around(const Call& call, const Operation& operation) {
  constexpr bool takes_names_away = std::is_same_v<Operation, fop::Unlink> || std::is_same_v<Operation, fop::Rename>;
  if constexpr (std::is_same_v<Operation, fop::Open>) {
    if (may_wait(operation)) return ready<fop::Opened>(promise(call, operation));
  } else if constexpr (takes_names_away) {
    if (!waiting_->empty()) return perform_after_opening(call, operation);
  } else if (has_late_file(operation)) {
    if constexpr (std::is_same_v<Operation, fop::Read>) {
      return read(call, operation, late_file(operation.fd));
    } else if constexpr (std::is_same_v<Operation, fop::Fstat>) {
      return status(call, operation, late_file(operation.fd));
    } else if constexpr (std::is_same_v<Operation, fop::Release>) {
      release(call, late_file(operation.fd));
      return ready<fop::Acknowledged>(fop::Acknowledged{});
    } else {
      return perform_opened(call, operation);
    }
  }
  return next().perform(call, operation);
}

template <class Operation>
Task<typename Operation::Reply> OpenBehind::perform_after_opening(Call call, Operation operation) {
  co_await open_all_waiting();
  typename Operation::Reply reply = co_await tried(next().perform(call, operation));
  co_return std::move(reply);
}

template <class Operation>
Task<typename Operation::Reply> OpenBehind::perform_opened(Call call, Operation operation) {
  std::vector<Fd*> late;
  for_each_field(operation, [&](auto field) {
    if constexpr (std::is_same_v<std::remove_cvref_t<decltype(field.value)>, Fd>) {
      if (late_file(field.value)) late.push_back(&field.value);
    }
  });
  if constexpr (std::is_same_v<Operation, fop::Flush>) {
    // Locks were taken through an open file, if at all.
    if (!late_file(operation.fd)->asked) co_return fop::Acknowledged{};
  }
  for (Fd* fd : late) {
    *fd = co_await tried(opened(late_file(*fd)));
  }
  typename Operation::Reply reply = co_await tried(next().perform(call, operation));
  co_return std::move(reply);
}

}  // namespace mortar
