// Every message of every program, looked up by number: for tools and tests that see records without knowing what is in
// them (traces, replayed captures, fuzz targets).
#pragma once

#include <optional>
#include <span>
#include <string>

#include "wire/randomize.h"
#include "wire/rpc_message.h"

namespace mortar {

// What can be done with bytes of one kind of message.
struct MessageShape {
  // Decoded and encoded again; nothing where the bytes are not exactly such a message.
  std::optional<std::string> (*recode)(Slice bytes);
  // As one line of text.
  std::optional<std::string> (*describe)(Slice bytes);
  // A random one, encoded.
  std::string (*random)(Random& random);
};

struct MessageEntry {
  Program program;
  std::uint32_t procedure;
  const char* name;
  MessageShape request;
  std::optional<MessageShape> reply;  // none of callbacks
};

// By program, then procedure.
std::span<const MessageEntry> all_messages();
// Null where it is unknown.
const MessageEntry* find_message(Program program, std::uint32_t procedure);

}  // namespace mortar
