// Errors are values: Result<T> holds a T or an Error.
//
// An Error is an errno number. Where the failure crosses to a user it also carries a sentence that says what failed,
// why, where and what to do; where it crosses the wire it may carry the extra dictionary that a reply of a failed
// operation has (stock returns counters and reasons that way).
#pragma once

#include <cerrno>
#include <expected>
#include <memory>
#include <string>
#include <utility>

namespace mortar {

class Dictionary;

class Error {
 public:
  constexpr Error() = default;
  explicit Error(int number) : number_(number) {}
  Error(int number, std::string sentence);
  Error(int number, std::shared_ptr<const Dictionary> extra);

  int number() const { return number_; }
  // The sentence given, else the system's text for the number.
  std::string sentence() const;
  // Null where the error carries no dictionary.
  const Dictionary* extra() const { return extra_.get(); }

  friend bool operator==(const Error& left, const Error& right) { return left.number_ == right.number_; }

 private:
  int number_ = 0;
  std::shared_ptr<const std::string> sentence_;
  std::shared_ptr<const Dictionary> extra_;
};

template <class T>
using Result = std::expected<T, Error>;

// What a computation yields that has nothing to say but that it is done.
struct Done {
  friend bool operator==(Done, Done) = default;
};
inline constexpr Done done{};

inline std::unexpected<Error> failed(int number) { return std::unexpected(Error(number)); }
inline std::unexpected<Error> failed(int number, std::string sentence) {
  return std::unexpected(Error(number, std::move(sentence)));
}

}  // namespace mortar
