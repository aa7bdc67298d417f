// volume replace-brick and reset-brick.
#include <fmt/format.h>

#include "management/commands.h"
#include "pool/names.h"

namespace mortar::commands {

namespace {

Result<Brick> brick_in(const Dictionary& request, std::string_view key) {
  const Result<std::string> text = required(request, key);
  if (!text) return std::unexpected(text.error());
  Result<BrickWord> word = parse_brick(*text);
  if (!word) return std::unexpected(word.error());
  return Brick{std::move(word->host), std::move(word->path), {}};
}

Dictionary answer_of(const std::string& volume, const std::string& operation, const Reports& reports) {
  Dictionary reply;
  reply.set_text("volname", volume);
  reply.set_text("operation", operation);
  name_silent(reply, reports.silent);
  return reply;
}

}  // namespace

Task<Dictionary> replace_brick(Management& management, Dictionary request) {
  ReplaceBrick edit;
  edit.volume = co_await tried(required(request, "volname"));
  const std::string operation = co_await tried(required(request, "operation"));
  const Brick former = co_await tried(brick_in(request, "src-brick"));
  edit.former = former.text();
  edit.next = co_await tried(brick_in(request, "dst-brick"));
  const Occurrence event = events::BrickReplace::with(edit.volume, edit.former, edit.next.text());
  const std::string volume = edit.volume;
  const Reports reports = co_await tried(management.replace_brick(std::move(edit)));
  management.announcer().raise(event);
  co_return answer_of(volume, operation, reports);
}

Task<Dictionary> reset_brick(Management& management, Dictionary request) {
  const std::string volume = co_await tried(required(request, "volname"));
  const std::string operation = co_await tried(required(request, "operation"));
  const Brick former = co_await tried(brick_in(request, "src-brick"));
  if (operation == "GF_RESET_OP_START") {
    const Reports reports = co_await tried(management.take_brick_away({volume, former.text()}));
    management.announcer().raise(events::BrickResetStart::with(volume, former.text()));
    co_return answer_of(volume, operation, reports);
  }
  ReplaceBrick edit{.volume = volume, .former = former.text(), .resets = true};
  edit.next = co_await tried(brick_in(request, "dst-brick"));
  edit.force = operation == "GF_RESET_OP_COMMIT_FORCE";
  const Occurrence event = events::BrickResetCommit::with(volume, edit.former, edit.next.text());
  const Reports reports = co_await tried(management.replace_brick(std::move(edit)));
  management.announcer().raise(event);
  co_return answer_of(volume, operation, reports);
}

}  // namespace mortar::commands
