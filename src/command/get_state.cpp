// get-state: the daemon writes what it knows of itself into a file.
#include <fmt/format.h>

#include <span>

#include "command/handlers.h"
#include "command/procedures.h"
#include "wire/messages/commands.h"

namespace mortar::command {

namespace {

constexpr std::string_view default_daemon = "glusterd";

bool names_a_place(std::string_view word) { return word == "odir" || word == "file"; }

// "detail" and "volumeoptions", which stand last; 0 for other words.
std::int64_t kind_of(std::string_view word) {
  if (word == "detail") return state::detail;
  return word == "volumeoptions" ? state::volume_options : 0;
}

// What is wrong with the words; an empty sentence where the usage says enough.
Result<Done> read_words(std::span<const std::string> words, Dictionary& request) {
  const std::int64_t kind = words.empty() ? 0 : kind_of(words.back());
  if (kind != 0) {
    words = words.first(words.size() - 1);
    request.set_text("getstate-cmd", fmt::to_string(kind));
  }
  if (!words.empty() && words.front() == default_daemon) words = words.subspan(1);
  while (words.size() >= 2 && names_a_place(words[0])) {
    request.set_text(words[0] == "odir" ? "odir" : "filename", words[1]);
    words = words.subspan(2);
  }
  request.set_text("daemon", default_daemon);
  if (words.empty()) return done;
  if (words.size() == 1 && names_a_place(words[0])) return failed(EINVAL, "");
  const bool names_another_daemon = kind == 0 && words.size() == 1;
  return failed(EINVAL, names_another_daemon ? "glusterd is the only supported daemon."
                                             : "Problem parsing arguments. Check usage.");
}

}  // namespace

Task<int> get_state(const Invocation& run) {
  Dictionary request = run.request();
  const Result<Done> read = read_words(std::span(run.words).subspan(1), request);
  if (!read) {
    const std::string sentence = read.error().sentence();
    if (!sentence.empty()) run.console.error(sentence);
    co_return run.usage();
  }
  Answer answer = co_await tried(run.call(cli::GetState::number, std::move(request)));
  if (answer.op_ret == 0) {
    run.console.out(fmt::format("glusterd state dumped to {}", answer.values.text("ofilepath").value_or("")));
    co_return 0;
  }
  const std::string reason = answer.op_errstr.empty() ? "" : ": " + answer.op_errstr;
  run.console.error("Failed to get daemon state" + reason);
  co_return 1;
}

}  // namespace mortar::command
