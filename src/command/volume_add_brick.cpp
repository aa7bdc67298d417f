// volume add-brick.
#include <fmt/format.h>

#include <charconv>

#include "command/brick_words.h"
#include "command/handlers.h"
#include "command/words.h"
#include "command/xml.h"
#include "wire/messages/commands.h"

namespace mortar::command {

namespace {

constexpr std::array<std::string_view, 1> shape_words{"replica"};

int number(const std::string& text) {
  int value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

// The copies that a file is to have; 0: as many as it has.
struct Counts {
  int replica = 0;
  int arbiter = 0;
  std::size_t words = 0;  // that say it
};

// An error without a sentence: only the usage.
Result<Counts> parse_counts(const Invocation& run) {
  const std::vector<std::string>& words = run.words;
  Counts counts;
  if (words.size() < 6 || !word_meant(words[3], shape_words)) return counts;
  counts.replica = number(words[4]);
  counts.words = 2;
  if (counts.replica < 2) return failed(EINVAL, "replica count should be greater than 1");
  if (words.size() > 6 && words[5] == "arbiter") {
    counts.arbiter = number(words[6]);
    counts.words = 4;
    if (counts.arbiter != 1 || counts.replica != 3) {
      return failed(EINVAL,
                    "For arbiter configuration, replica count must be 3 and arbiter count must be 1. The 3rd brick of "
                    "the replica will be the arbiter");
    }
  }
  if (counts.replica == 2 && words.back() != "force" && !run.agreed(two_copies_question)) return failed(EINVAL, "");
  return counts;
}

Result<Dictionary> parse(const Invocation& run) {
  const std::vector<std::string>& words = run.words;
  if (words.size() < 4) return failed(EINVAL, "");
  const Result<Counts> counts = parse_counts(run);
  if (!counts) return std::unexpected(counts.error());
  const bool force = words.back() == "force";
  const std::size_t first = 3 + counts->words;
  const std::size_t end = words.size() - (force ? 1 : 0);
  const auto bricks = parse_new_bricks(std::span(words).subspan(first, end - std::min(first, end)));
  if (!bricks) return std::unexpected(bricks.error());
  Dictionary request = run.request(words[2]);
  if (counts->replica != 0) request.set("replica-count", std::int64_t{counts->replica});
  if (counts->arbiter != 0) request.set("arbiter-count", std::int64_t{counts->arbiter});
  request.set_text("bricks", fmt::format(" {} ", fmt::join(*bricks, " ")));
  request.set("count", static_cast<std::int64_t>(bricks->size()));
  request.set("force", std::int64_t{force || run.settings.ignore_warnings});
  return request;
}

}  // namespace

Task<int> volume_add_brick(const Invocation& run) {
  Result<Dictionary> request = parse(run);
  if (!request) {
    if (const std::string sentence = request.error().sentence(); !sentence.empty()) run.console.error(sentence);
    co_return run.usage();
  }
  const Answer answer = co_await tried(run.call(cli::AddBrick::number, std::move(*request)));
  if (run.settings.xml) {
    const std::string outcome = answer.op_ret == 0 ? "Add Brick successful" : "Add Brick unsuccessful";
    run.console.out_part(xml_message("volAddBrick", answer.op_errstr.empty() ? outcome : answer.op_errstr,
                                     answer.op_ret, answer.op_errno, answer.op_errstr));
    co_return 0;
  }
  if (answer.op_ret == 0) {
    run.console.out("volume add-brick: success");
    co_return 0;
  }
  run.console.error("volume add-brick: failed: " + answer.op_errstr);
  co_return 1;
}

}  // namespace mortar::command
