// What a brick's process holds: clients, open files, inodes, calls under way. In the keys that the answers to
// `volume status` have, and as sections of a state dump.
#pragma once

#include <string>

#include "base/dictionary.h"
#include "translator/graph.h"
#include "translators/server/server.h"

namespace mortar {

class BrickHoldings {
 public:
  BrickHoldings(const Graph& graph, const ProtocolServer& server, std::string brick)
      : graph_(graph), server_(server), brick_(std::move(brick)) {}

  Dictionary clients() const;
  // One table, of the brick: its clients share it.
  Dictionary inodes() const;
  // One table for each client. Of very many open files the first are told one by one, and of all how many there are.
  Dictionary descriptors() const;
  // The same limit holds.
  Dictionary calls() const;

  void dump(std::string& out) const;

 private:
  void dump_calls(std::string& out) const;
  void dump_inodes(std::string& out) const;
  void dump_descriptors(std::string& out) const;

  const Graph& graph_;
  const ProtocolServer& server_;
  const std::string brick_;
};

}  // namespace mortar
