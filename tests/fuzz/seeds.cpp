// Writes the seeds of the fuzz targets: stock's captured traffic, and random messages of every kind.
//
//   fuzz_seeds CAPTURES OUTPUT     one folder per target below OUTPUT
#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <set>
#include <tuple>

#include "capture.h"
#include "fuzz_message.h"
#include "management/events/texts.h"
#include "management/store.h"
#include "pool/document.h"
#include "pool/etcd/envelope.h"
#include "pool/standing.h"
#include "wire/messages/handshake.h"
#include "wire/rpc_message.h"

namespace mortar {
namespace {

constexpr std::size_t most_of_a_kind = 12;
constexpr int random_of_a_kind = 4;

class Seeds {
 public:
  explicit Seeds(std::filesystem::path root) : root_(std::move(root)) {}

  void add_capture(const Capture& capture) {
    std::map<std::tuple<std::string, std::string, std::uint32_t>, const MessageEntry*> calls;
    for (const CapturedRecord& record : capture.records) {
      Decoder in(record.bytes);
      CallHeader call;
      ReplyHeader reply;
      const RecordKind kind = decode_header(in, call, reply);
      if (kind == RecordKind::call) {
        const MessageEntry* message = find_message(call.program, call.procedure);
        calls[{record.from, record.to, call.xid}] = message;
        if (message != nullptr) add_message(*message, false, in.get_rest(), record.bytes);
      } else if (kind == RecordKind::reply) {
        const MessageEntry* message = calls[{record.to, record.from, reply.xid}];
        if (message != nullptr) add_message(*message, true, in.get_rest(), record.bytes);
      }
    }
  }

  void add_random() {
    Random random(1);
    for (const MessageEntry& message : all_messages()) {
      for (int round = 0; round < random_of_a_kind; ++round) {
        write_message(message, false, message.request.random(random));
        if (message.reply) write_message(message, true, message.reply->random(random));
      }
    }
    for (int round = 0; round < 50; ++round) {
      Dictionary typed;
      randomizing::fill(random, typed);
      LegacyDictionary legacy;
      randomizing::fill(random, legacy);
      write("dictionary", std::string(1, '\0') + encode_flat(typed));
      write("dictionary", std::string(1, '\1') + encode_legacy(legacy.dictionary));
    }
  }

  // What a pool keeps on a disk, and what GlusterFS does.
  void add_pool() {
    Pool pool;
    pool.servers = {Server{.id = own_, .names = {"server1", "10.0.0.1"}, .address = "10.0.0.1", .votes = true}};
    pool.trust.pool = own_;
    pool.trust.revoked = {own_};
    pool.options.set("cluster.server-quorum-ratio", "51");
    pool.event_settings.set("log-level", "ERROR");
    pool.webhooks = {{"http://host/", "token", "line\n"}};
    Volume volume{.name = "v", .id = own_, .bricks = {Brick{"server1", "/data/b", own_, 3}}};
    volume.options.set("nfs.disable", "on");
    volume.rebalance = Rebalance{own_, {RebalancePart{own_, RebalanceState::failed, 1, 2}}};
    pool.volumes = {volume};
    const std::string document = format_pool(pool);
    write("document", document);
    write("standing", format_standing({Stage::alone, {}, {}}));
    write("standing", format_standing({Stage::voting, own_, {"10.0.0.2", "server3"}}));
    write("envelope", '\0' + *seal({7, document}));
    write("envelope", '\1' + document);
    write("envelope", '\2' + ("7\n" + document));
    const std::string end(1, '\0');
    write("store", "UUID=" + own_.text() + "\noperating-version=100000\n" + end +
                       "uuid=11111111-1111-1111-1111-111111111111\nstate=3\nhostname1=server2\n" + end +
                       "global-option-version=1\ncluster.server-quorum-ratio=51\n" + end + volume_info_text(volume) +
                       end + "uuid=" + own_.text() + "\nhostname=server1\npath=/data/b\n" + end + end +
                       webhooks_text(pool) + end + event_settings_text(pool));
  }

 private:
  void add_message(const MessageEntry& message, bool reply, const Slice& body, const Slice& record) {
    if (++kinds_[{message.name, reply}] > most_of_a_kind) return;
    write_message(message, reply, std::string(body.text()));
    Encoder mark;
    mark.put_u32(last_fragment | static_cast<std::uint32_t>(record.size()));
    write("record", std::string(1, static_cast<char>(written_)) + mark.flat() + std::string(record.text()));
    GetSpec::Reply volfile;
    if (reply && message.program == GetSpec::program && message.procedure == GetSpec::number &&
        decode_whole(body, volfile)) {
      write("volfile", volfile.spec);
    }
  }

  void write_message(const MessageEntry& message, bool reply, const std::string& body) {
    const bool operation = message.program == programs::operations;
    const std::vector<const MessageEntry*> entries = messages_of(operation);
    const auto index = static_cast<std::size_t>(std::ranges::find(entries, &message) - entries.begin());
    write(operation ? "operations" : "messages", fuzz_selector(index, reply) + body);
  }

  void write(const std::string& target, const std::string& bytes) {
    if (!seen_.emplace(target, bytes).second) return;
    std::filesystem::create_directories(root_ / target);
    std::ofstream(root_ / target / fmt::format("seed-{:05}", written_++), std::ios::binary) << bytes;
  }

  const Gfid own_ = *Gfid::parse("01020304-0506-0708-090a-0b0c0d0e0f10");
  std::filesystem::path root_;
  std::map<std::pair<std::string, bool>, std::size_t> kinds_;
  std::set<std::pair<std::string, std::string>> seen_;
  std::size_t written_ = 0;
};

int make_seeds(const std::filesystem::path& captures, const std::filesystem::path& output) {
  Seeds seeds(output);
  std::set<std::filesystem::path> files(std::filesystem::directory_iterator(captures), {});
  for (const std::filesystem::path& file : files) {
    if (file.extension() != ".pcap") continue;
    Result<Capture> capture = read_capture(file);
    if (!capture) {
      std::cerr << capture.error().sentence() << '\n';
      return 1;
    }
    seeds.add_capture(*capture);
  }
  seeds.add_random();
  seeds.add_pool();
  return 0;
}

}  // namespace
}  // namespace mortar

int main(int count, char** arguments) {
  if (count != 3) {
    std::cerr << "usage: fuzz_seeds CAPTURES OUTPUT\n";
    return 2;
  }
  return mortar::make_seeds(arguments[1], arguments[2]);
}
