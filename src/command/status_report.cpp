#include "command/status_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>

#include "command/procedures.h"
#include "command/readable.h"
#include "command/status_parts.h"

namespace mortar::command {

namespace {

constexpr std::size_t brick_width = 43;
const std::string line(78, '-');

void print_row(Console& console, const Node& node) {
  std::string label = node.label();
  for (; label.size() > brick_width; label.erase(0, brick_width)) console.out(label.substr(0, brick_width));
  const bool has_port = node.number("port") != 0 || node.number("rdma_port") != 0;
  const bool shown = has_port && node.online();
  console.out(fmt::format(
      "{:<{}}{:<10}{:<11}{:<8}{:<5}", label, brick_width + 1, shown ? std::to_string(node.number("port")) : "N/A",
      shown ? std::to_string(node.number("rdma_port")) : "N/A", node.online() ? 'Y' : 'N', node.pid()));
}

void print_detail(Console& console, const Node& node) {
  auto field = [&console](std::string_view name, std::string_view value) {
    console.out(fmt::format("{:<20} : {:<20}", name, value));
  };
  const bool online = node.online();
  const std::uint64_t total = static_cast<std::uint64_t>(node.number("total"));
  console.out(line);
  field("Brick", node.label());
  field("TCP Port", online ? std::to_string(node.number("port")) : "N/A");
  field("RDMA Port", online ? std::to_string(node.number("rdma_port")) : "N/A");
  field("Online", online ? "Y" : "N");
  field("Pid", node.pid());
  field("File System", node.or_none("fs_name"));
  field("Device", node.or_none("device"));
  field("Mount Options", node.or_none("mnt_options"));
  field("Inode Size", node.or_none("inode_size"));
  field("Disk Space Free", total == 0 ? "N/A" : human_size(static_cast<std::uint64_t>(node.number("free"))));
  field("Total Disk Space", total == 0 ? "N/A" : human_size(total));
  field("Inode Count", node.number("total_inodes") == 0 ? "N/A" : std::to_string(node.number("total_inodes")));
  field("Free Inodes", node.number("free_inodes") == 0 ? "N/A" : std::to_string(node.number("free_inodes")));
}

// Mounts and programs over libgfapi may say more behind the word for their kind.
std::string_view kind_of(std::string_view client) {
  for (std::string_view kind : {"fuse", "gfapi"}) {
    if (client.starts_with(kind)) return kind;
  }
  return client;
}

void print_client_list(Console& console, const Dictionary& values) {
  const std::string_view volume = values.text("volname").value_or("");
  const std::int64_t count = std::clamp<std::int64_t>(values.number("client-count").value_or(0), 0, 65536);
  std::vector<std::pair<std::string_view, std::int64_t>> kinds;  // by the first name of each
  for (std::int64_t client = 0; client < count; ++client) {
    const std::string_view name = values.text(fmt::format("client{}.name", client)).value_or("unknown");
    auto kind = std::ranges::find_if(kinds, [name](const auto& one) { return kind_of(one.first) == kind_of(name); });
    if (kind == kinds.end()) kind = kinds.emplace(kinds.end(), name, 0);
    ++kind->second;
  }
  auto row = [&console](std::string_view name, const auto& number) {
    console.out(fmt::format("{:<48} {:>15}", name, number));
  };
  console.out(fmt::format("Client connections for volume {}", volume));
  if (count != 0) {
    row("Name", "count");
    row("-----", "------");
  }
  for (const auto& [name, clients] : kinds) row(name, clients);
  console.out(fmt::format("\ntotal clients for volume {} : {} ", volume, count));
  console.out(std::string(65, '-') + "\n");
}

void print_tasks(Console& console, const Dictionary& values) {
  if (!values.has("tasks")) return;
  const std::int64_t count = values.number("tasks").value_or(0);
  console.out(fmt::format("Task Status of Volume {}", values.text("volname").value_or("")));
  console.out(line);
  if (count == 0) {
    console.out("There are no active volume tasks");
    console.out(" ");
    return;
  }
  for (std::int64_t index = 0; index < count; ++index) {
    auto key = [index](std::string_view name) { return fmt::format("task{}.{}", index, name); };
    auto field = [&console](std::string_view name, std::string_view value) {
      console.out(fmt::format("{:<20} : {:<20}", name, value));
    };
    field("Task", values.text(key("type")).value_or(""));
    field("ID", values.text(key("id")).value_or(""));
    const std::int64_t state = values.number(key("status")).value_or(0);
    if (const std::optional<std::int64_t> bricks = values.number(key("count"))) {
      console.out(fmt::format("{:<20}", "Removed bricks:"));
      for (std::int64_t brick = 1; brick <= *bricks; ++brick) {
        console.out(fmt::format("{:<20}", values.text(key(fmt::format("brick{}", brick))).value_or("")));
      }
    }
    field("Status", task_state(state));
    console.out(" ");
  }
}

void write_node(Xml& xml, const Node& node, std::uint32_t command) {
  const bool shown = node.online() && node.number("port") != 0;
  const std::string port = shown ? std::to_string(node.number("port")) : "N/A";
  const std::int64_t rdma = node.number("rdma_port");
  xml.open("node");
  xml.element("hostname", node.text("hostname"));
  xml.element("path", node.text("path"));
  xml.element("peerid", node.text("peerid"));
  xml.element("status", node.number("status"));
  xml.element("port", port);
  xml.open("ports");
  xml.element("tcp", port);
  xml.element("rdma", shown && rdma != 0 ? std::to_string(rdma) : "N/A");
  xml.close();
  xml.element("pid", node.number("pid"));
  write_part(xml, node, command);
  if ((command & status::detail) != 0) {
    xml.element("sizeTotal", node.number("total"));
    xml.element("sizeFree", node.number("free"));
    xml.element("device", node.text("device"));
    xml.element("blockSize", node.number("block_size"));
    xml.element("mntOptions", node.text("mnt_options"));
    xml.element("fsName", node.text("fs_name"));
    xml.element("inodeSize", node.text("inode_size"));
    xml.element("inodesTotal", node.number("total_inodes"));
    xml.element("inodesFree", node.number("free_inodes"));
  }
  xml.close();
}

void write_tasks(Xml& xml, const Dictionary& values) {
  const std::int64_t count = values.number("tasks").value_or(0);
  xml.open("tasks");
  for (std::int64_t index = 0; index < count; ++index) {
    auto key = [index](std::string_view name) { return fmt::format("task{}.{}", index, name); };
    const std::int64_t state = values.number(key("status")).value_or(0);
    xml.open("task");
    xml.element("type", values.text(key("type")).value_or(""));
    xml.element("id", values.text(key("id")).value_or(""));
    xml.element("status", state);
    xml.element("statusStr", task_state(state));
    xml.close();
  }
  xml.close();
}

}  // namespace

void print_status(Console& console, const Dictionary& values) {
  const auto command = static_cast<std::uint32_t>(values.number("cmd").value_or(0));
  const AnswerIndex index(values);
  if (is_part(command)) return print_part(console, index.text("volname"), nodes_of(index), command);
  if ((command & status::client_list) != 0) return print_client_list(console, values);
  if ((command & status::tasks) != 0) return print_tasks(console, values);
  const bool detail = (command & status::detail) != 0;
  console.out(fmt::format("Status of volume: {}", values.text("volname").value_or("")));
  if (!detail) {
    console.out(fmt::format("{:<{}} TCP Port  RDMA Port  Online  Pid", "Gluster process", brick_width));
    console.out(line);
  }
  for (const Node& node : nodes_of(index)) {
    if (detail) {
      print_detail(console, node);
    } else {
      print_row(console, node);
    }
  }
  console.out(" ");
  if ((command & status::what) == 0) print_tasks(console, values);
}

void write_status(Xml& xml, const Dictionary& values) {
  const auto command = static_cast<std::uint32_t>(values.number("cmd").value_or(0));
  xml.open("volume");
  xml.element("volName", values.text("volname").value_or(""));
  if ((command & status::tasks) == 0) {
    const AnswerIndex index(values);
    const std::vector<Node> nodes = nodes_of(index);
    xml.element("nodeCount", static_cast<long long>(nodes.size()));
    for (const Node& node : nodes) write_node(xml, node, command);
  }
  const bool of_whole_volume = (command & status::what) == 0 && (command & (status::of_volume | status::of_all)) != 0;
  if (of_whole_volume || (command & status::tasks) != 0) write_tasks(xml, values);
  xml.close();
}

}  // namespace mortar::command
