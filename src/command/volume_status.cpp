// volume status: of one volume, or of all that are started, one after the other.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "command/handlers.h"
#include "command/procedures.h"
#include "command/status_report.h"
#include "command/xml.h"
#include "wire/messages/commands.h"

namespace mortar::command {

namespace {

struct StatusWord {
  std::string_view word;
  std::uint32_t bit;
};
constexpr std::array<StatusWord, 8> what_words{{{"detail", status::detail},
                                                {"mem", status::memory},
                                                {"clients", status::clients},
                                                {"fd", status::descriptors},
                                                {"inode", status::inodes},
                                                {"callpool", status::call_pool},
                                                {"tasks", status::tasks},
                                                {"client-list", status::client_list}}};
constexpr std::array<StatusWord, 6> daemon_words{{{"nfs", status::of_nfs},
                                                  {"shd", status::of_self_heal},
                                                  {"quotad", status::of_quota},
                                                  {"snapd", status::of_snapshots},
                                                  {"bitd", status::of_bitrot},
                                                  {"scrub", status::of_scrubber}}};

template <std::size_t size>
std::uint32_t bit_of(const std::array<StatusWord, size>& words, std::string_view text) {
  auto place = std::ranges::find(words, text, &StatusWord::word);
  return place == words.end() ? 0 : place->bit;
}

// What is asked; `volume` is empty for all of them.
struct Question {
  std::uint32_t command = 0;
  std::string volume;
  std::string brick;
};

// The words behind "volume status". An error without a sentence: only the usage.
Result<Question> parse(const std::vector<std::string>& words) {
  Question question;
  if (words.size() > 5) return failed(EINVAL, "");
  const bool all = words.size() == 2 || words[2] == "all";
  if (!all) question.volume = words[2];
  if (words.size() == 5 && all) return failed(EINVAL, "Cannot specify brick/nfs for \"all\"");
  question.command = all ? status::of_all : status::of_volume;
  if (words.size() == 4) {
    if (const std::uint32_t what = bit_of(what_words, words[3])) {
      question.command |= what;
    } else if (all) {
      return failed(EINVAL, words[3] + " is not a valid status option");
    } else if (const std::uint32_t daemon = bit_of(daemon_words, words[3])) {
      question.command = daemon;
    } else {
      question.command = status::of_brick;
      question.brick = words[3];
    }
  } else if (words.size() == 5) {
    const std::uint32_t what = bit_of(what_words, words[4]);
    if (what == 0) return failed(EINVAL, words[4] + " is not a valid status option");
    const std::uint32_t daemon = bit_of(daemon_words, words[3]);
    if (daemon == 0 && what == status::tasks) return failed(EINVAL, "Tasks status not available for bricks");
    if (daemon == 0) question.brick = words[3];
    question.command = what | (daemon != 0 ? daemon : status::of_brick);
  }
  return question;
}

Task<Answer> ask(const Invocation& run, Question question) {
  Dictionary request = run.request(question.volume);
  request.set("cmd", static_cast<std::int64_t>(question.command));
  if (!question.brick.empty()) request.set_text("brick", question.brick);
  Answer answer = co_await tried(run.call(cli::StatusVolume::number, std::move(request)));
  co_return answer;
}

Task<int> one_status(const Invocation& run, Question question) {
  Answer answer = co_await tried(ask(run, question));
  const std::string sentence =
      answer.op_errstr.empty() ? "Unable to obtain volume status information." : answer.op_errstr;
  if (run.settings.xml) {
    if (answer.op_ret != 0) {
      run.console.out_part(xml_message("volStatus", sentence, answer.op_ret, answer.op_errno, answer.op_errstr));
      co_return 0;
    }
    Xml xml(0, 0, "");
    xml.open("volStatus");
    xml.open("volumes");
    write_status(xml, answer.values);
    run.console.out_part(xml.finish());
    co_return 0;
  }
  if (answer.op_ret != 0) {
    run.console.error(sentence);
    co_return 1;
  }
  print_status(run.console, answer.values);
  co_return 0;
}

Task<int> every_status(const Invocation& run, Question question) {
  Question names = question;
  names.command = status::of_all;
  Answer list = co_await tried(ask(run, names));
  const std::int64_t count = list.values.number("vol_count").value_or(0);
  std::vector<Answer> answers;
  if (count == 0 && !run.settings.xml) run.console.error("No volumes present");
  for (std::int64_t index = 0; index < count; ++index) {
    Question one = question;
    one.command = (question.command & status::what) | status::of_volume;
    one.volume = list.values.text(fmt::format("vol{}", index)).value_or("");
    Answer answer = co_await tried(ask(run, one));
    if (run.settings.xml) {
      if (answer.op_ret == 0) answers.push_back(std::move(answer));
    } else if (answer.op_ret == 0) {
      print_status(run.console, answer.values);
    } else {
      run.console.error(answer.op_errstr.empty() ? "Unable to obtain volume status information." : answer.op_errstr);
      run.console.out(" ");
    }
  }
  if (run.settings.xml) {
    Xml xml(0, 0, "");
    xml.open("volStatus");
    xml.open("volumes");
    for (const Answer& answer : answers) write_status(xml, answer.values);
    run.console.out_part(xml.finish());
  }
  co_return 0;
}

}  // namespace

Task<int> volume_status(const Invocation& run) {
  Result<Question> question = parse(run.words);
  if (!question) {
    if (const std::string sentence = question.error().sentence(); !sentence.empty()) run.console.error(sentence);
    co_return run.usage();
  }
  Task<int> shown = question->volume.empty() ? every_status(run, *question) : one_status(run, *question);
  int status = co_await tried(std::move(shown));
  co_return status;
}

}  // namespace mortar::command
