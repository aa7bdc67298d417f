// volume top: the most used files of each brick, and how fast its file system is.
#include <fmt/format.h>

#include <array>
#include <charconv>

#include "command/handlers.h"
#include "command/procedures.h"
#include "command/top_report.h"
#include "command/words.h"
#include "command/xml.h"
#include "pool/names.h"
#include "wire/messages/commands.h"

namespace mortar::command {

namespace {

constexpr std::array<std::string_view, 8> table_words{"open",    "read",      "write",      "opendir",
                                                      "readdir", "read-perf", "write-perf", "clear"};
constexpr std::array<int, 8> tables{top_table::open,        top_table::read,    top_table::write,
                                    top_table::opendir,     top_table::readdir, top_table::read_speed,
                                    top_table::write_speed, top_table::none};
constexpr int longest_list = 100;
constexpr std::uint64_t most_bytes = std::uint64_t{10} << 30;
// What stock leaves with where there is nothing to show.
constexpr int nothing_to_show = 2;

struct Question {
  int table = top_table::none;
  bool nfs = false;
  std::string brick;
  int length = longest_list;
  int block_size = 0;
  int blocks = 0;

  bool clears() const { return table == top_table::none; }
  bool shows_speeds() const { return table == top_table::read_speed || table == top_table::write_speed; }
};

std::optional<int> whole_number(std::string_view text) {
  int number = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (problem != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::unexpected<Error> wrong(std::string sentence = {}) { return failed(EINVAL, std::move(sentence)); }

Result<Done> take(Question& question, std::string_view key, const std::string& value) {
  const std::optional<int> number = whole_number(value);
  if (key == "brick") {
    Result<BrickWord> word = parse_brick(value);
    if (!word) return wrong(fmt::format("wrong brick type: {}, use <HOSTNAME>:<export-dir-abs-path>", value));
    question.brick = fmt::format("{}:{}", word->host, word->path);
    return done;
  }
  if (key == "list-cnt") {
    if (!number || *number < 0 || *number > longest_list) return wrong("list-cnt should be between 0 to 100");
    question.length = *number;
    return done;
  }
  if (!question.shows_speeds() || question.nfs || (key != "bs" && key != "count")) return wrong();
  if (!number || *number <= 0) {
    return wrong(fmt::format("{} should be an integer greater than zero", key == "bs" ? "block size" : "count"));
  }
  (key == "bs" ? question.block_size : question.blocks) = *number;
  return done;
}

// An error without a sentence: only the usage.
Result<Question> parse(const std::vector<std::string>& words) {
  if (words.size() < 4) return wrong();
  const std::optional<std::string_view> word = word_meant(words[3], table_words);
  if (!word) return wrong();
  Question question;
  question.table = tables[static_cast<std::size_t>(std::ranges::find(table_words, *word) - table_words.begin())];
  std::size_t place = 4;
  question.nfs = words.size() > place && words[place] == "nfs";
  if (question.nfs) ++place;
  for (; place < words.size(); place += 2) {
    if (place + 1 == words.size()) return wrong();
    if (Result<Done> taken = take(question, words[place], words[place + 1]); !taken) {
      return std::unexpected(taken.error());
    }
  }
  if ((question.block_size > 0) != (question.blocks > 0)) return wrong("Need to give both 'bs' and 'count'");
  const std::uint64_t bytes = static_cast<std::uint64_t>(question.block_size) * static_cast<unsigned>(question.blocks);
  if (bytes > most_bytes) {
    return wrong(fmt::format("'bs * count' value {} is greater than maximum allowed value of 10GB", bytes));
  }
  return question;
}

Dictionary request_for(const Invocation& run, const Question& question) {
  Dictionary request = run.request(run.words[2]);
  auto number = [&request](std::string_view key, std::int64_t value) { request.set(key, value); };
  number("op", statistics::top);
  if (question.clears()) number("clear-stats", 1);
  number("top-op", question.table);
  if (question.nfs) number("nfs", 1);
  if (!question.brick.empty()) request.set_text("brick", question.brick);
  if (question.block_size > 0) number("blk-size", question.block_size);
  if (question.blocks > 0) number("blk-cnt", question.blocks);
  number("list-cnt", question.length);
  return request;
}

}  // namespace

Task<int> volume_top(const Invocation& run) {
  const Result<Question> question = parse(run.words);
  if (!question) {
    if (const std::string sentence = question.error().sentence(); !sentence.empty()) run.console.error(sentence);
    co_return run.usage();
  }
  Answer answer = co_await tried(run.call(cli::ProfileVolume::number, request_for(run, *question)));
  if (answer.op_ret != 0) {
    if (!answer.op_errstr.empty()) run.console.error(answer.op_errstr);
    run.console.error("volume top unsuccessful");
    co_return 1;
  }
  if (answer.values.number("count").value_or(0) == 0) {
    run.console.error(fmt::format("All bricks of volume {} are down.", run.words[2]));
    co_return nothing_to_show;
  }
  if (run.settings.xml) {
    Xml xml(answer.op_ret, answer.op_errno, answer.op_errstr);
    xml.open("volTop");
    write_top(xml, answer.values);
    run.console.out_part(xml.finish());
    co_return 0;
  }
  print_top(run.console, answer.values);
  co_return 0;
}

}  // namespace mortar::command
