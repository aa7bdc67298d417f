#include "programs/webhook_sender.h"

#include <curl/curl.h>
#include <fmt/format.h>
#include <signal.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <optional>

#include "base/check.h"
#include "base/log.h"
#include "management/events/texts.h"
#include "runtime/owned.h"

namespace mortar {

namespace {

using namespace std::chrono_literals;

constexpr const char* domain = "events";
constexpr long connect_limit_ms = 5'000;
constexpr long answer_limit_ms = 10'000;
constexpr int longest_sleep_ms = 1'000;
constexpr std::size_t most_waiting = 1'000;
constexpr std::size_t most_bytes_waiting = 4 << 20;
constexpr auto end_limit = 1s;
constexpr Duration look_again = 20ms;

std::size_t ignore(char*, std::size_t size, std::size_t count, void*) { return size * count; }

// Whether the reason lies in who the other side is, and not in the way to it.
bool is_distrust(int code) {
  return code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_SSL_ISSUER_ERROR || code == CURLE_SSL_CACERT_BADFILE;
}

}  // namespace

struct WebhookSender::Outcome {
  std::mutex mutex;
  std::optional<Result<Done>> result;
};

struct WebhookSender::Request {
  std::string lane;
  Posting posting;
  bool verifies = true;
  Owned<curl_slist, curl_slist_free_all> head;
  std::array<char, CURL_ERROR_SIZE> problem{};
  // Goes before what it points to.
  Owned<CURL, curl_easy_cleanup> handle;
};

WebhookSender::WebhookSender(World& world)
    : world_(world), multi_((curl_global_init(CURL_GLOBAL_DEFAULT), curl_multi_init())) {
  check(multi_ != nullptr, "there is memory for requests");
  // Signals are for the loop.
  sigset_t all;
  sigset_t before;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before);
  thread_ = std::thread([this] { run(); });
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

WebhookSender::~WebhookSender() {
  {
    const std::lock_guard guard(mutex_);
    ends_ = true;
  }
  wake();
  thread_.join();
  curl_multi_cleanup(multi_);
}

void WebhookSender::wake() { curl_multi_wakeup(multi_); }

void WebhookSender::deliver(Posting posting) {
  {
    const std::lock_guard guard(mutex_);
    Lane& lane = lanes_[posting.webhook.url];
    if (lane.waiting.size() >= most_waiting || lane.bytes + posting.body.size() > most_bytes_waiting) {
      if (lane.dropped++ == 0) {
        log::error(domain, "{} is too slow: {} events wait for it, others are dropped from now on", posting.webhook.url,
                   lane.waiting.size());
      }
      return;
    }
    if (lane.dropped != 0) {
      log::error(domain, "{} events for {} were dropped", lane.dropped, posting.webhook.url);
      lane.dropped = 0;
    }
    lane.bytes += posting.body.size();
    lane.waiting.push_back(std::move(posting));
  }
  wake();
}

Task<> WebhookSender::try_out(Posting posting) {
  const auto outcome = std::make_shared<Outcome>();
  {
    const std::lock_guard guard(mutex_);
    // No URL is a number: it overtakes what waits for the same webhook.
    Lane& lane = lanes_[fmt::to_string(++tried_out_)];
    lane.outcome = outcome;
    lane.waiting.push_back(std::move(posting));
  }
  wake();
  for (;;) {
    co_await tried(world_.sleep(look_again));
    const std::lock_guard guard(outcome->mutex);
    if (outcome->result) co_return *outcome->result;
  }
}

bool WebhookSender::is_idle() const {
  return std::ranges::all_of(lanes_,
                             [](const auto& entry) { return entry.second.waiting.empty() && !entry.second.busy; });
}

void WebhookSender::run() {
  std::optional<std::chrono::steady_clock::time_point> limit;
  for (;;) {
    {
      const std::lock_guard guard(mutex_);
      begin_waiting();
      if (ends_ && !limit) limit = std::chrono::steady_clock::now() + end_limit;
      if (limit && (is_idle() || std::chrono::steady_clock::now() > *limit)) break;
    }
    int running = 0;
    curl_multi_perform(multi_, &running);
    int left = 0;
    bool ended = false;
    while (CURLMsg* message = curl_multi_info_read(multi_, &left)) {
      if (message->msg != CURLMSG_DONE) continue;
      const auto found = under_way_.find(message->easy_handle);
      const std::unique_ptr<Request> request = std::move(found->second);
      under_way_.erase(found);
      const int code = message->data.result;
      curl_multi_remove_handle(multi_, request->handle.get());
      const std::lock_guard guard(mutex_);
      end(*request, code);
      ended = true;
    }
    if (!ended) curl_multi_poll(multi_, nullptr, 0, limit ? 50 : longest_sleep_ms, nullptr);
  }
  for (auto& [handle, request] : under_way_) curl_multi_remove_handle(multi_, handle);
  under_way_.clear();
}

void WebhookSender::begin_waiting() {
  for (auto entry = lanes_.begin(); entry != lanes_.end();) {
    auto& [name, lane] = *entry;
    if (!lane.busy && !lane.waiting.empty()) {
      Posting posting = std::move(lane.waiting.front());
      lane.waiting.pop_front();
      lane.bytes -= posting.body.size();
      begin(name, lane, std::move(posting), true);
    }
    entry = lane.busy || !lane.waiting.empty() ? std::next(entry) : lanes_.erase(entry);
  }
}

void WebhookSender::begin(const std::string& name, Lane& lane, Posting posting, bool verifies) {
  auto request = std::make_unique<Request>(Request{.lane = name, .posting = std::move(posting), .verifies = verifies});
  request->handle.reset(curl_easy_init());
  CURL* handle = request->handle.get();
  check(handle != nullptr, "there is memory for a request");
  const Posting& sent = request->posting;
  const std::int64_t now =
      std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch()).count();
  const std::string shown = authorization(sent.webhook, sent.event, sent.seconds, now);
  const auto add = [&request](const std::string& line) {
    request->head.reset(curl_slist_append(request->head.release(), line.c_str()));
  };
  add(sent.body.empty() ? "Content-Type:" : "Content-Type: application/json");
  // The answer to it would be waited for.
  add("Expect:");
  if (!shown.empty()) add("Authorization: " + shown);
  curl_easy_setopt(handle, CURLOPT_URL, sent.webhook.url.c_str());
  curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(handle, CURLOPT_HTTPHEADER, request->head.get());
  curl_easy_setopt(handle, CURLOPT_USERAGENT, "glustereventsd");
  curl_easy_setopt(handle, CURLOPT_POSTFIELDSIZE, static_cast<long>(sent.body.size()));
  curl_easy_setopt(handle, CURLOPT_POSTFIELDS, sent.body.c_str());
  curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, &ignore);
  curl_easy_setopt(handle, CURLOPT_ERRORBUFFER, request->problem.data());
  curl_easy_setopt(handle, CURLOPT_CONNECTTIMEOUT_MS, connect_limit_ms);
  curl_easy_setopt(handle, CURLOPT_TIMEOUT_MS, answer_limit_ms);
  curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(handle, CURLOPT_SSL_VERIFYPEER, verifies ? 1L : 0L);
  curl_easy_setopt(handle, CURLOPT_SSL_VERIFYHOST, verifies ? 2L : 0L);
  lane.busy = true;
  curl_multi_add_handle(multi_, handle);
  under_way_[handle] = std::move(request);
}

void WebhookSender::end(Request& request, int code) {
  Lane& lane = lanes_.at(request.lane);
  const std::string& url = request.posting.webhook.url;
  lane.busy = false;
  if (request.verifies && is_distrust(code)) {
    // As GlusterFS does.
    log::warning(domain, "the certificate of {} is not trusted here; the event is sent nevertheless: {}", url,
                 request.problem.data());
    begin(request.lane, lane, std::move(request.posting), false);
    return;
  }
  long answered = 0;
  curl_easy_getinfo(request.handle.get(), CURLINFO_RESPONSE_CODE, &answered);
  Result<Done> outcome = done;
  if (code != CURLE_OK) {
    const std::string_view told = request.problem.data();
    outcome = failed(EIO, std::string(told.empty() ? curl_easy_strerror(static_cast<CURLcode>(code)) : told));
  } else if (answered < 200 || answered > 299) {
    outcome = failed(EIO, fmt::to_string(answered));
  }
  if (const std::shared_ptr<Outcome> waited_for = lane.outcome) {
    const std::lock_guard guard(waited_for->mutex);
    waited_for->result = std::move(outcome);
  } else if (!outcome) {
    log::warning(domain, "{} does not take the event {}: {}", url, request.posting.event, outcome.error().sentence());
  }
}

}  // namespace mortar
