// One request of the kernel. It is answered exactly once: by one of the answers below or, where nobody answered (the
// mount ends, work is cancelled), with ENOTCONN when the Request dies.
#pragma once

#define FUSE_USE_VERSION 314
#include <fuse_lowlevel.h>

#include <functional>
#include <source_location>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "base/bytes.h"
#include "translators/fuse/news.h"

namespace mortar::fuse {

// What libfuse hands over, and by which of its callbacks.
struct Arrived {
  fuse_req_t raw;
  std::source_location by;
  // Implicit: so that the callback, which hands over a request, is noted without being named.
  Arrived(fuse_req_t request, std::source_location from = std::source_location::current()) : raw(request), by(from) {}
};

class Request {
 public:
  explicit Request(Arrived arrived, Asked asked = {}) : request_(arrived.raw), by_(arrived.by), asked_(asked) {}
  Request(Request&& other) noexcept
      : request_(std::exchange(other.request_, nullptr)), by_(other.by_), asked_(other.asked_) {}
  Request& operator=(Request&&) = delete;
  ~Request() {
    if (request_ != nullptr) fail(ENOTCONN);
  }

  const fuse_ctx& context() const { return *fuse_req_ctx(request_); }
  fuse_req_t raw() const { return request_; }
  const std::source_location& by() const { return by_; }
  const Asked& asked() const { return asked_; }

  void fail(int number) { fuse_reply_err(take(), number); }
  void succeed() { fail(0); }
  // The kernel takes no answer (and a reference of ours) where the caller was interrupted meanwhile: false then.
  bool entry(const fuse_entry_param& entry) { return fuse_reply_entry(take(), &entry) == 0; }
  bool created(const fuse_entry_param& entry, const fuse_file_info& file) {
    return fuse_reply_create(take(), &entry, &file) == 0;
  }
  bool opened(const fuse_file_info& file) { return fuse_reply_open(take(), &file) == 0; }
  void attributes(const struct stat& status, double timeout) { fuse_reply_attr(take(), &status, timeout); }
  void target(const std::string& target) { fuse_reply_readlink(take(), target.c_str()); }
  void written(std::size_t count) { fuse_reply_write(take(), count); }
  bool bytes(Bytes bytes) {
    return fuse_reply_buf(take(), reinterpret_cast<const char*>(bytes.data()), bytes.size()) == 0;
  }
  void volume_status(const struct statvfs& status) { fuse_reply_statfs(take(), &status); }
  // A value or a list of names under the rule of getxattr(2): size 0 asks for the length.
  void xattr(Bytes value, std::size_t size) {
    if (size == 0) {
      fuse_reply_xattr(take(), value.size());
    } else if (value.size() > size) {
      fail(ERANGE);
    } else {
      bytes(value);
    }
  }
  void lock(const struct flock& lock) { fuse_reply_lock(take(), &lock); }
  void position(off_t position) { fuse_reply_lseek(take(), position); }

  // Called at once, from the loop, when the caller is interrupted, or if it was already. The function lives as long as
  // the request is unanswered and must not answer it.
  void on_interrupt(std::function<void()>& function) {
    fuse_req_interrupt_func(
        request_, [](fuse_req_t, void* data) { (*static_cast<std::function<void()>*>(data))(); }, &function);
  }

 private:
  fuse_req_t take() { return std::exchange(request_, nullptr); }
  fuse_req_t request_;
  std::source_location by_;
  Asked asked_;
};

}  // namespace mortar::fuse
