#include "management/subjects.h"

#include <fmt/format.h>

#include <algorithm>

#include "management/commands.h"

namespace mortar {

namespace {

struct Subject {
  std::string_view name;
  Task<Dictionary> (*answer)(Management&, Dictionary);
};

constexpr Subject subjects[] = {
    {commands::subject::status, commands::own_status},
    {commands::subject::statistics, commands::own_statistics},
    {commands::subject::state_dump, commands::dump_own_state},
    {commands::subject::client_state_dump, commands::dump_own_client},
    {commands::subject::log_rotation, commands::rotate_own_logs},
    {commands::subject::rebalance, commands::own_rebalance},
    {commands::subject::heal, commands::heal_own},
    {commands::subject::condition, commands::own_condition},
    {commands::subject::events, commands::own_events},
    {commands::subject::webhook_test, commands::test_own_webhook},
};

}  // namespace

Task<Dictionary> answer_about(Management& management, std::string subject, Dictionary question) {
  const auto found = std::ranges::find(subjects, subject, &Subject::name);
  if (found == std::end(subjects))
    return ready<Dictionary>(failed(EOPNOTSUPP, "this server knows nothing of " + subject));
  return found->answer(management, std::move(question));
}

}  // namespace mortar
