// volume start, stop, delete and list.
#include <fmt/format.h>

#include "command/handlers.h"
#include "command/procedures.h"
#include "command/words.h"
#include "command/xml.h"
#include "wire/messages/commands.h"

namespace mortar::command {

namespace {

// XML of a command that concerns one volume: its name and id on success.
std::string volume_xml(const char* operation, const Answer& answer) {
  Xml xml(answer.op_ret, answer.op_errno, answer.op_errstr);
  if (answer.op_ret == 0) {
    xml.open(operation);
    xml.open("volume");
    xml.element("name", answer.values.text("volname").value_or(""));
    xml.element("id", answer.values.text("vol-id").value_or(""));
  }
  return xml.finish();
}

// Sends the request and prints stock's sentence: "volume WORD: NAME: success" or "... failed: REASON".
Task<int> change(const Invocation& run, std::uint32_t procedure, Dictionary request, const char* operation) {
  const std::string word = run.words[1];
  const std::string name = run.words[2];
  Answer answer = co_await tried(run.call(procedure, std::move(request)));
  if (run.settings.xml) {
    run.console.out_part(volume_xml(operation, answer));
    co_return 0;
  }
  if (answer.op_ret == 0) {
    run.console.out(fmt::format("volume {}: {}: success", word, name));
    co_return 0;
  }
  const std::string reason = answer.op_errstr.empty() ? "" : ": " + answer.op_errstr;
  run.console.error(fmt::format("volume {}: {}: failed{}", word, name, reason));
  co_return 1;
}

// "NAME [force]" behind the command; nothing where something else stands there.
std::optional<Dictionary> with_flags(const Invocation& run) {
  const std::vector<std::string>& words = run.words;
  if (words.size() < 3 || words.size() > 4 || (words.size() == 4 && words[3] != "force")) return std::nullopt;
  Dictionary request = run.request(words[2]);
  request.set("flags", std::int64_t{words.size() == 4 ? with_force : 0});
  return request;
}

std::string shared_storage_question(std::string_view doing) {
  return fmt::format(
      "{} the shared storage volume({}), will affect features like snapshot scheduler, geo-replication and "
      "NFS-Ganesha. Do you still want to continue?",
      doing, shared_storage);
}

}  // namespace

Task<int> volume_start(const Invocation& run) {
  std::optional<Dictionary> request = with_flags(run);
  if (!request) co_return run.usage();
  int status = co_await tried(change(run, cli::StartVolume::number, std::move(*request), "volStart"));
  co_return status;
}

Task<int> volume_stop(const Invocation& run) {
  std::optional<Dictionary> request = with_flags(run);
  if (!request) co_return run.usage();
  const std::string question = run.words[2] == shared_storage
                                   ? shared_storage_question("Stopping")
                                   : "Stopping volume will make its data inaccessible. Do you want to continue?";
  if (!run.agreed(question)) co_return 0;
  int status = co_await tried(change(run, cli::StopVolume::number, std::move(*request), "volStop"));
  co_return status;
}

Task<int> volume_delete(const Invocation& run) {
  if (run.words.size() != 3) co_return run.usage();
  const std::string question =
      run.words[2] == shared_storage
          ? shared_storage_question("Deleting")
          : "Deleting volume will erase all information about the volume. Do you want to continue?";
  if (!run.agreed(question)) co_return 0;
  int status = co_await tried(change(run, cli::DeleteVolume::number, run.request(run.words[2]), "volDelete"));
  co_return status;
}

Task<int> volume_list(const Invocation& run) {
  if (run.words.size() != 2) co_return run.usage();
  Answer answer = co_await tried(run.call(cli::ListVolume::number, run.request()));
  const std::int64_t count = answer.values.number("count").value_or(0);
  if (run.settings.xml) {
    Xml xml(answer.op_ret, answer.op_errno, answer.op_errstr);
    if (answer.op_ret == 0) {
      xml.open("volList");
      xml.element("count", count);
      for (std::int64_t index = 0; index < count; ++index) {
        xml.element("volume", answer.values.text(fmt::format("volume{}", index)).value_or(""));
      }
    }
    run.console.out_part(xml.finish());
    co_return 0;
  }
  if (answer.op_ret != 0) {
    run.console.error(answer.op_errstr);
    co_return 1;
  }
  if (count == 0) run.console.error("No volumes present in cluster");
  for (std::int64_t index = 0; index < count; ++index) {
    run.console.out(answer.values.text(fmt::format("volume{}", index)).value_or(""));
  }
  co_return 0;
}

}  // namespace mortar::command
