#include "pool/etcd/http_exchange.h"

#include <fmt/format.h>

namespace mortar {

namespace {

constexpr std::size_t read_size = 64 << 10;

}  // namespace

HttpExchange::HttpExchange(std::unique_ptr<Stream> stream, std::size_t longest_body)
    : stream_(std::move(stream)), longest_body_(longest_body), buffer_(read_size) {
  http_parser_init(&parser_, HTTP_RESPONSE);
  parser_.data = this;
}

const http_parser_settings& HttpExchange::callbacks() {
  static const http_parser_settings settings = [] {
    http_parser_settings made;
    http_parser_settings_init(&made);
    made.on_headers_complete = [](http_parser* parser) {
      self(parser).status_ = parser->status_code;
      return 0;
    };
    made.on_body = [](http_parser* parser, const char* piece, std::size_t size) {
      HttpExchange& exchange = self(parser);
      exchange.too_long_ = size > exchange.longest_body_ - exchange.body_.size();
      if (!exchange.too_long_) exchange.body_.append(piece, size);
      return exchange.too_long_ ? 1 : 0;
    };
    made.on_message_complete = [](http_parser* parser) {
      self(parser).whole_ = true;
      return 0;
    };
    return made;
  }();
  return settings;
}

Task<> HttpExchange::post(std::string path, std::string body) {
  std::vector<Slice> request;
  request.push_back(
      Slice::own(fmt::format("POST {} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                             "Content-Length: {}\r\nConnection: close\r\n\r\n",
                             path, body.size())));
  request.push_back(Slice::own(std::move(body)));
  co_await tried(stream_->write(std::move(request)));
  co_return done;
}

Task<bool> HttpExchange::read_more() {
  if (whole_) co_return false;
  const std::size_t size = co_await tried(stream_->read(buffer_));
  const char* text = reinterpret_cast<const char*>(buffer_.data());
  // The parser takes no bytes for the end of the stream.
  const std::size_t taken = http_parser_execute(&parser_, &callbacks(), text, size);
  const auto problem = static_cast<http_errno>(parser_.http_errno);
  if (too_long_) co_return failed(EFBIG, fmt::format("an answer is longer than {} bytes", longest_body_));
  if (problem != HPE_OK || (taken != size && !whole_)) {
    if (size == 0) co_return failed(ECONNRESET, "an answer was cut off");
    co_return failed(EPROTO, fmt::format("an answer is not HTTP: {}", http_errno_description(problem)));
  }
  if (size == 0 && !whole_) co_return failed(ECONNRESET, "an answer was cut off");
  co_return true;
}

Task<> HttpExchange::read_whole() {
  bool more = true;
  while (more) {
    more = co_await tried(read_more());
  }
  co_return done;
}

std::string HttpExchange::take_line() {
  const std::size_t end = body_.find('\n');
  if (end == std::string::npos) return {};
  std::string line = body_.substr(0, end);
  body_.erase(0, end + 1);
  return line;
}

}  // namespace mortar
