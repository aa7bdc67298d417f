#include "command/status_parts.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "command/procedures.h"

namespace mortar::command {

namespace {

constexpr std::string_view rule = "----------------------------------------------";
constexpr std::int64_t most_listed = 1 << 20;

// A count that the daemon told, as far as it can be listed.
std::int64_t count_in(const Node& node, std::string_view key) {
  return std::clamp<std::int64_t>(node.number(key), 0, most_listed);
}

// ---- clients

void print_clients(Console& console, const Node& node) {
  const std::int64_t count = count_in(node, "clientcount");
  console.out(fmt::format("Clients connected : {}", count));
  if (count == 0) return;
  auto row = [&console](const auto&... columns) {
    console.out(fmt::format("{:<48} {:>15} {:>15} {:>15}", columns...));
  };
  row("Hostname", "BytesRead", "BytesWritten", "OpVersion");
  row("--------", "---------", "------------", "---------");
  for (std::int64_t client = 0; client < count; ++client) {
    auto key = [client](std::string_view name) { return fmt::format("client{}.{}", client, name); };
    row(node.text(key("hostname")), node.number(key("bytesread")), node.number(key("byteswrite")),
        node.number(key("opversion")));
  }
}

void write_clients(Xml& xml, const Node& node) {
  xml.open("clientsStatus");
  const std::int64_t count = count_in(node, "clientcount");
  if (count != 0) xml.element("clientCount", count);
  for (std::int64_t client = 0; client < count; ++client) {
    auto key = [client](std::string_view name) { return fmt::format("client{}.{}", client, name); };
    xml.open("client");
    xml.element("hostname", node.text(key("hostname")));
    xml.element("bytesRead", node.number(key("bytesread")));
    xml.element("bytesWrite", node.number(key("byteswrite")));
    xml.element("opVersion", node.number(key("opversion")));
    xml.close();
  }
  xml.close();
}

// ---- memory

constexpr std::array<const char*, 10> memory_words{"arena",   "ordblks", "smblks",   "hblks",    "hblkhd",
                                                   "usmblks", "fsmblks", "uordblks", "fordblks", "keepcost"};

void print_memory(Console& console, const Node& node) {
  console.out("Mallinfo\n--------");
  for (std::string name : memory_words) {
    const std::int64_t value = node.number("mallinfo." + name);
    name.front() = static_cast<char>(name.front() - 'a' + 'A');
    console.out(fmt::format("{:<8} : {}", name, value));
  }
  console.out(" ");
}

void write_memory(Xml& xml, const Node& node) {
  xml.open("memStatus");
  xml.open("mallinfo");
  for (const char* name : memory_words) xml.element(name, node.number(fmt::format("mallinfo.{}", name)));
  xml.close();
  xml.element("mempool", "");
  xml.close();
}

// ---- inodes

void print_inodes(Console& console, const Node& node) {
  const std::int64_t count = count_in(node, "conncount");
  for (std::int64_t place = 0; place < count; ++place) {
    if (count > 1) console.out(fmt::format("Connection {}:", place + 1));
    const std::string table = fmt::format("conn{}.itable.", place);
    for (const auto& [key, label] : {std::pair("lru_limit", "LRU limit     : "),
                                     {"active_size", "Active Inodes : "},
                                     {"lru_size", "LRU Inodes    : "},
                                     {"purge_size", "Purge Inodes  : "}}) {
      if (!node.has(table + key)) break;
      console.out(fmt::format("{}{}", label, node.number(table + key)));
    }
    console.out(" ");
  }
}

// One by one only from bricks that were built to tell.
void write_inode_list(Xml& xml, const Node& node, const std::string& table, const char* element, const char* key) {
  if (!node.has(fmt::format("{}{}0.gfid", table, key))) return;
  xml.open(element);
  for (std::int64_t place = 0; node.has(fmt::format("{}{}{}.gfid", table, key, place)); ++place) {
    const std::string inode = fmt::format("{}{}{}.", table, key, place);
    xml.open("inode");
    xml.element("gfid", node.text(inode + "gfid"));
    xml.element("nLookup", node.number(inode + "nlookup"));
    xml.element("ref", node.number(inode + "ref"));
    xml.element("iaType", node.number(inode + "ia_type"));
    xml.close();
  }
  xml.close();
}

void write_inodes(Xml& xml, const Node& node) {
  const std::int64_t count = count_in(node, "conncount");
  xml.open("inodeStatus");
  xml.element("connections", count);
  for (std::int64_t place = 0; place < count; ++place) {
    const std::string table = fmt::format("conn{}.itable.", place);
    xml.open("connection");
    if (node.has(table + "active_size")) {
      xml.element("activeSize", node.number(table + "active_size"));
      write_inode_list(xml, node, table, "active", "active");
      xml.element("lruSize", node.number(table + "lru_size"));
      write_inode_list(xml, node, table, "lru", "lru");
      xml.element("purgeSize", node.number(table + "purge_size"));
      write_inode_list(xml, node, table, "purge", "purge");
    }
    xml.close();
  }
  xml.close();
}

// ---- open files

// visit(number, prefix of the entry's keys)
template <class Visitor>
void for_each_open_file(const Node& node, const std::string& table, Visitor&& visit) {
  const std::int64_t places = count_in(node, table + "maxfds");
  for (std::int64_t number = 0; number < places; ++number) {
    const std::string entry = fmt::format("{}fdentry{}.", table, number);
    if (node.has(entry + "pid")) visit(number, entry);
  }
}

void print_descriptors(Console& console, const Node& node) {
  const std::int64_t count = count_in(node, "conncount");
  for (std::int64_t place = 0; place < count; ++place) {
    const std::string table = fmt::format("conn{}.fdtable.", place);
    console.out(fmt::format("Connection {}:", place + 1));
    if (node.has(table + "refcount")) {
      console.out(fmt::format("RefCount = {}  MaxFDs = {}  FirstFree = {}", node.number(table + "refcount"),
                              node.number(table + "maxfds"), node.number(table + "firstfree")));
      if (node.number(table + "openfds") == 0) {
        console.error("No open fds");
      } else {
        auto row = [&console](const auto&... columns) {
          console.out(fmt::format("{:<19} {:<19} {:<19} {:<19}", columns...));
        };
        row("FD Entry", "PID", "RefCount", "Flags");
        row("--------", "---", "--------", "-----");
        for_each_open_file(node, table, [&](std::int64_t number, const std::string& entry) {
          row(number, node.number(entry + "pid"), node.number(entry + "refcount"), node.number(entry + "flags"));
        });
      }
    }
    console.out(" ");
  }
}

void write_descriptors(Xml& xml, const Node& node) {
  const std::int64_t count = count_in(node, "conncount");
  xml.open("fdStatus");
  xml.element("connections", count);
  for (std::int64_t place = 0; place < count; ++place) {
    const std::string table = fmt::format("conn{}.fdtable.", place);
    xml.open("connection");
    xml.open("fdTable");
    xml.element("refCount", node.number(table + "refcount"));
    xml.element("maxFds", node.number(table + "maxfds"));
    xml.element("firstFree", node.number(table + "firstfree"));
    xml.element("openFds", node.number(table + "openfds"));
    for_each_open_file(node, table, [&](std::int64_t number, const std::string& entry) {
      xml.open("fd");
      xml.element("entry", number + 1);
      xml.element("pid", node.number(entry + "pid"));
      xml.element("refCount", node.number(entry + "refcount"));
      xml.element("flags", node.number(entry + "flags"));
      xml.close();
    });
    xml.close();
    xml.close();
  }
  xml.close();
}

// ---- calls

struct FrameWord {
  const char* key;
  const char* label;
  const char* element;
};
constexpr std::array<FrameWord, 5> frame_words{{{"parent", "Parent     ", "parent"},
                                                {"windfrom", "Wind From  ", "windFrom"},
                                                {"windto", "Wind To    ", "windTo"},
                                                {"unwindfrom", "Unwind From", "unwindFrom"},
                                                {"unwindto", "Unwind To  ", "unwindTo"}}};

void print_frame(Console& console, const Node& node, const std::string& frame) {
  if (!node.has(frame + "refcount")) return;
  console.out(fmt::format("  Ref Count   = {}", node.number(frame + "refcount")));
  console.out(fmt::format("  Translator  = {}", node.text(frame + "translator")));
  console.out(fmt::format("  Completed   = {}", node.number(frame + "complete") != 0 ? "Yes" : "No"));
  for (const FrameWord& word : frame_words) {
    if (node.has(frame + word.key)) console.out(fmt::format("  {} = {}", word.label, node.text(frame + word.key)));
  }
}

void print_calls(Console& console, const Node& node) {
  const std::int64_t count = count_in(node, "callpool.count");
  console.out(fmt::format("Pending calls: {}", count));
  for (std::int64_t place = 0; place < count; ++place) {
    console.out(fmt::format("Call Stack{}", place + 1));
    const std::string stack = fmt::format("callpool.stack{}.", place);
    if (!node.has(stack + "count")) continue;
    console.out(fmt::format(" UID    : {}", node.number(stack + "uid")));
    console.out(fmt::format(" GID    : {}", node.number(stack + "gid")));
    console.out(fmt::format(" PID    : {}", node.number(stack + "pid")));
    console.out(fmt::format(" Unique : {}", node.number(stack + "unique")));
    const std::int64_t frames = count_in(node, stack + "count");
    console.out(fmt::format(" Frames : {}", frames));
    for (std::int64_t frame = 0; frame < frames; ++frame) {
      console.out(fmt::format(" Frame {}", frame + 1));
      print_frame(console, node, fmt::format("{}frame{}.", stack, frame));
    }
    console.out(" ");
  }
}

void write_calls(Xml& xml, const Node& node) {
  const std::int64_t count = count_in(node, "callpool.count");
  xml.open("callpoolStatus");
  xml.element("count", count);
  for (std::int64_t place = 0; place < count; ++place) {
    const std::string stack = fmt::format("callpool.stack{}.", place);
    if (!node.has(stack + "count")) break;
    xml.open("callStack");
    xml.element("uid", node.number(stack + "uid"));
    xml.element("gid", node.number(stack + "gid"));
    xml.element("pid", node.number(stack + "pid"));
    xml.element("unique", node.number(stack + "unique"));
    const std::int64_t frames = count_in(node, stack + "count");
    xml.element("frameCount", frames);
    for (std::int64_t index = 0; index < frames; ++index) {
      const std::string frame = fmt::format("{}frame{}.", stack, index);
      xml.open("callFrame");
      if (node.has(frame + "refcount")) {
        xml.element("refCount", node.number(frame + "refcount"));
        xml.element("translator", node.text(frame + "translator"));
        xml.element("complete", node.number(frame + "complete"));
        for (const FrameWord& word : frame_words) {
          if (node.has(frame + word.key)) xml.element(word.element, node.text(frame + word.key));
        }
      }
      xml.close();
    }
    xml.close();
  }
  xml.close();
}

struct Part {
  std::uint32_t bit;
  const char* title;
  void (*print)(Console&, const Node&);
  void (*write)(Xml&, const Node&);
  bool ends_with_gap;
};
constexpr std::array<Part, 5> parts{
    {{status::clients, "Client connections for volume {}", print_clients, write_clients, true},
     {status::memory, "Memory status for volume : {}", print_memory, write_memory, true},
     {status::inodes, "Inode tables for volume {}", print_inodes, write_inodes, false},
     {status::descriptors, "FD tables for volume {}", print_descriptors, write_descriptors, false},
     {status::call_pool, "Pending calls for volume {}", print_calls, write_calls, false}}};

const Part* part_of(std::uint32_t command) {
  const auto part = std::ranges::find(parts, command & status::what, &Part::bit);
  return part == parts.end() ? nullptr : &*part;
}

}  // namespace

bool is_part(std::uint32_t command) { return part_of(command) != nullptr; }

void print_part(Console& console, std::string_view volume, const std::vector<Node>& nodes, std::uint32_t command) {
  const Part& part = *part_of(command);
  console.out(fmt::format(fmt::runtime(part.title), volume));
  for (const Node& node : nodes) {
    console.out(rule);
    const std::string host = node.text("hostname"), path = node.text("path");
    console.out(node.is_daemon() ? fmt::format("{} : {}", host, path) : fmt::format("Brick : {}:{}", host, path));
    if (node.online()) {
      part.print(console, node);
    } else {
      console.out(node.is_daemon() ? host + " is offline" : "Brick is offline");
    }
  }
  console.out(fmt::format("{}{}", rule, part.ends_with_gap ? "\n" : ""));
}

void write_part(Xml& xml, const Node& node, std::uint32_t command) {
  const Part* part = part_of(command);
  if (part != nullptr && node.online()) part->write(xml, node);
}

}  // namespace mortar::command
