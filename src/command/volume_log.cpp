// volume log rotate: bricks go on in fresh log files.
#include <fmt/format.h>

#include "command/handlers.h"
#include "command/xml.h"
#include "pool/names.h"
#include "wire/messages/commands.h"

namespace mortar::command {

Task<int> volume_log(const Invocation& run) {
  const std::vector<std::string>& words = run.words;
  if (words.size() < 4 || words.size() > 5 || words[3] != "rotate") co_return run.usage();
  Dictionary request = run.request(words[2]);
  if (words.size() == 5) {
    const Result<BrickWord> brick = parse_brick(words[4]);
    if (!brick) {
      run.console.error(fmt::format("wrong brick type: {}, use <HOSTNAME>:<export-dir-abs-path>", words[4]));
      run.console.error("Volume log rotate failed");
      co_return 1;
    }
    request.set_text("brick", fmt::format("{}:{}", brick->host, brick->path));
  }
  Answer answer = co_await tried(run.call(cli::LogRotate::number, std::move(request)));
  if (run.settings.xml) {
    run.console.out_part(xml_message("volLogRotate", answer.op_ret == 0 ? "log rotate successful" : answer.op_errstr,
                                     answer.op_ret, answer.op_errno, answer.op_errstr));
    co_return 0;
  }
  if (answer.op_ret == 0) {
    run.console.out("volume log-rotate: success");
    co_return 0;
  }
  run.console.error("volume log-rotate: failed" + (answer.op_errstr.empty() ? "" : ": " + answer.op_errstr));
  co_return 1;
}

}  // namespace mortar::command
