#include "command/rebalance_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <vector>

#include "command/readable.h"

namespace mortar::command {

namespace {

constexpr std::int64_t most_servers = 65536;
constexpr std::int64_t not_started = 0, running = 1, first_of_layouts = 5;
// Below this nobody knows how long it takes.
constexpr double first_estimate = 600;
constexpr std::int64_t longest_estimate = 1500;  // hours

// One server's part; its values stand under "NAME-N".
struct Part {
  std::string name;
  std::string id;
  std::uint64_t files = 0, size = 0, lookups = 0, failures = 0, skipped = 0;
  std::int64_t status = 0;
  double seconds = 0;
  std::int64_t seconds_left = 0;
};

std::vector<Part> parts_of(const AnswerIndex& values) {
  std::vector<Part> parts;
  const std::int64_t count = std::clamp<std::int64_t>(values.number("count"), 0, most_servers);
  for (std::int64_t place = 1; place <= count; ++place) {
    auto key = [place](std::string_view name) { return fmt::format("{}-{}", name, place); };
    auto number = [&](std::string_view name) { return static_cast<std::uint64_t>(values.number(key(name))); };
    const std::int64_t status = values.number(key("status"));
    // Who does not take part, or is away.
    if (status == not_started) continue;
    parts.push_back({.name = values.text(key("node-name")),
                     .id = values.text(key("node-uuid")),
                     .files = number("files"),
                     .size = number("size"),
                     .lookups = number("lookups"),
                     .failures = number("failures"),
                     .skipped = number("skipped"),
                     .status = status,
                     .seconds = values.fraction(key("run-time")),
                     .seconds_left = values.number(key("time-left"))});
  }
  return parts;
}

std::string clock(std::int64_t seconds) {
  return fmt::format("{:8}:{:02}:{:02}", seconds / 3600, seconds % 3600 / 60, seconds % 60);
}

void print_estimate(Console& console, const std::vector<Part>& parts) {
  std::int64_t left = 0;
  double passed = 0;
  bool runs = false;
  for (const Part& part : parts) {
    left = std::max(left, part.seconds_left);
    passed = std::max(passed, part.seconds);
    runs = runs || part.status == running;
  }
  if (left != 0) {
    console.out(fmt::format("Estimated time left for rebalance to complete : {}",
                            left / 3600 < longest_estimate ? clock(left) : "> 2 months. Please try again later."));
  } else if (runs) {
    console.out(passed <= first_estimate
                    ? "The estimated time for rebalance to complete will be unavailable for the first 10 minutes."
                    : "Rebalance estimated time unavailable. Please try again later.");
  }
}

void print_layouts(Console& console, const std::vector<Part>& parts) {
  console.out(fmt::format("{:>35} {:>41} {:>27}", "Node", "status", "run time in h:m:s"));
  console.out(fmt::format("{:>35} {:>41} {:>27}", "---------", "-----------", "------------"));
  for (const Part& part : parts) {
    console.out(fmt::format("{:>35} {:>50} {}", part.name, task_state(part.status),
                            clock(static_cast<std::int64_t>(part.seconds))));
  }
}

void print_moves(Console& console, const std::vector<Part>& parts) {
  constexpr std::string_view row = "{:>40} {:>16} {:>13} {:>13} {:>13} {:>13} {:>20} {:>18}";
  console.out(fmt::format(row, "Node", "Rebalanced-files", "size", "scanned", "failures", "skipped", "status",
                          "run time in h:m:s"));
  console.out(fmt::format(row, "---------", "-----------", "-----------", "-----------", "-----------", "-----------",
                          "------------", "--------------"));
  for (const Part& part : parts) {
    console.out(fmt::format("{:>40} {:>16} {:>13} {:>13} {:>13} {:>13} {:>20} {}", part.name, part.files,
                            human_size(part.size), part.lookups, part.failures, part.skipped, task_state(part.status),
                            clock(static_cast<std::int64_t>(part.seconds))));
  }
}

void write_figures(Xml& xml, const Part& part) {
  auto number = [&xml](const char* name, std::uint64_t value) { xml.element(name, static_cast<long long>(value)); };
  number("files", part.files);
  number("size", part.size);
  number("lookups", part.lookups);
  number("failures", part.failures);
  number("skipped", part.skipped);
  xml.element("status", part.status);
  xml.element("statusStr", task_state(part.status));
  xml.element("runtime", fmt::format("{:.2f}", part.seconds));
}

// Of states of one kind the one that asks for most attention: in progress, failed, stopped, completed.
std::int64_t attention(std::int64_t status) {
  constexpr std::array<std::int64_t, 4> ranks{3, 1, 0, 2};  // of what is behind the state "in progress" and it
  const std::int64_t kind = status >= first_of_layouts ? status - first_of_layouts : status - running;
  return kind >= 0 && kind < 4 ? ranks[static_cast<std::size_t>(kind)] : -1;
}

}  // namespace

void print_rebalance(Console& console, const AnswerIndex& values) {
  const std::vector<Part> parts = parts_of(values);
  if (parts.empty()) return;
  if (parts.front().status >= first_of_layouts) {
    print_layouts(console, parts);
  } else {
    print_moves(console, parts);
  }
  print_estimate(console, parts);
}

void write_rebalance(Xml& xml, const AnswerIndex& values) {
  xml.element("nodeCount", values.number("count"));
  Part all;
  for (const Part& part : parts_of(values)) {
    xml.open("node");
    xml.element("nodeName", part.name);
    xml.element("id", part.id);
    write_figures(xml, part);
    xml.close();
    all.files += part.files;
    all.size += part.size;
    all.lookups += part.lookups;
    all.failures += part.failures;
    all.skipped += part.skipped;
    all.seconds = std::max(all.seconds, part.seconds);
    if (attention(part.status) >= attention(all.status)) all.status = part.status;
  }
  xml.open("aggregate");
  write_figures(xml, all);
  xml.close();
}

}  // namespace mortar::command
