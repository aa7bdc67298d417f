// A hostile peer of a whole brick: signed in or not, it sends operations that are well formed but for what they say,
// pieces that are nothing at all, and stops where it likes. The brick answers errors, serves the next client, and
// nothing outside of it is reached.
#include "base/log.h"
#include "choices.h"
#include "simulated_brick.h"
#include "translators/server/server.h"
#include "wire/messages/handshake.h"
#include "wire/rpc_connection.h"

namespace mortar {
namespace {

using namespace std::chrono_literals;

Task<> serve_brick(World& world, std::unique_ptr<Graph>& graph) {
  graph = co_await tried(Graph::build(world, fuzz_brick_volfile(true), fuzz_brick_types()));
  co_await tried(graph->start());
  co_return done;
}

template <class Message>
void append(std::string& stream, std::uint32_t xid, Program program, std::uint32_t procedure, const Message& message,
            const Identity& identity, std::uint32_t flavour) {
  Encoder record;
  record.put_u32(0);
  encode_call(record, xid, program, procedure, flavour, identity);
  encode(record, message);
  record.patch_u32(0, last_fragment | static_cast<std::uint32_t>(record.size_with_payload() - record_mark_size));
  stream += record.flat();
}

SetVolume sign_in() {
  SetVolume request;
  Dictionary& dict = request.dict.dictionary;
  dict.set_text("remote-subvolume", fuzz_brick);
  dict.set_text("process-uuid", "fuzz");
  dict.set_text("volfile-key", "v");
  dict.set_text("fops-version", "1298437");
  dict.set_text("client-opversion", "100000");
  return request;
}

void append_operation(std::string& stream, std::uint32_t xid, Choices& choices) {
  const std::uint64_t wanted = choices.below(57);
  fop::for_each_operation([&]<class Operation>() {
    if (Operation::number != wanted) return;
    Operation operation;
    choices.fill(operation);
    if constexpr (requires {
                    operation.data;
                    operation.size;
                  }) {
      if (choices.below(8) != 0) operation.size = static_cast<std::uint32_t>(operation.data.bytes.size());
    }
    Identity identity;
    identity.pid = static_cast<std::int32_t>(choices.number());
    identity.uid = static_cast<std::uint32_t>(choices.below(2) * 1000);
    identity.gid = identity.uid;
    identity.lock_owner = choices.bytes(choices.below(3));
    append(stream, xid, programs::operations, Operation::number, operation, identity, credential::glusterfs_3);
  });
}

std::string stream_of(Choices& choices) {
  std::string stream;
  std::uint32_t xid = 1;
  if (choices.below(8) != 0) {
    append(stream, xid++, SetVolume::program, SetVolume::number, sign_in(), Identity{}, credential::glusterfs_2);
  }
  for (int steps = 0; steps < 40 && !choices.done(); ++steps) {
    if (choices.below(16) == 0) {
      stream += choices.bytes(choices.below(40));
    } else {
      append_operation(stream, xid++, choices);
    }
  }
  return stream;
}

Task<> drain(Stream& stream) {
  std::array<std::byte, 4096> room{};
  while (true) {
    const std::size_t size = co_await tried(stream.read(room));
    if (size == 0) co_return done;
  }
}

Task<> attack(World& world, std::string bytes) {
  const std::unique_ptr<Stream> stream =
      co_await tried(world.network().connect(Address::tcp("server", 49152), StreamOptions{}));
  TaskSet reading;
  reading.start(drain(*stream));
  std::vector<Slice> slices;
  slices.push_back(Slice::own(std::move(bytes)));
  co_await stream->write(std::move(slices));
  co_await world.sleep(2s);
  co_return done;
}

// Whoever comes next is served.
Task<> honest(World& world) {
  std::unique_ptr<Stream> stream =
      co_await tried(world.network().connect(Address::tcp("server", 49152), StreamOptions{}));
  const auto connection = std::make_shared<RpcConnection>(std::move(stream), nullptr, RpcLimits{});
  TaskSet reading;
  reading.start(connection->run());
  const SetVolume::Reply reply = co_await tried(connection->call(sign_in()));
  if (reply.op_ret < 0) co_return Error(reply.op_errno);
  const fop::Lookup lookup{.gfid = root_gfid};
  const fop::Lookup::Reply found = co_await tried(connection->call(lookup, Identity{}, credential::glusterfs_3));
  connection->close();
  co_return found.op_ret < 0 ? Result<Done>(failed(found.op_errno)) : Result<Done>(done);
}

void fuzz(Choices choices) {
  choices.known.insert(choices.known.end(), {fuzz_file(), fuzz_folder(), fuzz_link(), fuzz_planted(), fuzz_gfid(0x55)});
  Simulation simulation(7);
  Host& server = simulation.add_host("server", "10.0.0.1");
  Host& client = simulation.add_host("client", "10.0.0.2");
  server.disk().restore(fuzz_disk());
  SimulatedWorld& brick = server.start_process("glusterfsd");
  SimulatedWorld& peer = client.start_process("peer");
  std::unique_ptr<Graph> graph;
  check(simulation.run(serve_brick(brick, graph)).has_value(), "the brick starts");
  static_cast<void>(simulation.run(attack(peer, stream_of(choices)), 1min));
  const Result<Done> served = simulation.run(honest(peer), 2min);
  check(served.has_value(), "the next client is served");
  simulation.run_for(1s);
  check_outside(server.disk());
  check(simulation.run(graph->stop(), 10min).has_value(), "the brick stops");
  graph.reset();
  brick.kill();
  peer.kill();
}

}  // namespace
}  // namespace mortar

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  mortar::log::set_level(mortar::log::Level::emergency);
  mortar::fuzz(mortar::Choices(data, size));
  return 0;
}
