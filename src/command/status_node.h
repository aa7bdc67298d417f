// A process of a volume in the answer to `volume status`: its values stand under "brickN.".
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "command/answer_index.h"

namespace mortar::command {

class Node {
 public:
  Node(const AnswerIndex& values, std::int64_t index);

  bool present() const { return has("hostname") && has("path"); }
  bool has(std::string_view key) const { return values_->has(prefix_ + std::string(key)); }
  std::int64_t number(std::string_view key) const { return values_->number(prefix_ + std::string(key)); }
  std::string text(std::string_view key) const { return values_->text(prefix_ + std::string(key)); }
  // "N/A" where the daemon did not tell.
  std::string or_none(std::string_view key) const { return has(key) ? text(key) : "N/A"; }

  bool is_daemon() const;
  bool online() const { return number("status") != 0; }
  std::string pid() const { return number("pid") == -1 ? "N/A" : std::to_string(number("pid")); }
  std::string label() const;

 private:
  const AnswerIndex* values_;
  std::string prefix_;
};

// Those that the daemon told of, in its order. The index outlives them.
std::vector<Node> nodes_of(const AnswerIndex& values);

}  // namespace mortar::command
