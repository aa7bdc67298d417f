// The numbers under which a client knows what it has open: the lowest free one, files and directories alike.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <queue>
#include <vector>

#include "base/result.h"
#include "translator/descriptor.h"

namespace mortar {

class DescriptorTable {
 public:
  explicit DescriptorTable(std::size_t most) : most_(most) {}

  // `pid` is who opens, on the client's machine. EMFILE where the client holds as many as it may.
  Result<std::int64_t> add(std::shared_ptr<Descriptor> descriptor, std::int32_t pid) {
    if (!free_.empty()) {
      const std::size_t number = free_.top();
      free_.pop();
      open_[number] = {std::move(descriptor), pid};
      return static_cast<std::int64_t>(number);
    }
    if (open_.size() >= most_) return failed(EMFILE);
    open_.push_back({std::move(descriptor), pid});
    return static_cast<std::int64_t>(open_.size() - 1);
  }

  // Null for a number that stands for nothing.
  std::shared_ptr<Descriptor> find(std::int64_t number) const {
    const bool is_place = number >= 0 && number < static_cast<std::int64_t>(open_.size());
    return is_place ? open_[static_cast<std::size_t>(number)].descriptor : nullptr;
  }

  std::shared_ptr<Descriptor> take(std::int64_t number) {
    std::shared_ptr<Descriptor> descriptor = find(number);
    if (descriptor) {
      open_[static_cast<std::size_t>(number)] = {};
      free_.push(static_cast<std::size_t>(number));
    }
    return descriptor;
  }

  std::vector<std::shared_ptr<Descriptor>> take_all() {
    std::vector<std::shared_ptr<Descriptor>> taken;
    for (Entry& entry : std::exchange(open_, {})) {
      if (entry.descriptor) taken.push_back(std::move(entry.descriptor));
    }
    free_ = {};
    return taken;
  }

  std::size_t size() const { return open_.size() - free_.size(); }
  // Numbers that were ever given are below this.
  std::size_t places() const { return open_.size(); }
  // The next number to be given.
  std::size_t first_free() const { return free_.empty() ? open_.size() : free_.top(); }
  // visit(number, descriptor, pid), in the order of numbers.
  template <class Visitor>
  void for_each(Visitor&& visit) const {
    for (std::size_t number = 0; number < open_.size(); ++number) {
      if (open_[number].descriptor) visit(number, open_[number].descriptor, open_[number].pid);
    }
  }

 private:
  struct Entry {
    std::shared_ptr<Descriptor> descriptor;
    std::int32_t pid = 0;
  };
  std::size_t most_;
  std::vector<Entry> open_;
  std::priority_queue<std::size_t, std::vector<std::size_t>, std::greater<>> free_;
};

}  // namespace mortar
