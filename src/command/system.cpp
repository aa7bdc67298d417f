// system:: commands: what the local daemon knows of itself.
#include <fmt/format.h>

#include "command/completion.h"
#include "command/handlers.h"
#include "command/xml.h"
#include "wire/messages/commands.h"

namespace mortar::command {

Task<int> system_brick_port(const Invocation& run) {
  if (run.words.size() != 4) co_return run.usage();
  Dictionary request = run.request();
  request.set_text("brick", run.words[3]);
  Answer answer = co_await tried(run.call(cli::BrickPort::number, std::move(request)));
  if (answer.op_ret != 0) {
    run.console.error(answer.op_errstr);
    co_return 1;
  }
  run.console.out(fmt::to_string(answer.values.number("port").value_or(0)));
  co_return 0;
}

// For shells that complete a command line: the words that fit, one a line.
Task<int> system_complete(const Invocation& run) {
  if (run.words.size() < 3) co_return run.usage();
  const std::vector<std::string> before(run.words.begin() + 2, run.words.end() - 1);
  const std::string& beginning = run.words.back();
  for (const std::string& word : words_that_fit(before, beginning)) run.console.out(word);
  if (!takes_volume(before)) co_return 0;
  const Result<Answer> answer = co_await run.session.call(cli::ListVolume::number, run.request());
  if (!answer) co_return 0;
  const std::int64_t count = answer->values.number("count").value_or(0);
  for (std::int64_t place = 0; place < count; ++place) {
    const std::string_view name = answer->values.text(fmt::format("volume{}", place)).value_or("");
    if (name.starts_with(beginning)) run.console.out(name);
  }
  co_return 0;
}

Task<int> system_friend_log(const Invocation& run) {
  if (run.words.size() > 4) co_return run.usage();
  Dictionary request;
  if (run.words.size() == 4) request.set_text("name", run.words[3]);
  Answer answer = co_await tried(run.call(cli::FriendLog::number, std::move(request)));
  if (answer.op_ret != 0) {
    run.console.error(answer.op_errstr + "\nfsm log unsuccessful");
    co_return 1;
  }
  const std::int64_t count = answer.values.number("count").value_or(0);
  if (count <= 0) {
    run.console.error("No transitions");
    co_return 0;
  }
  run.console.out(fmt::format("number of transitions: {}", count));
  for (std::int64_t place = 0; place < count; ++place) {
    auto told = [&answer, place](std::string_view what) {
      return answer.values.text(fmt::format("log{}-{}", place, what)).value_or("");
    };
    run.console.out(fmt::format("Old State: [{}]\nNew State: [{}]\nEvent    : [{}]\ntimestamp: [{}]\n",
                                told("old-state"), told("new-state"), told("event"), told("time")));
  }
  co_return 0;
}

Task<int> system_getspec(const Invocation& run) {
  if (run.words.size() != 3) co_return run.usage();
  Dictionary request = run.request();
  request.set_text("key", run.words[2]);
  Answer answer = co_await tried(run.call(cli::GetVolfile::number, std::move(request)));
  if (answer.op_ret < 0) {
    run.console.error("getspec failed");
    co_return 1;
  }
  run.console.out(answer.values.text("spec").value_or(""));
  co_return 0;
}

Task<int> system_getwd(const Invocation& run) {
  if (run.words.size() != 2) co_return run.usage();
  Answer answer = co_await tried(run.call(cli::GetWorkingDirectory::number, run.request()));
  if (answer.op_ret != 0) {
    run.console.error("getwd failed");
    co_return 1;
  }
  run.console.out(answer.values.text("wd").value_or(""));
  co_return 0;
}

Task<int> system_uuid_get(const Invocation& run) {
  if (run.words.size() != 3) co_return run.usage();
  Answer answer = co_await tried(run.call(cli::UuidGet::number, run.request()));
  const std::string_view uuid = answer.values.text("uuid").value_or("");
  if (run.settings.xml) {
    Xml xml(answer.op_ret, answer.op_errno, answer.op_errstr);
    if (answer.op_ret == 0) {
      xml.open("uuidGenerate");
      xml.element("uuid", uuid);
    }
    run.console.out_part(xml.finish());
    co_return 0;
  }
  if (answer.op_ret != 0) {
    run.console.error(answer.op_errstr.empty() ? "Get uuid was unsuccessful" : answer.op_errstr);
    co_return 1;
  }
  run.console.out(fmt::format("UUID: {}", uuid));
  co_return 0;
}

Task<int> system_uuid_reset(const Invocation& run) {
  if (run.words.size() != 3) co_return run.usage();
  if (!run.agreed("Resetting uuid changes the uuid of local glusterd. Do you want to continue?")) co_return 0;
  Answer answer = co_await tried(run.call(cli::UuidReset::number, run.request()));
  if (run.settings.xml) {
    Xml xml(answer.op_ret, answer.op_errno, answer.op_errstr);
    xml.element("uuidReset", "");
    run.console.out_part(xml.finish());
    co_return 0;
  }
  if (answer.op_ret != 0) {
    run.console.error(answer.op_errstr);
    co_return 1;
  }
  run.console.out("trusted storage pool has been reset: uuid changed");
  co_return 0;
}

}  // namespace mortar::command
