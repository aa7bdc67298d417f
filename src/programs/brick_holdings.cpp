#include "programs/brick_holdings.h"

#include <fmt/format.h>

#include "translators/posix/posix.h"

namespace mortar {

namespace {

// Told one by one. An answer has a few keys for each of them.
constexpr std::size_t most_told = 1024;

// A call is one of the file operations.
constexpr int type_of_calls = 1;

template <class Value>
void set(Dictionary& answer, std::string_view key, const Value& value) {
  answer.append(std::string(key), Text{fmt::format("{}", value)});
}

const posix::InodeTable* inode_table(const Graph& graph) {
  for (const auto& translator : graph.translators()) {
    if (const auto* storage = dynamic_cast<const posix::Posix*>(translator.get())) return &storage->inodes();
  }
  return nullptr;
}

}  // namespace

Dictionary BrickHoldings::clients() const {
  Dictionary answer;
  std::size_t count = 0;
  for (const ClientStatistics& client : server_.clients(brick_)) {
    const std::string prefix = fmt::format("client{}.", count++);
    set(answer, prefix + "hostname", client.address);
    set(answer, prefix + "bytesread", client.bytes_received);
    set(answer, prefix + "byteswrite", client.bytes_sent);
    set(answer, prefix + "opversion", client.op_version);
    set(answer, prefix + "name", client.name);
  }
  set(answer, "clientcount", count);
  return answer;
}

Dictionary BrickHoldings::inodes() const {
  Dictionary answer;
  const posix::InodeTable* table = inode_table(graph_);
  set(answer, "conncount", table == nullptr ? 0 : 1);
  if (table == nullptr) return answer;
  const std::size_t used = table->in_use().size();
  set(answer, "conn0.itable.lru_limit", table->most());
  set(answer, "conn0.itable.active_size", used);
  set(answer, "conn0.itable.lru_size", table->size() - used);
  set(answer, "conn0.itable.purge_size", 0);
  return answer;
}

Dictionary BrickHoldings::descriptors() const {
  Dictionary answer;
  std::size_t count = 0, told = 0;
  for (const Session* session : server_.sessions(brick_)) {
    const DescriptorTable& table = session->descriptors();
    const std::string prefix = fmt::format("conn{}.fdtable.", count++);
    set(answer, prefix + "refcount", 1);
    set(answer, prefix + "maxfds", table.places());
    set(answer, prefix + "firstfree", table.first_free());
    set(answer, prefix + "openfds", table.size());
    table.for_each([&](std::size_t number, const std::shared_ptr<Descriptor>& descriptor, std::int32_t pid) {
      if (told == most_told) return;
      ++told;
      const std::string entry = fmt::format("{}fdentry{}.", prefix, number);
      set(answer, entry + "pid", pid);
      set(answer, entry + "refcount", descriptor.use_count());
      set(answer, entry + "flags", descriptor->flags);
    });
  }
  set(answer, "conncount", count);
  return answer;
}

Dictionary BrickHoldings::calls() const {
  Dictionary answer;
  std::size_t count = 0;
  for (const Session* session : server_.sessions(brick_)) {
    session->under_way().for_each([&](const CallsUnderWay::Entry& entry) {
      const std::size_t place = count++;
      if (place >= most_told) return;
      const std::string prefix = fmt::format("callpool.stack{}.", place);
      set(answer, prefix + "uid", entry.call().uid);
      set(answer, prefix + "gid", entry.call().gid);
      set(answer, prefix + "pid", entry.call().pid);
      set(answer, prefix + "unique", entry.number());
      set(answer, prefix + "op", entry.operation());
      set(answer, prefix + "type", type_of_calls);
      // There is one frame for each call: whoever performs it deeper down has none that could be listed.
      set(answer, prefix + "count", 1);
      set(answer, prefix + "frame0.refcount", 1);
      set(answer, prefix + "frame0.translator", server_.name());
      set(answer, prefix + "frame0.complete", 0);
      set(answer, prefix + "frame0.windto", entry.operation());
    });
  }
  set(answer, "callpool.count", count);
  return answer;
}

void BrickHoldings::dump(std::string& out) const {
  dump_calls(out);
  dump_inodes(out);
  dump_descriptors(out);
}

void BrickHoldings::dump_calls(std::string& out) const {
  std::string stacks;
  std::size_t count = 0;
  for (const Session* session : server_.sessions(brick_)) {
    session->under_way().for_each([&](const CallsUnderWay::Entry& entry) {
      if (++count > most_told) return;
      stacks += call_section(entry, count, server_.name());
    });
  }
  out += fmt::format("\n[global.callpool]\ncallpool.cnt={}\n{}", count, stacks);
}

void BrickHoldings::dump_inodes(std::string& out) const {
  const posix::InodeTable* table = inode_table(graph_);
  if (table == nullptr) return;
  const std::vector<posix::InodeUse> used = table->in_use();
  const std::string name = fmt::format("conn.1.bound_xl.{}", brick_);
  out += fmt::format("\n[{0}.itable]\n{0}.lru_limit={1}\n{0}.active_size={2}\n{0}.lru_size={3}\n{0}.purge_size=0\n",
                     name, table->most(), used.size(), table->size() - used.size());
  for (std::size_t place = 0; place < used.size() && place < most_told; ++place) {
    const posix::InodeUse& inode = used[place];
    // The brick does not count lookups: its clients need not tell what they forget.
    out += fmt::format("\n[{}.active.{}]\ngfid={}\nnlookup=0\nfd-count={}\nactive-fd-count={}\nref={}\n", name,
                       place + 1, inode.gfid.text(), inode.open_files, inode.open_files, inode.users);
  }
}

void BrickHoldings::dump_descriptors(std::string& out) const {
  std::size_t count = 0, told = 0;
  for (const Session* session : server_.sessions(brick_)) {
    const DescriptorTable& table = session->descriptors();
    out += fmt::format("\n[conn.{}.fdtable]\nrefcount=1\nmaxfds={}\nfirst_free={}\nopenfds={}\n", ++count,
                       table.places(), table.first_free(), table.size());
    table.for_each([&](std::size_t number, const std::shared_ptr<Descriptor>& descriptor, std::int32_t pid) {
      if (told == most_told) return;
      ++told;
      out += fmt::format(
          "fdentry[{0}].gfid={1}\nfdentry[{0}].pid={2}\nfdentry[{0}].refcount={3}\nfdentry[{0}].flags={4}\n", number,
          descriptor->gfid.text(), pid, descriptor.use_count(), descriptor->flags);
    });
  }
}

}  // namespace mortar
