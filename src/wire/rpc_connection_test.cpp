#include "wire/rpc_connection.h"

#include <gtest/gtest.h>

#include "wire/file_operations.h"
#include "wire/memory_stream_test.h"
#include "wire/messages/callbacks.h"
#include "wire/messages/handshake.h"
#include "wire/rpc_service.h"

namespace mortar {
namespace {

template <class T>
Task<> keep(Task<T> task, std::optional<Result<T>>& into) {
  Result<T> result = co_await std::move(task);
  into.emplace(std::move(result));
  co_return done;
}

// Keeps the calls it gets.
struct Collector : RpcHandler {
  std::vector<IncomingCall> calls;
  bool gone = false;
  void incoming(RpcConnection&, IncomingCall call) override { calls.push_back(std::move(call)); }
  void disconnected(RpcConnection&) override { gone = true; }
};

struct Ends {
  explicit Ends(RpcHandler* at_server = nullptr, RpcHandler* at_client = nullptr, RpcLimits limits = {}) {
    auto [left, right] = memory_streams();
    client_stream = left.get();
    server_stream = right.get();
    client = std::make_unique<RpcConnection>(std::move(left), at_client);
    server = std::make_unique<RpcConnection>(std::move(right), at_server, limits);
    running.start(keep(client->run(), client_end));
    running.start(keep(server->run(), server_end));
  }
  ~Ends() { running.cancel(); }

  template <class T>
  void start(Task<T> task, std::optional<Result<T>>& into) {
    running.start(keep(std::move(task), into));
  }
  template <class Request>
  Result<typename Request::Reply> call(const Request& request) {
    std::optional<Result<typename Request::Reply>> result;
    start(client->call(request), result);
    run_until_idle();
    return result ? *result : failed(ETIMEDOUT);
  }

  MemoryStream* client_stream;
  MemoryStream* server_stream;
  std::unique_ptr<RpcConnection> client;
  std::unique_ptr<RpcConnection> server;
  std::optional<Result<Done>> client_end;
  std::optional<Result<Done>> server_end;
  TaskSet running;
};

Task<GetSpec::Reply> give_volfile(RpcCaller caller, GetSpec request) {
  if (request.key != "known") co_return failed(ENOENT);
  co_return GetSpec::Reply{.op_ret = 3, .spec = std::to_string(caller.identity.uid)};
}

struct ServerTest : testing::Test {
  TaskSet tasks;
  RpcService handshake{programs::handshake, "Gluster Handshake"};
  RpcServer server{tasks};

  ServerTest() {
    server.add_dump();
    server.add(handshake);
    handshake.on<GetSpec>(give_volfile);
    handshake.on<GetVolumeInfo>([](RpcCaller, GetVolumeInfo) -> Task<VolumeInfoReply> {
      co_return failed(EBUSY, "another transaction is in progress");
    });
    handshake.acknowledge(HandshakePing::number);
  }
  ~ServerTest() override { tasks.cancel(); }
};

TEST_F(ServerTest, AnswersTypedCalls) {
  Ends ends(&server);
  std::optional<Result<GetSpec::Reply>> result;
  ends.start(ends.client->call(GetSpec{.key = "known"}, Identity{.uid = 123}), result);
  run_until_idle();
  ASSERT_TRUE(result && *result);
  EXPECT_EQ(**result, (GetSpec::Reply{.op_ret = 3, .spec = "123"}));
}

TEST_F(ServerTest, ErrorsBecomeRepliesWithTheirSentence) {
  Ends ends(&server);
  EXPECT_EQ(ends.call(GetSpec{.key = "unknown"}), (GetSpec::Reply{.op_ret = -1, .op_errno = ENOENT}));
  EXPECT_EQ(ends.call(GetVolumeInfo{}),
            (VolumeInfoReply{.op_ret = -1, .op_errno = EBUSY, .op_errstr = "another transaction is in progress"}));
}

TEST_F(ServerTest, DumpListsTheProgramsAndPingIsTwelveZeroBytes) {
  Ends ends(&server);
  Result<DumpPrograms::Reply> programs = ends.call(DumpPrograms{});
  ASSERT_TRUE(programs);
  EXPECT_EQ(programs->programs.elements,
            (std::vector<ProgramEntry>{{"GF-DUMP", 123451501, 1}, {"Gluster Handshake", 14398633, 2}}));
  std::optional<Result<Slice>> ping;
  ends.start(ends.client->call(RpcCall{.program = programs::dump, .procedure = Ping::number}), ping);
  run_until_idle();
  ASSERT_TRUE(ping && *ping);
  EXPECT_EQ((**ping).text(), std::string(12, '\0'));
}

TEST_F(ServerTest, RefusesAsStockDoes) {
  Ends ends(&server);
  auto outcome = [&](Program program, std::uint32_t procedure, std::string arguments) {
    std::optional<Result<Slice>> result;
    ends.start(ends.client->call(RpcCall{
                   .program = program, .procedure = procedure, .arguments = {Slice::own(std::move(arguments))}}),
               result);
    run_until_idle();
    return result && !*result ? result->error() : Error();
  };
  EXPECT_EQ(outcome(programs::portmap, 1, "").sentence(), "the peer refused the call: it has no such program");
  EXPECT_EQ(outcome({programs::handshake.number, 9}, 1, "").sentence(),
            "the peer refused the call: it has another version of the program");
  EXPECT_EQ(outcome(programs::handshake, 4, "").number(), EOPNOTSUPP);
  EXPECT_EQ(outcome(programs::dump, 0, "").number(), EOPNOTSUPP);
  EXPECT_EQ(outcome(programs::handshake, GetSpec::number, "abc").number(), EPROTO);
  EXPECT_TRUE(ends.call(Ping{})) << "the connection goes on";
}

TEST_F(ServerTest, PortsOfUsersAreRefusedWhereTheOptionSaysSo) {
  server.require_privileged_ports(true);
  Ends ends(&server);
  EXPECT_TRUE(ends.call(Ping{}));
  ends.server_stream->set_address(Address::tcp("10.0.0.1", 49151));
  EXPECT_EQ(ends.call(Ping{}).error().number(), EACCES);
}

TEST_F(ServerTest, BadVersionsAndBadCredentialsAreDenied) {
  Ends ends(&server);
  Encoder version;
  for (std::uint32_t word : {0x80000000U | 40, 7U, 0U, 3U, 1U, 1U, 1U, 0U, 0U, 0U, 0U}) version.put_u32(word);
  Encoder large;
  for (std::uint32_t word : {0x80000000U | 444, 8U, 0U, 2U, 1U, 1U, 1U, 0U, 404U}) large.put_u32(word);
  large.put_raw(as_bytes(std::string(412, '\0')));
  ends.client->close();
  run_until_idle();
  auto [mine, its] = memory_streams();
  mine->out().bytes = version.flat() + large.flat();
  RpcConnection connection(std::move(its), &server);
  std::optional<Result<Done>> end;
  TaskSet running;
  running.start(keep(connection.run(), end));
  run_until_idle();
  Encoder expected;
  for (std::uint32_t word : {0x80000000U | 24, 7U, 1U, 1U, 0U, 2U, 2U}) expected.put_u32(word);
  for (std::uint32_t word : {0x80000000U | 20, 8U, 1U, 1U, 1U, 1U}) expected.put_u32(word);
  EXPECT_EQ(mine->in().bytes, expected.flat());
  EXPECT_FALSE(connection.closed());
  mine->out().bytes = std::string("\x80\x00\x00\x04junk", 8);
  mine->out().wake();
  run_until_idle();
  ASSERT_TRUE(end && !*end);
  EXPECT_EQ(end->error().number(), EPROTO);
}

TEST_F(ServerTest, AHandlerOutlivesItsConnection) {
  Event go;
  handshake.on<SetVolume>([&go](RpcCaller, SetVolume) -> Task<SetVolume::Reply> {
    return [](Event& gate) -> Task<SetVolume::Reply> {
      co_await gate.wait();
      co_return SetVolume::Reply{};
    }(go);
  });
  {
    Ends ends(&server);
    EXPECT_EQ(ends.call(SetVolume{}).error().number(), ETIMEDOUT);
    EXPECT_EQ(tasks.running(), 1U);
  }
  go.set();
  run_until_idle();
  EXPECT_EQ(tasks.running(), 0U);
}

TEST(RpcConnection, AnswersMayComeInAnyOrder) {
  Collector collector;
  Ends ends(&collector);
  std::vector<std::optional<Result<Slice>>> results(200);
  for (std::uint32_t index = 0; index < results.size(); ++index) {
    ends.start(ends.client->call(RpcCall{.program = programs::operations,
                                         .procedure = fop::Lk::number,
                                         .arguments = {Slice::own(std::to_string(index))}}),
               results[index]);
  }
  run_until_idle();
  ASSERT_EQ(collector.calls.size(), results.size());
  EXPECT_EQ(ends.client->outstanding_calls(), results.size());
  for (std::size_t index = results.size(); index-- > 0;) {
    collector.calls[index].reply({collector.calls[index].arguments()});
  }
  run_until_idle();
  for (std::size_t index = 0; index < results.size(); ++index) {
    ASSERT_TRUE(results[index] && *results[index]);
    EXPECT_EQ((*results[index])->text(), std::to_string(index));
  }
  EXPECT_EQ(ends.client->outstanding_calls(), 0U);
}

TEST(RpcConnection, WhatIsQueuedInOneTurnLeavesInOneWrite) {
  Collector collector;
  Ends ends(&collector);
  std::optional<Result<fop::Stat::Reply>> one;
  std::optional<Result<fop::Stat::Reply>> two;
  ends.start(ends.client->call(fop::Stat{}), one);
  ends.start(ends.client->call(fop::Stat{}), two);
  run_until_idle();
  EXPECT_EQ(ends.client_stream->out().writes, 1U);
  ASSERT_EQ(collector.calls.size(), 2U);
  collector.calls[1].reply(fop::Stat::Reply{});
  collector.calls[0].reply(fop::Stat::Reply{});
  run_until_idle();
  EXPECT_EQ(ends.server_stream->out().writes, 1U);
  EXPECT_TRUE(one && *one && two && *two);
}

TEST(RpcConnection, ACancelledCallIsForgottenAndItsAnswerDropped) {
  Collector collector;
  Ends ends(&collector);
  {
    TaskSet short_lived;
    std::optional<Result<fop::Stat::Reply>> never;
    short_lived.start(keep(ends.client->call(fop::Stat{}), never));
    run_until_idle();
    EXPECT_EQ(ends.client->outstanding_calls(), 1U);
  }
  EXPECT_EQ(ends.client->outstanding_calls(), 0U);
  ASSERT_EQ(collector.calls.size(), 1U);
  collector.calls[0].reply(fop::Stat::Reply{});
  collector.calls.clear();
  run_until_idle();
  EXPECT_FALSE(ends.client->closed());
}

TEST(RpcConnection, LossFailsWhatIsOutstanding) {
  Collector collector;
  Ends ends(&collector);
  std::optional<Result<fop::Stat::Reply>> result;
  ends.start(ends.client->call(fop::Stat{}), result);
  run_until_idle();
  ends.server->close();
  run_until_idle();
  ASSERT_TRUE(result && !*result);
  EXPECT_EQ(result->error().number(), ENOTCONN);
  EXPECT_TRUE(collector.gone);
  EXPECT_EQ(ends.call(fop::Stat{}).error().number(), ENOTCONN);
  collector.calls[0].reply(fop::Stat::Reply{});  // too late, and harmless
}

TEST(RpcConnection, DestructionFailsWhatIsOutstanding) {
  Collector collector;
  std::optional<Result<fop::Stat::Reply>> result;
  TaskSet callers;
  {
    Ends ends(&collector);
    callers.start(keep(ends.client->call(fop::Stat{}), result));
    run_until_idle();
  }
  run_until_idle();
  ASSERT_TRUE(result && !*result);
  EXPECT_EQ(result->error().number(), ENOTCONN);
  collector.calls[0].reply(fop::Stat::Reply{});
}

TEST(RpcConnection, ReadingStopsAtTheLimitOfRequestsAndLocksDoNotCount) {
  Collector collector;
  Ends ends(&collector, nullptr, RpcLimits{.requests = 4, .lock_requests = 100});
  std::vector<std::optional<Result<fop::Stat::Reply>>> results(10);
  std::vector<std::optional<Result<fop::Lk::Reply>>> locks(20);
  for (auto& lock : locks) ends.start(ends.client->call(fop::Lk{}), lock);
  for (auto& result : results) ends.start(ends.client->call(fop::Stat{}), result);
  run_until_idle();
  EXPECT_EQ(collector.calls.size(), 24U);
  for (IncomingCall& call : collector.calls) {
    if (call.procedure() == fop::Stat::number) call.reply(fop::Stat::Reply{});
  }
  run_until_idle();
  EXPECT_EQ(collector.calls.size(), 28U);
  collector.calls.erase(collector.calls.begin() + 24, collector.calls.end());  // dropped unanswered
  run_until_idle();
  EXPECT_EQ(collector.calls.size(), 26U);
}

TEST(RpcConnection, ReadingStopsWhileTheAnswersAreNotTaken) {
  struct Generous : RpcHandler {
    unsigned answered = 0;
    void incoming(RpcConnection&, IncomingCall call) override {
      ++answered;
      call.reply({Slice::own(std::string(1000, 'x'))});
    }
  } generous;
  Ends ends(&generous, nullptr, RpcLimits{.queued_bytes = 5000});
  std::vector<std::optional<Result<Slice>>> results(50);
  for (auto& result : results) ends.start(ends.client->call(RpcCall{}), result);
  run_until_idle();
  EXPECT_EQ(generous.answered, 50U);
  EXPECT_GE(ends.server_stream->out().writes, 10U);
}

TEST(RpcConnection, NoticesHaveTheirOwnNumbersAndAreNotAnswered) {
  struct Watcher : RpcHandler {
    std::vector<InodelkContention> seen;
    void incoming(RpcConnection&, IncomingCall call) override {
      InodelkContention notice;
      ASSERT_TRUE(decode_whole(call.arguments(), notice));
      seen.push_back(std::move(notice));
    }
  } watcher;
  Collector collector;
  Ends ends(&collector, &watcher);
  const InodelkContention notice{.gfid = root_gfid, .pid = 7, .domain = "vol-replicate-0"};
  ends.server->notify(notice);
  ends.server->notify(notice);
  run_until_idle();
  EXPECT_EQ(watcher.seen, (std::vector<InodelkContention>{notice, notice}));
  EXPECT_EQ(ends.client_stream->out().writes, 0U);
}

TEST(RpcConnection, LargePayloadsArriveWhole) {
  struct Echo : RpcHandler {
    void incoming(RpcConnection&, IncomingCall call) override {
      fop::Write request;
      ASSERT_TRUE(decode_whole(call.arguments(), request));
      call.reply(fop::Read::Reply{{.op_ret = 1}, {}, request.size, {}, request.data});
    }
  } echo;
  Ends ends(&echo);
  for (std::size_t size : {std::size_t{0}, std::size_t{3}, std::size_t{131072}, std::size_t{5} << 20}) {
    std::string data(size, 'd');
    if (!data.empty()) data.back() = 'e';
    fop::Write request{.size = static_cast<std::uint32_t>(size)};
    request.xdata.set("key", std::int64_t{1});
    request.data.bytes = Slice::copy(data);
    std::optional<Result<Slice>> result;
    ends.start(ends.client->call(RpcCall{.program = programs::operations,
                                         .procedure = fop::Write::number,
                                         .flavour = credential::glusterfs_3,
                                         .arguments = {Slice::own(encode_flat(request))}}),
               result);
    run_until_idle();
    ASSERT_TRUE(result && *result);
    fop::Read::Reply reply;
    ASSERT_TRUE(decode_whole(**result, reply));
    EXPECT_EQ(reply.data.bytes.text(), data);
    EXPECT_EQ(reply.size, size);
  }
}

TEST(RpcConnection, FlushedWaitsForTheLastAnswer) {
  Collector collector;
  Ends ends(&collector);
  std::optional<Result<fop::Stat::Reply>> result;
  ends.start(ends.client->call(fop::Stat{}), result);
  run_until_idle();
  collector.calls[0].reply(fop::Stat::Reply{});
  std::optional<Result<Done>> flushed;
  ends.start(ends.server->flushed(), flushed);
  EXPECT_FALSE(flushed);
  run_until_idle();
  EXPECT_TRUE(flushed);
  EXPECT_EQ(ends.server_stream->out().writes, 1U);
}

}  // namespace
}  // namespace mortar
