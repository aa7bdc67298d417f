#include "programs/webhook_sender.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <chrono>

#include "runtime/real_world_test_support.h"

namespace mortar {
namespace {

using namespace std::chrono_literals;

// Answers every request with the status, or never.
class Receiver {
 public:
  explicit Receiver(int status) : status_(status), listening_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    EXPECT_EQ(::bind(listening_, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    EXPECT_EQ(::listen(listening_, 64), 0);
    socklen_t size = sizeof address;
    ::getsockname(listening_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    if (status != 0) thread_ = std::thread([this] { serve(); });
  }
  ~Receiver() {
    ends_ = true;
    if (thread_.joinable()) thread_.join();
    ::close(listening_);
  }

  std::string url() const { return fmt::format("http://127.0.0.1:{}/listen", port_); }
  std::vector<std::string> requests() {
    const std::lock_guard guard(mutex_);
    return requests_;
  }
  bool gets(std::size_t count) {
    for (int look = 0; look < 500 && requests().size() < count; ++look) std::this_thread::sleep_for(10ms);
    return requests().size() >= count;
  }

 private:
  bool is_ready(int descriptor) const {
    while (!ends_) {
      pollfd wanted{.fd = descriptor, .events = POLLIN, .revents = 0};
      if (::poll(&wanted, 1, 10) == 1) return true;
    }
    return false;
  }

  // One request a connection.
  void serve() {
    while (is_ready(listening_)) {
      const int connection = ::accept4(listening_, nullptr, nullptr, SOCK_CLOEXEC);
      std::string text;
      std::size_t wanted = std::string::npos;
      while (text.size() < wanted && is_ready(connection)) {
        std::array<char, 4096> bytes;
        const ssize_t size = ::read(connection, bytes.data(), bytes.size());
        if (size <= 0) break;
        text.append(bytes.data(), static_cast<std::size_t>(size));
        const std::size_t head = text.find("\r\n\r\n");
        if (head == std::string::npos) continue;
        const std::size_t length = text.find("Content-Length: ");
        wanted = head + 4 + std::stoul(text.substr(length + 16));
      }
      const std::string answer =
          fmt::format("HTTP/1.1 {} Said\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", status_);
      EXPECT_EQ(::write(connection, answer.data(), answer.size()), std::ssize(answer));
      ::close(connection);
      const std::lock_guard guard(mutex_);
      requests_.push_back(text);
    }
  }

  const int status_;
  const int listening_;
  std::uint16_t port_ = 0;
  std::mutex mutex_;
  std::vector<std::string> requests_;
  std::atomic<bool> ends_ = false;
  std::thread thread_;
};

class WebhookSenderTest : public ::testing::Test {
 protected:
  Result<Done> try_out(WebhookSender& sender, const std::string& url) {
    return world_->run(sender.try_out({{url, "", "secret"}, "TEST", 1, ""}));
  }

  std::unique_ptr<RealWorld> world_ = std::move(*RealWorld::make({.io_uring = false, .workers = 1}));
};

TEST_F(WebhookSenderTest, SendsInOrder) {
  Receiver receiver(200);
  WebhookSender sender(*world_);
  for (int number = 0; number < 20; ++number) {
    sender.deliver({{receiver.url(), "word", ""}, "SOME", 1, fmt::format("{{\"number\":{}}}", number)});
  }
  ASSERT_TRUE(receiver.gets(20));
  const std::vector<std::string> requests = receiver.requests();
  for (std::size_t number = 0; number < requests.size(); ++number) {
    EXPECT_TRUE(requests[number].starts_with("POST /listen HTTP/1.1\r\n")) << requests[number];
    EXPECT_TRUE(requests[number].contains("\r\nAuthorization: Bearer word\r\n")) << requests[number];
    EXPECT_TRUE(requests[number].contains("\r\nContent-Type: application/json\r\n")) << requests[number];
    EXPECT_TRUE(requests[number].ends_with(fmt::format("{{\"number\":{}}}", number))) << requests[number];
  }
}

TEST_F(WebhookSenderTest, OneThatHangsKeepsNobodyWaiting) {
  Receiver hanging(0);
  Receiver good(200);
  const auto began = std::chrono::steady_clock::now();
  {
    WebhookSender sender(*world_);
    for (int number = 0; number < 2000; ++number) sender.deliver({{hanging.url()}, "SOME", 1, "{}"});
    sender.deliver({{good.url()}, "SOME", 1, "{}"});
    EXPECT_TRUE(good.gets(1));
    EXPECT_TRUE(try_out(sender, good.url()));
    EXPECT_LT(std::chrono::steady_clock::now() - began, 2s);
  }
  EXPECT_LT(std::chrono::steady_clock::now() - began, 5s) << "it does not wait for it at its end either";
}

TEST_F(WebhookSenderTest, ATestSaysWhatIsWrong) {
  WebhookSender sender(*world_);
  Receiver absent(404);
  const Result<Done> refused = try_out(sender, absent.url());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().sentence(), "404");
  EXPECT_TRUE(absent.requests().front().contains("\r\nAuthorization: Bearer ey")) << absent.requests().front();
  std::string nowhere;
  {
    const Receiver gone(0);
    nowhere = gone.url();
  }
  const Result<Done> failure = try_out(sender, nowhere);
  ASSERT_FALSE(failure);
  EXPECT_TRUE(failure.error().sentence().contains("connect")) << failure.error().sentence();
}

}  // namespace
}  // namespace mortar
