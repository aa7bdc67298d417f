#include "translators/fuse/session.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mount.h>
#include <unistd.h>

#include <cstdarg>
#include <cstdio>

#include "base/log.h"
#include "translators/fuse/kernel_operations.h"
#include "translators/fuse/privilege_flags.h"
#include "translators/fuse/read_ahead.h"

namespace mortar::fuse {
namespace {

constexpr const char* domain = "fuse";
// The largest request: a write, and what stands before its data.
constexpr std::size_t request_room = most_carried + 4096;
// Several requests, so that the brick reads while others travel.
constexpr std::size_t read_ahead = 4 * most_carried;
// How long an orderly unmount may take before the mount is taken away by force.
constexpr auto patience = std::chrono::seconds(2);

// What libfuse says while it mounts is why it failed; at other times it goes to the log.
std::string* collected = nullptr;

__attribute__((format(printf, 2, 0))) void log_of_libfuse(fuse_log_level, const char* format, va_list arguments) {
  char text[512];
  const int length = std::vsnprintf(text, sizeof text, format, arguments);
  std::string_view line(text, static_cast<std::size_t>(std::clamp<int>(length, 0, sizeof text - 1)));
  while (line.ends_with('\n')) line.remove_suffix(1);
  if (collected != nullptr) {
    if (!collected->empty()) collected->append("; ");
    collected->append(line);
  } else {
    log::warning(domain, "{}", line);
  }
}

std::string escaped(std::string_view text) {
  std::string out;
  for (char character : text) {
    if (character == ',' || character == '\\') out.push_back('\\');
    out.push_back(character);
  }
  return out;
}

std::string mount_words(const MountOptions& options) {
  std::string words = fmt::format("subtype=glusterfs,fsname={},suid,dev,allow_other,max_read={}",
                                  escaped(options.source), most_carried);
  if (!options.acl) words += ",default_permissions";
  if (options.read_only) words += ",ro";
  for (const std::string& word : options.kernel_options) words += "," + word;
  return words;
}

// As libfuse would, but for the answer to the kernel's first request.
ssize_t write_answer(int descriptor, iovec* parts, int count, void* data) {
  const std::span<const iovec> answer(parts, static_cast<std::size_t>(count));
  if (static_cast<CallbackContext*>(data)->offers_privileges) accept_privileges(answer);
  return ::writev(descriptor, parts, count);
}

// For the sake of completeness: requests are read by receive().
ssize_t read_request(int descriptor, void* room, std::size_t size, void*) { return ::read(descriptor, room, size); }

Result<Done> take_away(std::string directory, int flags) {
  if (umount2(directory.c_str(), flags) != 0) return failed(errno);
  return done;
}

}  // namespace

// The system's side, shared with notices that workers are writing.
struct Session::Kernel final : KernelNotices::Writer {
  explicit Kernel(Front& front) : buffers(request_room), context{front, buffers} {}
  ~Kernel() override {
    if (session == nullptr) return;
    fuse_session_unmount(session);
    fuse_session_destroy(session);
  }

  // Mostly on workers. A failure means that the kernel does not know the object, or no object any more.
  void forget_attributes(std::uint64_t inode) override { fuse_lowlevel_notify_inval_inode(session, inode, -1, 0); }
  void forget_pages(std::uint64_t inode) override { fuse_lowlevel_notify_inval_inode(session, inode, 0, 0); }
  // A name that is only to be looked up again stays what it is for those who are in it: the working directory of a
  // process whose name was invalidated is none any more. Kernels before 6.2 know no better.
  void forget_name(std::uint64_t parent, const std::string& name) override {
    const int said = fuse_lowlevel_notify_expire_entry(session, parent, name.c_str(), name.size(), FUSE_LL_EXPIRE_ONLY);
    if (said == -ENOSYS) fuse_lowlevel_notify_inval_entry(session, parent, name.c_str(), name.size());
  }

  ReceiveBuffers buffers;
  CallbackContext context;
  fuse_session* session = nullptr;
};

Session::Session(RealWorld& world, Front& front)
    : world_(world), front_(front), kernel_(std::make_shared<Kernel>(front)), notices_(world, kernel_) {}

Result<std::unique_ptr<Session>> Session::make(RealWorld& world, Front& front) {
  std::unique_ptr<Session> session(new Session(world, front));
  fuse_set_log_func(log_of_libfuse);
  std::string why;
  collected = &why;
  const std::string words = mount_words(front.options());
  fuse_args arguments = FUSE_ARGS_INIT(0, nullptr);
  fuse_opt_add_arg(&arguments, "glusterfs");
  fuse_opt_add_arg(&arguments, "-o");
  fuse_opt_add_arg(&arguments, words.c_str());
  session->kernel_->session =
      fuse_session_new(&arguments, &kernel_operations, sizeof kernel_operations, &session->kernel_->context);
  fuse_opt_free_args(&arguments);
  collected = nullptr;
  if (session->kernel_->session == nullptr) return failed(EINVAL, "FUSE refuses the mount options: " + why);
  front.set_kernel_cache(&session->notices_);
  return session;
}

Session::~Session() { front_.set_kernel_cache(nullptr); }

Result<Done> Session::mount() {
  std::string why;
  collected = &why;
  const std::string& directory = front_.options().directory;
  errno = 0;
  const int failure = fuse_session_mount(kernel_->session, directory.c_str());
  const int number = errno != 0 ? errno : EIO;
  collected = nullptr;
  if (failure != 0) return failed(number, fmt::format("{} cannot be mounted: {}", directory, why));
  const int descriptor = fuse_session_fd(kernel_->session);
  const fuse_custom_io own{
      .writev = write_answer, .read = read_request, .splice_receive = nullptr, .splice_send = nullptr};
  if (fuse_session_custom_io(kernel_->session, &own, descriptor) != 0) return failed(ENOMEM);
  const int flags = fcntl(descriptor, F_GETFL);
  if (fcntl(descriptor, F_SETFL, flags | O_NONBLOCK) != 0) return failed(errno, "the FUSE device cannot be prepared");
  return done;
}

// False where there is nothing to read now; the session is marked as ended where there never will be.
bool Session::receive() {
  fuse_buf request{};
  request.mem = kernel_->buffers.current();
  const ssize_t size = ::read(fuse_session_fd(kernel_->session), request.mem, kernel_->buffers.size());
  if (size > 0) {
    request.size = static_cast<std::size_t>(size);
    const Bytes bytes(static_cast<const std::byte*>(request.mem), request.size);
    CallbackContext& context = kernel_->context;
    context.clears_set_ids = clears_set_ids(bytes);
    // Workers, which write notices later, read this one.
    const bool offers = offers_to_leave_privileges(bytes);
    if (offers) context.offers_privileges = true;
    fuse_session_process_buf(kernel_->session, &request);
    if (offers) context.offers_privileges = false;
    return true;
  }
  // ENOENT: the request was taken back before it was read.
  const bool again = size < 0 && (errno == EAGAIN || errno == EINTR || errno == ENOENT);
  if (!again) {
    if (size < 0 && errno != ENODEV) log::error(domain, "the FUSE device fails: {}", Error(errno).sentence());
    fuse_session_exit(kernel_->session);
  }
  return false;
}

Task<> Session::serve() {
  const int descriptor = fuse_session_fd(kernel_->session);
  // The first request settles what both sides can, the kernel's read-ahead among it: only then it can be set.
  co_await tried(world_.readable(descriptor));
  receive();
  const Result<Done> widened = set_read_ahead(front_.options().directory, read_ahead);
  if (!widened) log::debug(domain, "the kernel's read-ahead stays: {}", widened.error().sentence());
  while (fuse_session_exited(kernel_->session) == 0) {
    co_await tried(world_.readable(descriptor));
    // Asking again costs a system call; it is worth that where several callers are at work.
    while (receive() && front_.busy() > 1) {
    }
  }
  co_return done;
}

Task<> Session::unmount() {
  const std::string directory = front_.options().directory;
  // In order, while requests are still served: what the kernel has not written yet comes now.
  Task<Result<Done>> orderly = world_.off_loop([directory] { return take_away(directory, 0); });
  const Result<Result<Done>> gone = co_await with_deadline(world_, patience, std::move(orderly));
  if (gone && *gone) co_return done;
  log::info(domain, "{} is in use: taken away by force", directory);
  const Result<Done> forced =
      co_await tried(world_.off_loop([directory] { return take_away(directory, MNT_FORCE | MNT_DETACH); }));
  co_return forced;
}

}  // namespace mortar::fuse
