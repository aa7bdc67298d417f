// performance/quick-read: the content of a small file comes with the lookup of its name, so that who opens and reads it
// next asks the bricks nothing more.
//
// The same comes with a listing for which a mount asks it (fuse/look_ahead.h).
//
// It is asked for only while files that were looked up prove to be read, and only bricks of ours give it: to who may
// read the file, so that an open need not be asked for either. It is handed on to an open of the same caller, for a
// second at most, and not once the file is changed through this client or bricks tell of a change.
#pragma once

#include <list>
#include <memory>
#include <optional>
#include <unordered_map>

#include "runtime/world.h"
#include "translator/graph.h"
#include "translator/intercept.h"
#include "translator/options.h"
#include "translators/open_behind/plain_reading.h"
#include "translators/quick_read/changed_lately.h"
#include "wire/own_keys.h"

namespace mortar {

struct QuickReadOptions {
  Size cache_size{128 << 20};
  std::int64_t timeout = 1;
  Size most_of_a_file{64 << 10};
  bool pass_through = false;
  auto options(this auto& self) {
    return std::tuple(Option{"cache-size", self.cache_size, "How much content is kept"},
                      Option{"cache-timeout", self.timeout, "For how many seconds"},
                      Option{"max-file-size", self.most_of_a_file, "Of files up to this size"},
                      Option{"pass-through", self.pass_through, "Content is not asked for"});
  }
};

class QuickRead final : public Intercept<QuickRead> {
 public:
  static Result<std::unique_ptr<Translator>> make(World& world, const VolumeSection& section);
  QuickRead(World& world, std::string name, QuickReadOptions options)
      : Intercept(std::move(name)), world_(world), options_(options) {}

  template <class Operation>
  Task<typename Operation::Reply> around(const Call& call, const Operation& operation);
  // Of which files listings may bring the content; 0 where they may not.
  std::uint64_t most_listed() const { return options_.pass_through ? 0 : options_.most_of_a_file.bytes; }
  void notified(const Notice& notice, Translator& child) override;
  Result<Done> reconfigure(const VolumeSection& section) override;
  void dump_state(std::string& out) const override;

 private:
  // A file that was looked up.
  struct File {
    Gfid gfid;
    Identity caller;
    Iatt iatt;
    Instant until{};
    std::optional<Slice> content;
    bool was_opened = false;
    bool was_listed = false;  // nobody looked it up: whether it is read says nothing of those that are
  };
  using FilePointer = std::shared_ptr<File>;
  using Files = std::list<FilePointer>;  // the oldest first

  static constexpr std::size_t most_files = 4096;
  static constexpr std::int64_t longest = 600;  // seconds
  // Lookups that still ask for content when nothing is read any more.
  static constexpr int most_credit = 32;
  static constexpr int for_a_read = 2;
  static constexpr int no_answer = -8;  // bricks that do not know of it, or may not give it

  Task<fop::Lookup::Reply> look_up(Call call, fop::Lookup lookup);
  Task<fop::Readdirp::Reply> list(Call call, fop::Readdirp readdirp);
  Task<fop::Opened> open(Call call, fop::Open open, FilePointer file);
  // Null where it may not be read from here.
  FilePointer file_of(const Fd& fd) const { return fd.open ? fd.open->contexts.get<File>(this) : nullptr; }
  bool is_good(const File& file) const { return file.content && world_.now() < file.until; }
  fop::Read::Reply read(const FilePointer& file, const fop::Read& read);
  template <class Operation>
  Task<typename Operation::Reply> change(const Call& call, const Operation& operation, Gfid gfid);

  Instant end_of(Instant asked_at) const {
    return asked_at + std::chrono::seconds(std::clamp<std::int64_t>(options_.timeout, 0, longest));
  }
  void learn(const Call& call, const fop::Lookup::Reply& reply, bool was_asked, Instant asked_at);
  void learn(const Call& call, EntryPlus& entry, Instant asked_at);
  void keep(File file);
  void forget(const Gfid& gfid);
  void forget_all();
  void drop(Files::iterator place);
  void earn(int credit) { credit_ = std::clamp(credit_ + credit, 0, most_credit); }

  World& world_;
  QuickReadOptions options_;
  Files files_;
  std::unordered_map<Gfid, Files::iterator> places_;
  std::size_t bytes_ = 0;
  int credit_ = 0;
  ChangedLately changed_;
  std::uint64_t given_ = 0, asked_ = 0;
};

template <class Operation>
Task<typename Operation::Reply> QuickRead::around(const Call& call, const Operation& operation) {
  if constexpr (std::is_same_v<Operation, fop::Lookup>) {
    if (!operation.name.empty() && !options_.pass_through) return look_up(call, operation);
  } else if constexpr (std::is_same_v<Operation, fop::Readdirp>) {
    if (operation.xdata.has(own_key::listed_content)) return list(call, operation);
  } else if constexpr (std::is_same_v<Operation, fop::Open>) {
    const auto known = places_.find(operation.gfid);
    if (known != places_.end() && is_for_plain_reading(operation)) return open(call, operation, *known->second);
  } else if constexpr (std::is_same_v<Operation, fop::Read>) {
    const FilePointer file = file_of(operation.fd);
    if (file && is_good(*file)) return ready<fop::Read::Reply>(read(file, operation));
  } else if constexpr (std::is_same_v<Operation, fop::CopyFileRange>) {
    return change(call, operation, operation.out_gfid);
  } else if constexpr (Operation::kind == fop::Kind::modify && requires { operation.gfid; }) {
    return change(call, operation, operation.gfid);
  }
  return next().perform(call, operation);
}

template <class Operation>
Task<typename Operation::Reply> QuickRead::change(const Call& call, const Operation& operation, Gfid gfid) {
  forget(gfid);
  const ChangedLately::Change change(changed_, gfid);
  Result<typename Operation::Reply> reply = co_await next().perform(call, operation);
  forget(gfid);
  co_return std::move(reply);
}

}  // namespace mortar
