#include "operation_log.h"

#include <fmt/format.h>

#include "seeds.h"

namespace mortar::sim {

namespace {

std::string text_of(Instant at) {
  const auto since = at.time_since_epoch();
  return fmt::format("{:.6f}", std::chrono::duration<double>(since).count());
}

}  // namespace

std::string OperationLog::line(Instant begun, Instant at, std::size_t client, const std::string& operation,
                               const std::string& answer) {
  return fmt::format("{} to {}, client {}: {}\n      -> {}", text_of(begun), text_of(at), client, operation, answer);
}

void OperationLog::add(std::function<std::string()> text) {
  last_.push_back(std::move(text));
  if (last_.size() > seed_choice().operations) last_.pop_front();
}

void OperationLog::fault(Instant at, const std::string& what) {
  faults_.push_back(fmt::format("{}: {}", text_of(at), what));
  note(at, what);
}

void OperationLog::note(Instant at, const std::string& what) {
  add([line = fmt::format("{}: ---- {}", text_of(at), what)] { return line; });
}

std::string OperationLog::text() const {
  std::string text = "the faults:\n";
  for (const std::string& fault : faults_) text += "  " + fault + "\n";
  text += "the last operations:\n";
  for (const auto& line : last_) text += "  " + line() + "\n";
  return text;
}

}  // namespace mortar::sim
