#include "command/status_node.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace mortar::command {

namespace {

constexpr std::array<std::string_view, 6> daemon_names{"NFS Server",      "Self-heal Daemon", "Quota Daemon",
                                                       "Snapshot Daemon", "Scrubber Daemon",  "Bitrot Daemon"};
constexpr std::int64_t most_nodes = 65536;

}  // namespace

Node::Node(const AnswerIndex& values, std::int64_t index) : values_(&values), prefix_(fmt::format("brick{}.", index)) {}

bool Node::is_daemon() const { return std::ranges::find(daemon_names, text("hostname")) != daemon_names.end(); }

std::string Node::label() const {
  return is_daemon() ? fmt::format("{} on {}", text("hostname"), text("path"))
                     : fmt::format("Brick {}:{}", text("hostname"), text("path"));
}

std::vector<Node> nodes_of(const AnswerIndex& values) {
  const std::int64_t last =
      (values.has("brick-index-max") ? values.number("brick-index-max") : -1) + values.number("other-count");
  std::vector<Node> nodes;
  for (std::int64_t index = 0; index <= std::min(last, most_nodes); ++index) {
    Node node(values, index);
    if (node.present()) nodes.push_back(node);
  }
  return nodes;
}

}  // namespace mortar::command
