// volume statedump: the volume's processes write down what they know.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "command/handlers.h"
#include "command/words.h"
#include "command/xml.h"
#include "wire/messages/commands.h"

namespace mortar::command {

namespace {

constexpr std::array<std::string_view, 12> part_words{"all", "nfs",   "mem",     "iobuf",    "callpool", "priv",
                                                      "fd",  "inode", "history", "inodectx", "fdctx",    "quotad"};

struct Question {
  std::string options;  // each word with a blank behind it
  std::int64_t count = 0;
};

bool is_host(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char letter) {
    return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') || (letter >= '0' && letter <= '9') ||
           letter == '.' || letter == '-' || letter == '_';
  });
}

bool is_pid(std::string_view text) {
  int pid = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), pid);
  return problem == std::errc() && end == text.data() + text.size() && pid > 0;
}

std::optional<Question> parse_client(std::string_view word) {
  const std::size_t colon = word.find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const std::string_view host = word.substr(0, colon), pid = word.substr(colon + 1);
  if (!is_host(host) || !is_pid(pid)) return std::nullopt;
  return Question{fmt::format("client {} {}", host, pid), 3};
}

std::optional<Question> parse(const std::vector<std::string>& words) {
  if (words.size() >= 5 && words[3] == "client") return parse_client(words[4]);
  Question question;
  for (std::size_t place = 3; place < words.size(); ++place) {
    const std::optional<std::string_view> word = word_meant(words[place], part_words);
    if (!word) return std::nullopt;
    question.options += fmt::format("{} ", *word);
    ++question.count;
  }
  if (question.options.contains("nfs ") && question.options.contains("quotad ")) return std::nullopt;
  return question;
}

}  // namespace

Task<int> volume_statedump(const Invocation& run) {
  if (run.words.size() < 3) co_return run.usage();
  const std::optional<Question> question = parse(run.words);
  if (!question) {
    run.console.out("Error parsing options");
    co_return run.usage();
  }
  Dictionary request = run.request(run.words[2]);
  request.set_text("options", question->options);
  request.set("option_cnt", question->count);
  Answer answer = co_await tried(run.call(cli::StatedumpVolume::number, std::move(request)));
  const std::string sentence = answer.op_ret == 0 ? "Volume statedump successful" : answer.op_errstr;
  if (run.settings.xml) {
    run.console.out_part(xml_message("volStatedump", sentence, answer.op_ret, answer.op_errno, answer.op_errstr));
    co_return 0;
  }
  if (answer.op_ret == 0) {
    run.console.out("volume statedump: success");
    co_return 0;
  }
  run.console.error(fmt::format("volume statedump: failed: {}", sentence));
  co_return 1;
}

}  // namespace mortar::command
