#include "pool/helped_register.h"

namespace mortar {

namespace {

// ETIMEDOUT is that of a voter without a majority: the others have none either, or it is unknown what was done.
bool may_be_asked_of_others(const Error& error) { return error.number() != ETIMEDOUT && error.number() != EAGAIN; }

// Where the others are not reached either, what is wrong here says more.
template <class Value>
Result<Value> better_of(Error own, Result<Value> others) {
  if (!others && others.error().number() == ENOTCONN) return std::unexpected(std::move(own));
  return others;
}

}  // namespace

Task<Document> HelpedRegister::read() {
  Result<Document> own = co_await own_.read();
  if (own || !may_be_asked_of_others(own.error())) co_return own;
  Result<Document> others = co_await others_.read();
  co_return better_of(own.error(), std::move(others));
}

Task<std::uint64_t> HelpedRegister::swap(std::uint64_t expected, std::string text) {
  const Result<std::uint64_t> own = co_await own_.swap(expected, text);
  if (own || own.error().number() != ENOTCONN) co_return own;
  const Result<std::uint64_t> others = co_await others_.swap(expected, std::move(text));
  co_return better_of(own.error(), others);
}

Task<Document> HelpedRegister::watch(std::uint64_t after) {
  Result<Document> own = co_await own_.watch(after);
  if (own || !may_be_asked_of_others(own.error())) co_return own;
  Result<Document> others = co_await others_.watch(after);
  co_return better_of(own.error(), std::move(others));
}

}  // namespace mortar
