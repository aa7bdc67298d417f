// volume status: of one volume, or of all that are started, one after the other.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "command/answer_index.h"
#include "command/handlers.h"
#include "command/procedures.h"
#include "command/status_node.h"
#include "command/status_report.h"
#include "command/words.h"
#include "command/xml.h"
#include "wire/messages/commands.h"

namespace mortar::command {

namespace {

constexpr std::array<std::string_view, 8> what_words{"detail", "mem",      "clients", "fd",
                                                     "inode",  "callpool", "tasks",   "client-list"};
constexpr std::array<std::uint32_t, 8> what_bits{status::detail,      status::memory,     status::clients,
                                                 status::descriptors, status::inodes,     status::call_pool,
                                                 status::tasks,       status::client_list};

struct DaemonWord {
  std::string_view word;
  std::uint32_t bit;
  std::uint32_t lacks;         // of what it cannot be asked
  std::string_view complaint;  // where it is asked in spite of that; without one, the word is a brick then
};
constexpr std::array<DaemonWord, 6> daemons{
    {{"nfs", status::of_nfs, status::descriptors | status::detail | status::tasks,
      "Detail/FD/Tasks status not available for NFS Servers"},
     {"shd", status::of_self_heal, status::descriptors | status::clients | status::detail | status::tasks,
      "Detail/FD/Clients/Tasks status not available for Self-heal Daemons"},
     {"quotad", status::of_quota, status::descriptors | status::clients | status::detail | status::inodes,
      "Detail/FD/Clients/Inode status not available for Quota Daemon"},
     {"snapd", status::of_snapshots, status::descriptors | status::clients | status::detail | status::inodes,
      "Detail/FD/Clients/Inode status not available for snap daemon"},
     {"bitd", status::of_bitrot, status::what, ""},
     {"scrub", status::of_scrubber, status::what, ""}}};

// 0 where it is no such word.
std::uint32_t what_bit(std::string_view text) {
  const std::optional<std::string_view> word = word_meant(text, what_words);
  return word ? what_bits[static_cast<std::size_t>(std::ranges::find(what_words, *word) - what_words.begin())] : 0;
}

const DaemonWord* daemon_meant(std::string_view text) {
  const auto place = std::ranges::find(daemons, text, &DaemonWord::word);
  return place == daemons.end() ? nullptr : &*place;
}

// What is asked; `volume` is empty for all of them.
struct Question {
  std::uint32_t command = 0;
  std::string volume;
  std::string brick;
};

// "WHO" or "WHAT" behind the volume.
Result<Question> parse_one_word(Question question, const std::string& word) {
  if (const std::uint32_t what = what_bit(word)) {
    question.command |= what;
  } else if (question.volume.empty()) {
    return failed(EINVAL, word + " is not a valid status option");
  } else if (const DaemonWord* daemon = daemon_meant(word)) {
    question.command = daemon->bit;
  } else {
    question.command = status::of_brick;
    question.brick = word;
  }
  return question;
}

// "WHO WHAT".
Result<Question> parse_two_words(Question question, const std::string& who, const std::string& what_word) {
  const std::uint32_t what = what_bit(what_word);
  if (what == 0) return failed(EINVAL, what_word + " is not a valid status option");
  const DaemonWord* daemon = daemon_meant(who);
  if (daemon != nullptr && (daemon->lacks & what) == 0) {
    question.command = what | daemon->bit;
    return question;
  }
  if (daemon != nullptr && !daemon->complaint.empty()) return failed(EINVAL, std::string(daemon->complaint));
  if (what == status::tasks) return failed(EINVAL, "Tasks status not available for bricks");
  question.command = what | status::of_brick;
  question.brick = who;
  return question;
}

// The words behind "volume status". An error without a sentence: only the usage.
Result<Question> parse(const std::vector<std::string>& words) {
  if (words.size() > 5) return failed(EINVAL, "");
  const bool all = words.size() == 2 || words[2] == "all";
  Question question{.command = all ? status::of_all : status::of_volume, .volume = all ? "" : words[2]};
  if (words.size() < 4) return question;
  if (words.size() == 4) return parse_one_word(std::move(question), words[3]);
  if (all) return failed(EINVAL, "Cannot specify brick/nfs for \"all\"");
  return parse_two_words(std::move(question), words[3], words[4]);
}

Task<Answer> ask(const Invocation& run, Question question) {
  Dictionary request = run.request(question.volume);
  request.set("cmd", static_cast<std::int64_t>(question.command));
  if (!question.brick.empty()) request.set_text("brick", question.brick);
  Answer answer = co_await tried(run.call(cli::StatusVolume::number, std::move(request)));
  co_return answer;
}

// Beside the table, which scripts read.
void show(const Invocation& run, const Dictionary& values) {
  print_status(run.console, values);
  const AnswerIndex index(values);
  for (const Node& node : nodes_of(index)) {
    if (!node.has("trouble")) continue;
    run.console.error(fmt::format("note: brick {}:{} is offline: {}", node.text("hostname"), node.text("path"),
                                  node.text("trouble")));
  }
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
  show(run, answer.values);
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
      show(run, answer.values);
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
