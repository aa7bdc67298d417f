#include "management/peers/document_service.h"

namespace mortar {

namespace {

// Who asks may be gone without a word; nobody is remembered for longer.
constexpr auto longest_watch = std::chrono::minutes(1);

}  // namespace

DocumentService::DocumentService(World& world, RpcService& members, std::function<Register*()> documents)
    : world_(world), documents_(std::move(documents)) {
  members.on<ReadDocument>(
      [this](RpcCaller caller, ReadDocument request) { return read(std::move(caller), std::move(request)); });
  members.on<SwapDocument>(
      [this](RpcCaller caller, SwapDocument request) { return swap(std::move(caller), std::move(request)); });
  members.on<WatchDocument>(
      [this](RpcCaller caller, WatchDocument request) { return watch(std::move(caller), std::move(request)); });
}

// ENOTCONN means that nothing was done, as from a voter that is not reached.
Result<Register*> DocumentService::documents() const {
  Register* documents = documents_();
  if (documents == nullptr) return failed(ENOTCONN, "this server does not keep the configuration");
  return documents;
}

Task<DocumentReply> DocumentService::read(RpcCaller, ReadDocument) {
  Register* asked = co_await tried(documents());
  Document document = co_await tried(asked->read());
  co_return DocumentReply{.version = document.version, .text = std::move(document.text)};
}

Task<DocumentReply> DocumentService::swap(RpcCaller, SwapDocument request) {
  Register* asked = co_await tried(documents());
  const std::uint64_t version = co_await tried(asked->swap(request.expected, std::move(request.text)));
  co_return DocumentReply{.version = version};
}

Task<DocumentReply> DocumentService::watch(RpcCaller, WatchDocument request) {
  Register* asked = co_await tried(documents());
  Result<Document> document = co_await with_deadline(world_, longest_watch, asked->watch(request.after));
  if (!document && document.error().number() == ETIMEDOUT) co_return DocumentReply{};
  if (!document) co_return document.error();
  co_return DocumentReply{.version = document->version, .text = std::move(document->text)};
}

}  // namespace mortar
