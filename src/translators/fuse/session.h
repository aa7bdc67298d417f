// The connection to the kernel's FUSE: mounting, receiving requests, telling the kernel what to forget.
#pragma once

#include <memory>

#include "runtime/real_world.h"
#include "translators/fuse/front.h"
#include "translators/fuse/kernel_notices.h"

struct fuse_session;

namespace mortar::fuse {

class Session final {
 public:
  // The front must outlive the session.
  static Result<std::unique_ptr<Session>> make(RealWorld& world, Front& front);
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;
  ~Session();

  // The error's sentence says why it could not be mounted.
  Result<Done> mount();
  // Serves until the mount is gone; answers ENOTCONN for what is under way then.
  Task<> serve();
  // Takes the mount away, which ends serve(): in order if that works soon, else by force. To run beside serve().
  Task<> unmount();

 private:
  struct Kernel;
  Session(RealWorld& world, Front& front);

  bool receive();

  RealWorld& world_;
  Front& front_;
  // Shared with notices to the kernel that are under way on workers.
  std::shared_ptr<Kernel> kernel_;
  KernelNotices notices_;
};

}  // namespace mortar::fuse
