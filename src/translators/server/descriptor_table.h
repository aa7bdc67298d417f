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

  // EMFILE where the client holds as many as it may.
  Result<std::int64_t> add(std::shared_ptr<Descriptor> descriptor) {
    if (!free_.empty()) {
      const std::size_t number = free_.top();
      free_.pop();
      open_[number] = std::move(descriptor);
      return static_cast<std::int64_t>(number);
    }
    if (open_.size() >= most_) return failed(EMFILE);
    open_.push_back(std::move(descriptor));
    return static_cast<std::int64_t>(open_.size() - 1);
  }

  // Null for a number that stands for nothing.
  std::shared_ptr<Descriptor> find(std::int64_t number) const {
    return number >= 0 && number < static_cast<std::int64_t>(open_.size()) ? open_[static_cast<std::size_t>(number)]
                                                                           : nullptr;
  }

  std::shared_ptr<Descriptor> take(std::int64_t number) {
    std::shared_ptr<Descriptor> descriptor = find(number);
    if (descriptor) {
      open_[static_cast<std::size_t>(number)] = nullptr;
      free_.push(static_cast<std::size_t>(number));
    }
    return descriptor;
  }

  std::vector<std::shared_ptr<Descriptor>> take_all() {
    std::erase(open_, nullptr);
    free_ = {};
    return std::exchange(open_, {});
  }

  std::size_t size() const { return open_.size() - free_.size(); }

 private:
  std::size_t most_;
  std::vector<std::shared_ptr<Descriptor>> open_;
  std::priority_queue<std::size_t, std::vector<std::size_t>, std::greater<>> free_;
};

}  // namespace mortar
