// volume replace-brick and reset-brick.
#include <fmt/format.h>

#include <array>

#include "command/brick_words.h"
#include "command/handlers.h"
#include "command/xml.h"
#include "wire/messages/commands.h"

namespace mortar::command {

namespace {

// What is asked of glusterd: the "operation", and the bricks.
struct Wish {
  std::string operation;  // GF_REPLACE_OP_COMMIT_FORCE and its like
  std::string former;
  std::string next;       // empty: none
  std::string_view done;  // how the outcome calls it
};

// An error without a sentence: only the usage.
Result<Wish> complete(Wish wish, const std::vector<std::string>& words, std::size_t bricks) {
  Result<std::vector<std::string>> former = parse_named_bricks(std::span(words).subspan(3, 1));
  if (!former) return std::unexpected(former.error());
  wish.former = former->front();
  if (bricks == 1) return wish;
  Result<std::vector<std::string>> next = parse_new_bricks(std::span(words).subspan(4, 1));
  if (!next) return std::unexpected(next.error());
  wish.next = next->front();
  return wish;
}

Result<Wish> replacement(const std::vector<std::string>& words) {
  if (words.size() != 7 || words[5] != "commit" || words[6] != "force") return failed(EINVAL, "");
  return complete({"GF_REPLACE_OP_COMMIT_FORCE", "", "", "replace-brick commit force"}, words, 2);
}

Result<Wish> reset(const std::vector<std::string>& words) {
  if (words.size() == 5 && words[4] == "start") {
    return complete({"GF_RESET_OP_START", "", "", "reset-brick start"}, words, 1);
  }
  if (words.size() == 6 && words[5] == "commit") {
    return complete({"GF_RESET_OP_COMMIT", "", "", "reset-brick commit"}, words, 2);
  }
  if (words.size() == 7 && words[5] == "commit" && words[6] == "force") {
    return complete({"GF_RESET_OP_COMMIT_FORCE", "", "", "reset-brick commit force"}, words, 2);
  }
  if (words.size() != 5) return failed(EINVAL, "");
  return failed(EINVAL,
                fmt::format("Invalid option '{}' for reset-brick. Please enter valid reset-brick command", words[4]));
}

Task<int> ask(const Invocation& run, Result<Wish> wish, std::uint32_t procedure, std::string_view name) {
  if (!wish) {
    if (const std::string sentence = wish.error().sentence(); !sentence.empty()) run.console.error(sentence);
    co_return run.usage();
  }
  Dictionary request = run.request(run.words[2]);
  request.set_text("operation", wish->operation);
  request.set_text("src-brick", wish->former);
  if (!wish->next.empty()) request.set_text("dst-brick", wish->next);
  if (wish->operation.ends_with("FORCE")) request.set("force", std::int64_t{1});
  const Answer answer = co_await tried(run.call(procedure, std::move(request)));
  const std::string outcome = answer.op_ret == 0         ? fmt::format("{} operation successful", wish->done)
                              : answer.op_errstr.empty() ? fmt::format("{} operation failed", wish->done)
                                                         : answer.op_errstr;
  if (run.settings.xml) {
    run.console.out_part(xml_message(nullptr, "", answer.op_ret, answer.op_errno, outcome));
    co_return 0;
  }
  if (answer.op_ret == 0) {
    run.console.out(fmt::format("volume {}: success: {}", name, outcome));
    co_return 0;
  }
  run.console.error(fmt::format("volume {}: failed: {}", name, outcome));
  co_return 1;
}

}  // namespace

Task<int> volume_replace_brick(const Invocation& run) {
  const int status = co_await tried(ask(run, replacement(run.words), cli::ReplaceBrick::number, "replace-brick"));
  co_return status;
}

Task<int> volume_reset_brick(const Invocation& run) {
  const int status = co_await tried(ask(run, reset(run.words), cli::ResetBrick::number, "reset-brick"));
  co_return status;
}

}  // namespace mortar::command
