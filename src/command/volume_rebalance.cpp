// volume rebalance.
#include <fmt/format.h>

#include "command/handlers.h"
#include "command/procedures.h"
#include "command/rebalance_report.h"
#include "command/xml.h"
#include "wire/messages/commands.h"

namespace mortar::command {

namespace {

std::optional<int> parse(const std::vector<std::string>& words) {
  if (words.size() == 4 && words[3] == "start") return rebalance::start;
  if (words.size() == 4 && words[3] == "stop") return rebalance::stop;
  if (words.size() == 4 && words[3] == "status") return rebalance::status;
  if (words.size() == 5 && words[3] == "fix-layout" && words[4] == "start") return rebalance::fix_layout;
  if (words.size() == 5 && words[3] == "start" && words[4] == "force") return rebalance::start_force;
  return std::nullopt;
}

std::string reason_of(const Answer& answer, int command, std::string_view volume) {
  if (!answer.op_errstr.empty()) return answer.op_errstr;
  if (command == rebalance::stop) return fmt::format("rebalance volume {} stop failed", volume);
  if (command == rebalance::status) return "Failed to get the status of rebalance process";
  return fmt::format("Starting rebalance on volume {} has been unsuccessful.", volume);
}

std::string rebalance_xml(const Answer& answer, int command) {
  const AnswerIndex values(answer.values);
  Xml xml(answer.op_ret, answer.op_errno, answer.op_errstr);
  xml.open("volRebalance");
  if (values.has("rebalance-id")) xml.element("task-id", values.text("rebalance-id"));
  xml.element("op", static_cast<long long>(command));
  if (command == rebalance::stop || command == rebalance::status) write_rebalance(xml, values);
  xml.close();
  return xml.finish();
}

std::string told_of(const Answer& answer, int command, std::string_view volume) {
  if (command == rebalance::status) return answer.op_errstr;
  if (command == rebalance::stop) {
    return fmt::format(
        "rebalance process may be in the middle of a file migration.\nThe process will be fully stopped once the "
        "migration of the file is complete.\nPlease check rebalance process for completion before doing any further "
        "brick related tasks on the volume.\n{}",
        answer.op_errstr);
  }
  return fmt::format(
      "Rebalance on {} has been started successfully. Use rebalance status command to check status of the rebalance "
      "process.\nID: {}",
      volume, answer.values.text("rebalance-id").value_or(""));
}

}  // namespace

Task<int> volume_rebalance(const Invocation& run) {
  const std::optional<int> command = parse(run.words);
  if (!command) co_return run.usage();
  const std::string& volume = run.words[2];
  Dictionary request = run.request(volume);
  request.set("rebalance-command", std::int64_t{*command});
  const Answer answer = co_await tried(run.call(cli::DefragVolume::number, std::move(request)));
  const bool is_question = *command == rebalance::stop || *command == rebalance::status;
  if (run.settings.xml) {
    if (answer.op_ret != 0 && is_question) {
      run.console.out_part(xml_message("volRebalance", reason_of(answer, *command, volume), answer.op_ret,
                                       answer.op_errno, answer.op_errstr));
      co_return 1;
    }
    run.console.out_part(rebalance_xml(answer, *command));
    co_return 0;
  }
  if (answer.op_ret != 0) {
    run.console.error(fmt::format("volume rebalance: {}: failed: {}", volume, reason_of(answer, *command, volume)));
    co_return 1;
  }
  if (is_question) print_rebalance(run.console, AnswerIndex(answer.values));
  const std::string told = told_of(answer, *command, volume);
  run.console.out(fmt::format("volume rebalance: {}: success{}{}", volume, told.empty() ? "" : ": ", told));
  co_return 0;
}

}  // namespace mortar::command
