#include "translator/calls_under_way.h"

#include <fmt/format.h>

#include "base/moment_text.h"

namespace mortar {

std::string call_section(const CallsUnderWay::Entry& entry, std::size_t place, const std::string& translator) {
  constexpr int type_of_file_operations = 1;
  const Call& call = entry.call();
  const std::string begun = fine_text_of(entry.begun());
  return fmt::format(
      "\n[global.callpool.stack.{0}]\ncallstack-creation-time={1}\nuid={2}\ngid={3}\npid={4}\nunique={5}\nop={6}\n"
      "type={7}\ncnt=1\n"
      "\n[global.callpool.stack.{0}.frame.1]\nframe-creation-time={1}\ntranslator={8}\ncomplete=0\n",
      place, begun, call.uid, call.gid, call.pid, entry.number(), entry.operation(), type_of_file_operations,
      translator);
}

}  // namespace mortar
