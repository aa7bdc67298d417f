#include "wire/catalogue.h"

#include <algorithm>
#include <tuple>
#include <vector>

#include "wire/describe.h"
#include "wire/file_operations.h"
#include "wire/messages/brick_operations.h"
#include "wire/messages/callbacks.h"
#include "wire/messages/commands.h"
#include "wire/messages/dump.h"
#include "wire/messages/handshake.h"
#include "wire/messages/introduction.h"
#include "wire/messages/members.h"
#include "wire/messages/portmap.h"
#include "wire/messages/sequences.h"
#include "wire/messages/shortcut.h"

namespace mortar {

namespace {

template <class Message>
MessageShape shape_of() {
  return {
      .recode = [](Slice bytes) -> std::optional<std::string> {
        Message message;
        if (!decode_whole(std::move(bytes), message)) return std::nullopt;
        return encode_flat(message);
      },
      .describe = [](Slice bytes) -> std::optional<std::string> {
        Message message;
        if (!decode_whole(std::move(bytes), message)) return std::nullopt;
        return describe(message);
      },
      .random =
          [](Random& random) {
            Message message;
            randomize(message, random);
            return encode_flat(message);
          },
  };
}

struct Collect {
  std::vector<MessageEntry>& entries;

  template <class Message>
  void operator()() const {
    MessageEntry entry{.program = program_of<Message>(),
                       .procedure = Message::number,
                       .name = Message::name_of_operation,
                       .request = shape_of<Message>(),
                       .reply = std::nullopt};
    if constexpr (WireRequest<Message>) entry.reply = shape_of<typename Message::Reply>();
    entries.push_back(entry);
  }
};

auto key_of(const MessageEntry& entry) {
  return std::tuple(entry.program.number, entry.program.version, entry.procedure);
}

std::vector<MessageEntry> collect() {
  std::vector<MessageEntry> entries;
  const Collect visit{entries};
  fop::for_each_operation(visit);
  for_each_message(visit, DumpMessages{});
  for_each_message(visit, HandshakeMessages{});
  for_each_message(visit, PortmapMessages{});
  for_each_message(visit, IntroductionMessages{});
  for_each_message(visit, MemberMessages{});
  for_each_message(visit, SequenceMessages{});
  for_each_message(visit, ShortcutMessages{});
  for_each_message(visit, CallbackMessages{});
  for_each_message(visit, cli::All{});
  for_each_message(visit, brick_operation::All{});
  std::ranges::sort(entries, {}, key_of);
  return entries;
}

}  // namespace

std::span<const MessageEntry> all_messages() {
  static const std::vector<MessageEntry> entries = collect();
  return entries;
}

const MessageEntry* find_message(Program program, std::uint32_t procedure) {
  const std::span<const MessageEntry> entries = all_messages();
  const auto wanted = std::tuple(program.number, program.version, procedure);
  const auto found = std::ranges::lower_bound(entries, wanted, {}, key_of);
  return found != entries.end() && key_of(*found) == wanted ? &*found : nullptr;
}

}  // namespace mortar
