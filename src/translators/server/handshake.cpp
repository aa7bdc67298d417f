// SETVOLUME: the checks and the answers of stock, word for word, as clients and scripts know them.
#include <fmt/format.h>

#include "base/log.h"
#include "base/name.h"
#include "translators/server/server.h"
#include "translators/server/session.h"

namespace mortar {

namespace {

constexpr std::size_t longest_uid = 1024;

std::optional<std::string> text_at(const Dictionary& dictionary, std::string_view key) {
  const std::optional<std::string_view> text = dictionary.text(key);
  return text ? std::optional<std::string>(*text) : std::nullopt;
}

}  // namespace

void Session::sign_in(IncomingCall call) {
  SetVolume request;
  if (!decode_front(call.arguments(), request)) return call.reply_error(AcceptStatus::garbage_arguments);
  operations_.start(answer_sign_in(std::move(request), std::move(call)));
}

Task<> Session::answer_sign_in(SetVolume request, IncomingCall call) {
  SetVolume::Reply reply;
  Dictionary& said = reply.dict.dictionary;
  said.set_present();
  Result<Done> bound = failed(EINVAL, "this connection has signed in already");
  if (!signing_in_ && !signed_in()) {
    signing_in_ = true;
    bound = co_await bind(request.dict.dictionary, said);
    signing_in_ = false;
  }
  reply.op_ret = bound ? 0 : -1;
  reply.op_errno = bound ? 0 : bound.error().number();
  said.set_text("ERROR", bound ? "Success" : bound.error().sentence());
  if (!bound) {
    log::error(server_.name(), "refused {}: {}", peer_.text(), bound.error().sentence());
  }
  call.reply(reply);
  co_return done;
}

Task<> Session::bind(const Dictionary& request, Dictionary& reply) {
  const std::optional<std::string> subvolume = text_at(request, "remote-subvolume");
  if (!subvolume) co_return failed(EINVAL, "No remote-subvolume option specified");
  if (!server_.serving()) {
    co_return failed(EAGAIN, "xlator graph in server is not initialised yet. Try again later");
  }
  Translator* brick = server_.brick(*subvolume);
  // Whether the brick exists is told only to those who would be admitted: like stock, after all other checks.
  if (brick != nullptr) {
    const bool up = server_.is_up(*brick);
    reply.set_text("child_up", up ? "1" : "0");
    if (!up) co_return failed(EAGAIN, "Not received child_up for this xlator");
  }
  const std::optional<std::string> uid = text_at(request, "process-uuid");
  if (!uid || uid->size() > longest_uid) co_return failed(EINVAL, "UUID not specified");
  const std::string volume_id = brick != nullptr ? server_.volume_id() : std::string();
  const std::optional<std::string> wanted_volume = text_at(request, "volume-id");
  if (wanted_volume && !volume_id.empty() && *wanted_volume != volume_id) {
    co_return failed(EINVAL, "Volume-ID different, possible case of same brick re-used in another volume");
  }
  reply.set_text("volume-id", volume_id);
  const std::int64_t program = request.number("fops-version").value_or(0);
  if (program != programs::operations.number) {
    co_return failed(EINVAL, fmt::format("version mismatch: client({}) - client-mgmt({})", program,
                                         request.number("mgmt-version").value_or(0)));
  }
  const std::optional<std::string> subdirectory = text_at(request, "subdir-mount");
  applicant_ = Applicant{*subvolume, subdirectory.value_or("/"), text_at(request, "username"),
                         text_at(request, "password"), peer_};
  Admission admission = co_await tried(server_.authentication().admit(server_.world(), applicant_));
  if (brick == nullptr) co_return failed(ENOENT, "Brick not found");
  if (!admission.accepted) {
    server_.tell(events::ClientAuthReject::with(*uid, peer_.text(), local_.text(), *subvolume));
    co_return failed(EACCES, "Authentication failed");
  }

  auto client = std::make_shared<Client>();
  client->number = server_.next_client_number();
  client->uid = *uid;
  client->host = peer_.host;
  client->trusted = admission.trusted;
  client->op_version = static_cast<std::uint32_t>(request.number("opversion").value_or(0));
  process_name_ = text_at(request, "process-name").value_or(process_name_);
  reply.set_text("process-uuid", server_.process_uuid());
  reply.set_text("clnt-lk-version", "0");
  reply.set_text("transport-ptr", std::to_string(client->number));

  std::optional<Gfid> root;
  if (subdirectory && *subdirectory != "/") {
    Result<Gfid> found = co_await find_subdirectory(*brick, client, *subdirectory);
    if (!found) co_return failed(ENOENT, fmt::format("subdirectory for mount \"{}\" is not found", *subdirectory));
    root = *found;
  }
  // Everything is decided: from here on the client is known to the graph.
  subdirectory_ = root;
  client_ = std::move(client);
  brick_ = brick;
  server_.session_signed_in(*this);
  log::info(server_.name(), "accepted client from {} (version: {}) with subvol {}", client_->uid,
            text_at(request, "client-version").value_or("old"), *subvolume);
  server_.tell(
      events::ClientConnect::with(client_->uid, peer_.text(), local_.text(), *subvolume, subdirectory.value_or("/")));
  co_return done;
}

Task<Gfid> Session::find_subdirectory(Translator& brick, std::shared_ptr<const Client> client, std::string path) {
  const Call call{Identity{}, std::move(client)};
  Gfid directory = root_gfid;
  std::string_view rest = path;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('/'), rest.size());
    const std::string_view part = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (part.empty()) continue;
    Name name = co_await tried(Name::make(part));
    fop::Lookup lookup;
    lookup.parent = directory;
    lookup.name = name.text();
    fop::Lookup::Reply found = co_await tried(brick.perform(call, lookup));
    if (!found.iatt.is_directory()) co_return failed(ENOTDIR);
    directory = found.iatt.gfid;
  }
  co_return directory;
}

}  // namespace mortar
