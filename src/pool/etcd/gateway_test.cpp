// The gateway against answers of every kind: what is cut off, too long, refused or no answer at all.
#include "pool/etcd/gateway.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "pool/etcd/envelope.h"
#include "pool/etcd/http_exchange.h"
#include "simulation/simulation.h"

namespace mortar {
namespace {

using namespace std::chrono_literals;

constexpr const char* socket = "/run/etcd.socket";

std::string answer_of(int status, std::string_view body) {
  return fmt::format("HTTP/1.1 {} Words\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{}", status,
                     body.size(), body);
}

std::string refusal_of(int code, std::string_view words) {
  return answer_of(400, fmt::format(R"({{"error":"{}","message":"{}","code":{}}})", words, words, code));
}

// Answers every request with the same bytes, then closes.
Task<> serve_one(SimulatedWorld& world, std::unique_ptr<Stream> stream, std::string answer) {
  std::vector<std::byte> request(1 << 16);
  co_await tried(stream->read(request));
  std::vector<Slice> slices{Slice::copy(answer)};
  co_await stream->write(std::move(slices));
  co_await world.sleep(1s);
  co_return done;
}

Task<> serve(SimulatedWorld& world, const std::string& answer) {
  std::unique_ptr<Listener> listener =
      co_await tried(world.network().listen(Address::unix_socket(socket), StreamOptions{}, 16));
  for (;;) {
    std::unique_ptr<Stream> stream = co_await tried(listener->accept());
    world.background().start(serve_one(world, std::move(stream), answer));
  }
}

class GatewayTest : public testing::Test {
 protected:
  GatewayTest() { simulation_.network().conditions().partial_read = 0.5; }
  void answer(std::string text) {
    answer_ = std::move(text);
    if (server_ == nullptr) {
      server_ = &host_.start_process("etcd");
      server_->start(serve(*server_, answer_));
    }
  }
  template <class T>
  Result<T> run(Task<T> task) {
    return simulation_.run(std::move(task));
  }

  Simulation simulation_{1};
  Host& host_ = simulation_.add_host("server", "10.0.0.1");
  SimulatedWorld& client_ = host_.start_process("client");
  SimulatedWorld* server_ = nullptr;
  std::string answer_;
  EtcdGateway gateway_{client_, Address::unix_socket(socket)};
};

TEST_F(GatewayTest, NobodyThereMeansNotDone) {
  EXPECT_EQ(run(gateway_.put("pool", 1, "text")).error().number(), ENOTCONN);
  EXPECT_EQ(run(gateway_.get("pool")).error().number(), ENOTCONN);
}

TEST_F(GatewayTest, ValuesAreRead) {
  answer(answer_of(200, R"({"header":{"revision":"7"},"kvs":[{"mod_revision":"5","value":"dGV4dA=="}],"count":"1"})"));
  const Result<EtcdValue> value = run(gateway_.get("pool"));
  ASSERT_TRUE(value) << value.error().sentence();
  EXPECT_EQ(value->revision, 5u);
  EXPECT_EQ(value->value, "text");
  answer(answer_of(200, R"({"header":{"revision":"7"}})"));
  EXPECT_EQ(run(gateway_.get("pool"))->revision, 0u);
  for (const char* odd : {R"({"kvs":[{"mod_revision":"5","value":"dGV4"x"}]})", R"({"kvs":[{"value":"dGV4dA=="}]})",
                          R"({"kvs":[{"mod_revision":"-5","value":""}]})", R"({"kvs":[5]})", "[]", ""}) {
    answer(answer_of(200, odd));
    EXPECT_EQ(run(gateway_.get("pool")).error().number(), EPROTO) << odd;
  }
}

TEST_F(GatewayTest, PutsEndInOneOfThreeWays) {
  answer(answer_of(200, R"({"header":{"revision":"8"},"succeeded":true})"));
  EXPECT_EQ(*run(gateway_.put("pool", 7, "text")), 8u);
  answer(answer_of(200, R"({"header":{"revision":"8"}})"));
  EXPECT_EQ(run(gateway_.put("pool", 7, "text")).error().number(), EAGAIN);
  answer(refusal_of(8, "etcdserver: mvcc: database space exceeded"));
  EXPECT_EQ(run(gateway_.put("pool", 7, "text")).error().number(), ENOSPC);
  const std::string whole = answer_of(200, R"({"header":{"revision":"8"},"succeeded":true})");
  for (const std::string& unclear :
       {refusal_of(14, "etcdserver: request timed out"), refusal_of(14, "etcdserver: no leader"),
        refusal_of(4, "context deadline exceeded"), answer_of(502, "<html>"), answer_of(200, "{\"succeeded\":true}"),
        answer_of(200, "nothing"), whole.substr(0, whole.size() - 3), whole.substr(0, 20), std::string("nonsense\r\n"),
        std::string()}) {
    answer(unclear);
    const Result<std::uint64_t> put = run(gateway_.put("pool", 7, "text"));
    ASSERT_FALSE(put) << unclear;
    EXPECT_EQ(put.error().number(), ETIMEDOUT) << unclear;
  }
}

TEST_F(GatewayTest, AMembersSilenceEnds) {
  answer("");
  server_->kill();
  server_ = &host_.start_process("etcd");
  const auto silent = [](SimulatedWorld& world) -> Task<> {
    std::unique_ptr<Listener> listener =
        co_await tried(world.network().listen(Address::unix_socket(socket), StreamOptions{}, 16));
    std::unique_ptr<Stream> stream = co_await tried(listener->accept());
    co_await tried(world.sleep(1h));
    co_return done;
  };
  server_->start(silent(*server_));
  const Instant start = simulation_.now();
  EXPECT_EQ(run(gateway_.put("pool", 7, "text")).error().number(), ETIMEDOUT);
  EXPECT_LE(simulation_.now() - start, 15s);
}

TEST_F(GatewayTest, AWatchWaitsForAChange) {
  const std::string head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n";
  const auto chunk = [](std::string_view text) { return fmt::format("{:x}\r\n{}\r\n", text.size(), text); };
  const std::string created = "{\"result\":{\"header\":{\"revision\":\"1\"},\"created\":true}}\n";
  const std::string event = "{\"result\":{\"header\":{\"revision\":\"2\"},\"events\":[{\"kv\":{}}]}}\n";
  const std::string compacted = "{\"result\":{\"canceled\":true,\"compact_revision\":\"9\"}}\n";
  const std::string canceled = "{\"result\":{\"canceled\":true}}\n";
  answer(head + chunk(created) + chunk(event.substr(0, 9)) + chunk(event.substr(9)));
  EXPECT_TRUE(run(gateway_.changed("pool", 1)));
  answer(head + chunk(created) + chunk(compacted));
  EXPECT_TRUE(run(gateway_.changed("pool", 1)));
  for (const std::string& end : {canceled, std::string("{\"error\":{}}\n")}) {
    answer(head + chunk(created) + chunk(end));
    EXPECT_EQ(run(gateway_.changed("pool", 1)).error().number(), ECONNRESET);
  }
  answer(head + chunk(created) + "0\r\n\r\n");
  EXPECT_EQ(run(gateway_.changed("pool", 1)).error().number(), ECONNRESET);
  answer(head + chunk(created));
  EXPECT_EQ(run(gateway_.changed("pool", 1)).error().number(), ECONNRESET);
}

TEST_F(GatewayTest, MembersAreRead) {
  answer(answer_of(200,
                   R"({"members":[{"ID":"18446744073709551615","name":"one","peerURLs":["https://10.0.0.1:24008"]},)"
                   R"({"ID":"2","peerURLs":[],"isLearner":true}]})"));
  const Result<std::vector<GroupMember>> members = run(gateway_.members());
  ASSERT_TRUE(members);
  EXPECT_EQ(*members, (std::vector<GroupMember>{{18446744073709551615u, "one", {"https://10.0.0.1:24008"}, false},
                                                {2, "", {}, true}}));
  answer(refusal_of(9, "etcdserver: Peer URLs already exists"));
  EXPECT_EQ(run(gateway_.add_learner("https://10.0.0.1:24008")).error().number(), EEXIST);
  answer(refusal_of(9, "etcdserver: can only promote a learner member which is in sync with leader"));
  EXPECT_EQ(run(gateway_.promote(2)).error().number(), EBUSY);
  answer(refusal_of(14, "etcdserver: unhealthy cluster"));
  EXPECT_EQ(run(gateway_.add_learner("https://10.0.0.1:24008")).error().number(), EBUSY);
  answer(refusal_of(5, "etcdserver: member not found"));
  EXPECT_EQ(run(gateway_.remove(2)).error().number(), ENOENT);
}

TEST(HttpExchange, ALongBodyIsRefused) {
  Simulation simulation(1);
  Host& host = simulation.add_host("server", "10.0.0.1");
  SimulatedWorld& server = host.start_process("server");
  const std::string long_answer = answer_of(200, std::string(1001, 'x'));
  server.start(serve(server, long_answer));
  SimulatedWorld& client = host.start_process("client");
  const auto ask = [](SimulatedWorld& world) -> Task<> {
    std::unique_ptr<Stream> stream =
        co_await tried(world.network().connect(Address::unix_socket(socket), StreamOptions{}));
    HttpExchange exchange(std::move(stream), 1000);
    co_await tried(exchange.post("/", "{}"));
    co_await tried(exchange.read_whole());
    co_return done;
  };
  EXPECT_EQ(simulation.run(ask(client)).error().number(), EFBIG);
}

TEST(Envelope, HoldsWhatWasSealedAndNothingElse) {
  std::string text;
  for (int line = 0; line < 5000; ++line) text += fmt::format("volume photos{}\n", line);
  const std::string sealed = *seal(Envelope{41, text});
  EXPECT_LT(sealed.size(), text.size() / 3);
  EXPECT_EQ(*unseal(sealed), (Envelope{41, text}));
  EXPECT_EQ(*unseal(*seal(Envelope{})), Envelope{});
  for (std::size_t size = 0; size < sealed.size(); size += 7) EXPECT_FALSE(unseal(sealed.substr(0, size)));
  for (std::size_t place = 0; place < sealed.size(); place += 13) {
    std::string damaged = sealed;
    damaged[place] = static_cast<char>(damaged[place] ^ 0x10);
    const Result<Envelope> read = unseal(damaged);
    // Some bits say nothing.
    if (read) EXPECT_EQ(*read, (Envelope{41, text})) << place;
  }
  EXPECT_EQ(seal(Envelope{0, std::string(longest_document + 1, 'x')}).error().number(), EFBIG);
}

}  // namespace
}  // namespace mortar
