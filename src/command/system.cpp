// system:: commands: what the local daemon knows of itself.
#include <fmt/format.h>

#include "command/handlers.h"
#include "command/xml.h"
#include "wire/messages/commands.h"

namespace mortar::command {

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
    run.console.out_part(xml_message("uuidReset", "", answer.op_ret, answer.op_errno, answer.op_errstr));
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
