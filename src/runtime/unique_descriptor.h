// A descriptor that is closed when its owner dies.
#pragma once

#include <unistd.h>

#include <utility>

namespace mortar {

class UniqueDescriptor {
 public:
  UniqueDescriptor() = default;
  explicit UniqueDescriptor(int number) : number_(number) {}
  UniqueDescriptor(UniqueDescriptor&& other) noexcept : number_(other.release()) {}
  UniqueDescriptor& operator=(UniqueDescriptor&& other) noexcept {
    if (this != &other) {
      reset();
      number_ = other.release();
    }
    return *this;
  }
  ~UniqueDescriptor() { reset(); }

  int number() const { return number_; }
  explicit operator bool() const { return number_ >= 0; }
  int release() { return std::exchange(number_, -1); }
  void reset() {
    // Linux gives the number back even where close() reports an error: there is nothing to try again.
    if (number_ >= 0) ::close(release());
  }

 private:
  int number_ = -1;
};

}  // namespace mortar
