#include "wire/rpc_service.h"

#include "wire/messages/commands.h"
#include "wire/messages/dump.h"

namespace mortar {

namespace {

constexpr std::uint32_t most_procedures = 1024;
constexpr std::uint16_t first_unprivileged_port = 1024;
constexpr std::uint32_t credential_too_weak = 5;  // auth_stat of RFC 5531

}  // namespace

void RpcService::on_raw(std::uint32_t procedure, RawHandler handler) {
  check(procedure < most_procedures, "procedure numbers are small");
  if (procedure >= procedures_.size()) procedures_.resize(procedure + 1);
  procedures_[procedure] = std::move(handler);
}

void RpcService::acknowledge(std::uint32_t procedure) {
  on_raw(procedure, [](RpcConnection&, IncomingCall call) { call.reply(CommonReply{}); });
}

const RpcService::RawHandler* RpcService::find(std::uint32_t procedure) const {
  if (procedure >= procedures_.size() || !procedures_[procedure]) return nullptr;
  return &procedures_[procedure];
}

RpcCaller RpcService::caller_of(RpcConnection& connection, IncomingCall& call) {
  return RpcCaller{call.take_identity(), connection.peer(), connection.peer_uid(), connection.link()};
}

void RpcServer::add(RpcService& service) {
  service.set_tasks(tasks_);
  services_.push_back(&service);
}

void RpcServer::add_dump() {
  dump_ = std::make_unique<RpcService>(programs::dump, "GF-DUMP");
  dump_->on_raw(DumpPrograms::number, [this](RpcConnection&, IncomingCall call) { answer_dump(std::move(call)); });
  dump_->acknowledge(Ping::number);
  add(*dump_);
}

void RpcServer::answer_dump(IncomingCall call) {
  DumpPrograms request;
  if (!decode_front(call.arguments(), request)) return call.reply_error(AcceptStatus::garbage_arguments);
  DumpPrograms::Reply reply;
  for (const RpcService* service : services_) {
    reply.programs.elements.push_back({service->name(), service->program().number, service->program().version});
  }
  call.reply(reply);
}

// Stock lets anybody ask for the working directory and for mounts.
bool RpcServer::port_is_allowed(const RpcConnection& connection, const IncomingCall& call) const {
  if (!privileged_ports_ || connection.peer().is_unix()) return true;
  if (connection.peer().port < first_unprivileged_port) return true;
  return call.program() == programs::command &&
         (call.procedure() == cli::GetWorkingDirectory::number || call.procedure() == cli::Mount::number ||
          call.procedure() == cli::Unmount::number);
}

void RpcServer::incoming(RpcConnection& connection, IncomingCall call) {
  if (!port_is_allowed(connection, call)) return call.deny(Refusal::authentication, credential_too_weak);
  bool other_version = false;
  for (const RpcService* service : services_) {
    if (service->program().number != call.program().number) continue;
    other_version = true;
    if (service->program().version != call.program().version) continue;
    const RpcService::RawHandler* handler = service->find(call.procedure());
    if (handler == nullptr) return call.reply_error(AcceptStatus::procedure_unavailable);
    return (*handler)(connection, std::move(call));
  }
  call.reply_error(other_version ? AcceptStatus::program_mismatch : AcceptStatus::program_unavailable);
}

}  // namespace mortar
