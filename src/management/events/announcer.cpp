#include "management/events/announcer.h"

#include <fcntl.h>
#include <fmt/chrono.h>
#include <fmt/format.h>

#include "base/log.h"
#include "management/events/texts.h"
#include "pool/event_settings.h"

namespace mortar {

void Announcer::raise(Occurrence event) {
  const Pool& pool = membership_.pool();
  const std::int64_t seconds = world_.wall_clock().seconds;
  const std::string text = event_text(membership_.server(), seconds, event);
  if (are_events_logged(pool)) write_down(text);
  if (delivery_ == nullptr) return;
  for (const Webhook& webhook : pool.webhooks) {
    delivery_->deliver({webhook, std::string(event.name), seconds, text});
  }
}

Task<> Announcer::try_out(Webhook webhook) {
  if (delivery_ == nullptr) co_return failed(ENOTSUP, "this server does not send events");
  co_await tried(delivery_->try_out({std::move(webhook), "TEST", world_.wall_clock().seconds, ""}));
  co_return done;
}

void Announcer::write_down(std::string_view text) {
  const Moment now = world_.wall_clock();
  const std::string line =
      fmt::format("[{:%Y-%m-%d %H:%M:%S},{:03}] INFO [events] - {}\n",
                  fmt::gmtime(static_cast<std::time_t>(now.seconds)), now.nanoseconds / 1'000'000, text);
  const std::string path = places_.events_log();
  Result<OpenFile> file = world_.files().open(FileSystem::no_directory, path, O_WRONLY | O_APPEND | O_CREAT, 0600);
  Result<std::size_t> written =
      file ? world_.files().append(file->number(), as_bytes(line)) : Result<std::size_t>(std::unexpected(file.error()));
  if (!written) log::warning("management", "{}: {}", path, written.error().sentence());
}

}  // namespace mortar
