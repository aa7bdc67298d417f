// One POST over HTTP/1.1 on a stream of its own: what etcd's gateway is asked with. The body of the answer can be read
// while it still comes, for an answer that never ends (a watch).
#pragma once

#include <http_parser.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/network.h"

namespace mortar {

class HttpExchange {
 public:
  // A longer body is refused.
  HttpExchange(std::unique_ptr<Stream> stream, std::size_t longest_body);

  // Sends the request. Once.
  Task<> post(std::string path, std::string body);
  // Waits for more of the answer; false once it is whole. ECONNRESET where it was cut off, EPROTO for what is not HTTP,
  // EFBIG for a body that is too long.
  Task<bool> read_more();
  // All of it.
  Task<> read_whole();

  // 0 until the head has come.
  int status() const { return status_; }
  const std::string& body() const { return body_; }
  // What has come of the body, up to the end of a line; empty where there is none yet. It is taken out of the body.
  std::string take_line();

 private:
  static const http_parser_settings& callbacks();
  static HttpExchange& self(http_parser* parser) { return *static_cast<HttpExchange*>(parser->data); }

  std::unique_ptr<Stream> stream_;
  const std::size_t longest_body_;
  http_parser parser_{};
  int status_ = 0;
  bool whole_ = false;
  bool too_long_ = false;
  std::string body_;
  std::vector<std::byte> buffer_;
};

}  // namespace mortar
