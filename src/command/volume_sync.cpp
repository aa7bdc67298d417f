// volume sync: what another server knows of volumes counts here too.
#include "command/handlers.h"
#include "command/procedures.h"
#include "command/xml.h"
#include "wire/messages/commands.h"

namespace mortar::command {

Task<int> volume_sync(const Invocation& run) {
  const std::vector<std::string>& words = run.words;
  if (words.size() < 3 || words.size() > 4) co_return run.usage();
  const bool all = words.size() == 3 || words[3] == "all";
  Dictionary request = run.request(all ? "" : words[3]);
  if (all) request.set("flags", std::int64_t{sync_all});
  request.set_text("hostname", words[2]);
  const bool agreed =
      run.agreed("Sync volume may make data inaccessible while the sync is in progress. Do you want to continue?");
  if (!agreed) co_return 0;
  Answer answer = co_await tried(run.call(cli::SyncVolume::number, std::move(request)));
  std::string sentence = "volume sync: success";
  if (answer.op_ret != 0) {
    sentence = "volume sync: failed" + (answer.op_errstr.empty() ? "" : ": " + answer.op_errstr);
  }
  if (run.settings.xml) {
    run.console.out_part(xml_message("volSync", sentence, answer.op_ret, answer.op_errno, answer.op_errstr));
    co_return 0;
  }
  if (answer.op_ret == 0) {
    run.console.out(sentence);
    co_return 0;
  }
  run.console.error(sentence);
  co_return 1;
}

}  // namespace mortar::command
