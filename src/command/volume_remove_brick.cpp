// volume remove-brick.
#include <fmt/format.h>

#include <array>
#include <charconv>

#include "command/brick_words.h"
#include "command/handlers.h"
#include "command/procedures.h"
#include "command/words.h"
#include "command/xml.h"
#include "wire/messages/commands.h"

namespace mortar::command {

namespace {

constexpr std::array<std::string_view, 1> shape_words{"replica"};
// In the order of their numbers, from 1.
constexpr std::array<std::string_view, 5> removal_words{"start", "commit", "stop", "status", "force"};

struct Question {
  std::string_view word;  // of removal_words
  int replica = 0;        // 0: as many copies as a file has
  std::vector<std::string> bricks;

  int command() const { return 1 + static_cast<int>(std::ranges::find(removal_words, word) - removal_words.begin()); }
};

// An error without a sentence: only the usage.
Result<Question> parse(const Invocation& run) {
  const std::vector<std::string>& words = run.words;
  if (words.size() < 5) return failed(EINVAL, "");
  Question question;
  std::size_t first = 3;
  if (word_meant(words[3], shape_words)) {
    if (words.size() < 6) return failed(EINVAL, "");
    std::from_chars(words[4].data(), words[4].data() + words[4].size(), question.replica);
    if (question.replica < 1) {
      return failed(EINVAL, "replica count should be greater than 0 in case of remove-brick");
    }
    if (question.replica == 2 && words.back() != "force" && !run.agreed(two_copies_question)) {
      return failed(EINVAL, "");
    }
    first = 5;
  }
  const std::optional<std::string_view> word = word_meant(words.back(), removal_words);
  if (!word) return failed(EINVAL, "");
  question.word = *word;
  Result<std::vector<std::string>> bricks =
      parse_named_bricks(std::span(words).subspan(first, words.size() - 1 - std::min(first, words.size() - 1)));
  if (!bricks) return std::unexpected(bricks.error());
  question.bricks = std::move(*bricks);
  return question;
}

std::string_view question_before(std::string_view word, std::string_view volume) {
  if (volume == shared_storage) {
    return "Removing brick from the shared storage volume(gluster_shared_storage), will affect features like snapshot "
           "scheduler, geo-replication and NFS-Ganesha. Do you still want to continue?";
  }
  if (word == "force") {
    return "Remove-brick force will not migrate files from the removed bricks, so they will no longer be available on "
           "the volume.\nDo you want to continue?";
  }
  if (word == "start") {
    return "It is recommended that remove-brick be run with cluster.force-migration option disabled to prevent "
           "possible data corruption. Doing so will ensure that files that receive writes during migration will not "
           "be migrated and will need to be manually copied after the remove-brick commit operation. Please check the "
           "value of the option and update accordingly. \nDo you want to continue with your current "
           "cluster.force-migration settings?";
  }
  return "";
}

Dictionary request_of(const Invocation& run, const Question& question) {
  Dictionary request = run.request(run.words[2]);
  if (question.replica != 0) request.set("replica-count", std::int64_t{question.replica});
  request.set("command", std::int64_t{question.command()});
  for (std::size_t place = 0; place < question.bricks.size(); ++place) {
    request.set_text(fmt::format("brick{}", place + 1), question.bricks[place]);
  }
  request.set("count", static_cast<std::int64_t>(question.bricks.size()));
  return request;
}

std::string removal_xml(const Answer& answer, std::string_view outcome) {
  Xml xml(answer.op_ret, answer.op_errno, outcome);
  xml.open("volRemoveBrick");
  xml.close();
  return xml.finish();
}

// What tells of a removal under way is asked like what tells of a rebalance.
Task<int> ask_about_removal(const Invocation& run, Question question) {
  Dictionary request = request_of(run, question);
  request.erase("count");
  request.set("rebalance-command", std::int64_t{question.word == "stop" ? rebalance::stop : rebalance::status});
  const Answer answer = co_await tried(run.call(cli::DefragVolume::number, std::move(request)));
  const std::string failure = fmt::format("volume remove-brick {}: failed{}{}", question.word,
                                          answer.op_errstr.empty() ? "" : ": ", answer.op_errstr);
  if (run.settings.xml) {
    run.console.out_part(removal_xml(answer, answer.op_errstr.empty() ? failure : answer.op_errstr));
    co_return 0;
  }
  run.console.error(failure);
  co_return 1;
}

}  // namespace

Task<int> volume_remove_brick(const Invocation& run) {
  const Result<Question> question = parse(run);
  if (!question) {
    if (const std::string sentence = question.error().sentence(); !sentence.empty()) run.console.error(sentence);
    co_return run.usage();
  }
  const std::string_view asked = question_before(question->word, run.words[2]);
  if (!asked.empty() && !run.agreed(asked)) co_return 0;
  if (question->word == "stop" || question->word == "status") {
    const int status = co_await tried(ask_about_removal(run, *question));
    co_return status;
  }
  const Answer answer = co_await tried(run.call(cli::RemoveBrick::number, request_of(run, *question)));
  const std::string doing = question->word == "force" ? "commit force" : std::string(question->word);
  const std::string outcome =
      answer.op_ret != 0 && !answer.op_errstr.empty()
          ? answer.op_errstr
          : fmt::format("Remove Brick {} {}", doing, answer.op_ret == 0 ? "successful" : "unsuccessful");
  if (run.settings.xml) {
    run.console.out_part(removal_xml(answer, outcome));
    co_return 0;
  }
  if (answer.op_ret == 0) {
    run.console.out(fmt::format("volume remove-brick {}: success", doing));
    co_return 0;
  }
  run.console.error(fmt::format("volume remove-brick {}: failed: {}", doing, outcome));
  co_return 1;
}

}  // namespace mortar::command
