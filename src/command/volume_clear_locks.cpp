// volume clear-locks: locks that a path has are dropped.
#include <algorithm>
#include <array>

#include "command/handlers.h"
#include "wire/messages/commands.h"

namespace mortar::command {

namespace {

constexpr std::array<std::string_view, 3> kinds{"blocked", "granted", "all"};
constexpr std::array<std::string_view, 3> types{"inode", "entry", "posix"};

// volume clear-locks VOLUME PATH kind KIND TYPE [OPTIONS]
bool is_understood(const std::vector<std::string>& words) {
  return words[4] == "kind" && std::ranges::find(kinds, words[5]) != kinds.end() &&
         std::ranges::find(types, words[6]) != types.end();
}

}  // namespace

Task<int> volume_clear_locks(const Invocation& run) {
  const std::vector<std::string>& words = run.words;
  if (words.size() < 7 || words.size() > 8) co_return run.usage();
  if (!is_understood(words)) {
    run.console.out("Error parsing options");
    co_return run.usage();
  }
  Dictionary request = run.request(words[2]);
  request.set_text("path", words[3]);
  request.set_text("kind", words[5]);
  request.set_text("type", words[6]);
  if (words.size() == 8) request.set_text("opts", words[7]);
  const Answer answer = co_await tried(run.call(cli::ClearLocks::number, std::move(request)));
  if (answer.op_ret != 0) {
    run.console.error("Volume clear-locks unsuccessful");
    run.console.error(answer.op_errstr);
    co_return 1;
  }
  run.console.out("Volume clear-locks successful");
  run.console.out(std::string(answer.values.text("lk-summary").value_or("")));
  co_return 0;
}

}  // namespace mortar::command
