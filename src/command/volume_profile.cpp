// volume profile: start and stop measuring, and what was measured.
#include <fmt/format.h>

#include <array>

#include "command/handlers.h"
#include "command/procedures.h"
#include "command/profile_report.h"
#include "command/words.h"
#include "command/xml.h"
#include "wire/messages/commands.h"

namespace mortar::command {

namespace {

constexpr std::array<std::string_view, 3> operation_words{"start", "stop", "info"};

struct Question {
  int operation = statistics::info;
  int info = 0;
  bool peek = false;
  bool nfs = false;
};

// Nothing where the words are no such command. Words behind "info" that mean nothing are passed over, as stock does.
std::optional<Question> parse(const std::vector<std::string>& words) {
  if (words.size() < 4) return std::nullopt;
  const std::optional<std::string_view> word = word_meant(words[3], operation_words);
  if (!word) return std::nullopt;
  Question question;
  question.nfs = words.back() == "nfs";
  if (*word != "info") {
    if (words.size() > 5) return std::nullopt;
    question.operation = *word == "start" ? statistics::start : statistics::stop;
    return question;
  }
  if (words.size() > 7) return std::nullopt;
  const std::string_view what = words.size() > 4 ? words[4] : std::string_view();
  question.info = what == "incremental"  ? profile_info::incremental
                  : what == "cumulative" ? profile_info::cumulative
                  : what == "clear"      ? profile_info::clear
                                         : profile_info::everything;
  question.peek = what == "peek" || (what == "incremental" && words.size() > 5 && words[5] == "peek");
  return question;
}

std::string xml_of(const Answer& answer) {
  Xml xml(answer.op_ret, answer.op_errno, answer.op_errstr);
  const std::int64_t operation = answer.values.number("op").value_or(0);
  xml.open("volProfile");
  xml.element("volname", answer.values.text("volname").value_or(""));
  xml.element("profileOp", operation);
  if (operation == statistics::info) {
    xml.element("brickCount", answer.values.number("count").value_or(0));
    if (answer.op_ret == 0) write_profile(xml, answer.values);
  }
  return xml.finish();
}

}  // namespace

Task<int> volume_profile(const Invocation& run) {
  const std::optional<Question> question = parse(run.words);
  if (!question) co_return run.usage();
  const std::string& name = run.words[2];
  Dictionary request = run.request(name);
  request.set("op", std::int64_t{question->operation});
  request.set("info-op", std::int64_t{question->info});
  request.set("peek", std::int64_t{question->peek});
  if (question->nfs) request.set("nfs", std::int64_t{1});
  Answer answer = co_await tried(run.call(cli::ProfileVolume::number, std::move(request)));
  if (run.settings.xml) {
    run.console.out_part(xml_of(answer));
    co_return 0;
  }
  if (answer.op_ret != 0 && !answer.op_errstr.empty()) {
    run.console.error(answer.op_errstr);
  } else if (question->operation != statistics::info) {
    run.console.out(fmt::format("{} volume profile on {} has been {} ",
                                question->operation == statistics::start ? "Starting" : "Stopping", name,
                                answer.op_ret == 0 ? "successful" : "unsuccessful"));
  }
  if (answer.op_ret != 0) co_return 1;
  if (question->operation != statistics::info) co_return 0;
  if (answer.values.number("count").value_or(0) == 0) {
    run.console.error(fmt::format("All bricks of volume {} are down.", name));
  } else {
    print_profile(run.console, answer.values);
  }
  co_return 0;
}

}  // namespace mortar::command
