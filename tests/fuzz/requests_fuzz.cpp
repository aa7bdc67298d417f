// The mount under a kernel that asks anything: requests that are well formed (libfuse takes the kernel's word for that)
// but name inodes and handles that are none, in any order, with any flags, sizes and names. The front answers each
// once, the volume stays whole, and when the mount goes everything is given back.
#include <fcntl.h>
#include <linux/fuse.h>
#include <sys/uio.h>
#include <unistd.h>

#include <map>

#include "base/log.h"
#include "choices.h"
#include "simulated_brick.h"
#include "translators/fuse/front.h"
#include "translators/fuse/kernel_operations.h"

namespace mortar {
namespace {

using namespace std::chrono_literals;

// Of each request how much of its body is a structure; names and values follow, with zeros behind.
struct Kind {
  std::uint32_t opcode;
  std::size_t structure;
  bool has_names = false;
};
constexpr Kind kinds[] = {
    {FUSE_LOOKUP, 0, true},
    {FUSE_FORGET, sizeof(fuse_forget_in)},
    {FUSE_GETATTR, sizeof(fuse_getattr_in)},
    {FUSE_SETATTR, sizeof(fuse_setattr_in)},
    {FUSE_READLINK, 0},
    {FUSE_SYMLINK, 0, true},
    {FUSE_MKNOD, sizeof(fuse_mknod_in), true},
    {FUSE_MKDIR, sizeof(fuse_mkdir_in), true},
    {FUSE_UNLINK, 0, true},
    {FUSE_RMDIR, 0, true},
    {FUSE_RENAME, sizeof(fuse_rename_in), true},
    {FUSE_RENAME2, sizeof(fuse_rename2_in), true},
    {FUSE_LINK, sizeof(fuse_link_in), true},
    {FUSE_OPEN, sizeof(fuse_open_in)},
    {FUSE_READ, sizeof(fuse_read_in)},
    {FUSE_WRITE, sizeof(fuse_write_in)},
    {FUSE_STATFS, 0},
    {FUSE_RELEASE, sizeof(fuse_release_in)},
    {FUSE_FSYNC, sizeof(fuse_fsync_in)},
    {FUSE_SETXATTR, 8, true},  // the short form of the structure
    {FUSE_GETXATTR, sizeof(fuse_getxattr_in), true},
    {FUSE_LISTXATTR, sizeof(fuse_getxattr_in)},
    {FUSE_REMOVEXATTR, 0, true},
    {FUSE_FLUSH, sizeof(fuse_flush_in)},
    {FUSE_OPENDIR, sizeof(fuse_open_in)},
    {FUSE_READDIR, sizeof(fuse_read_in)},
    {FUSE_READDIRPLUS, sizeof(fuse_read_in)},
    {FUSE_RELEASEDIR, sizeof(fuse_release_in)},
    {FUSE_FSYNCDIR, sizeof(fuse_fsync_in)},
    {FUSE_GETLK, sizeof(fuse_lk_in)},
    {FUSE_SETLK, sizeof(fuse_lk_in)},
    {FUSE_SETLKW, sizeof(fuse_lk_in)},
    {FUSE_ACCESS, sizeof(fuse_access_in)},
    {FUSE_CREATE, sizeof(fuse_create_in), true},
    {FUSE_INTERRUPT, sizeof(fuse_interrupt_in)},
    {FUSE_FALLOCATE, sizeof(fuse_fallocate_in)},
    {FUSE_LSEEK, sizeof(fuse_lseek_in)},
    {FUSE_COPY_FILE_RANGE, sizeof(fuse_copy_file_range_in)},
    {FUSE_DESTROY + 100, 0},  // an operation nobody has
};
constexpr std::uint32_t largest_transfer = 64 << 10;
constexpr std::size_t most_requests = 60;

// The other side of the FUSE device.
class FakeKernel {
 public:
  explicit FakeKernel(fuse::Front& front) : buffers_(256 << 10), context_{front, buffers_} {
    current_ = this;
    fuse_args arguments = FUSE_ARGS_INIT(0, nullptr);
    fuse_opt_add_arg(&arguments, "glusterfs");
    session_ = fuse_session_new(&arguments, &fuse::kernel_operations, sizeof fuse::kernel_operations, &context_);
    fuse_opt_free_args(&arguments);
    check(session_ != nullptr, "libfuse makes a session");
    const fuse_custom_io io{
        .writev = take_answer, .read = nothing_to_read, .splice_receive = nullptr, .splice_send = nullptr};
    check(fuse_session_custom_io(session_, &io, ::open("/dev/null", O_RDWR | O_CLOEXEC)) == 0,
          "libfuse takes our kernel");
    fuse_init_in init{};
    init.major = FUSE_KERNEL_VERSION;
    init.minor = FUSE_KERNEL_MINOR_VERSION;
    init.max_readahead = 128 << 10;
    init.flags = ~std::uint32_t{0} & ~std::uint32_t{FUSE_INIT_EXT};
    send(FUSE_INIT, 0, std::string(reinterpret_cast<const char*>(&init), sizeof init));
    check(answers_ == 1, "the handshake is answered");
  }
  FakeKernel(const FakeKernel&) = delete;
  ~FakeKernel() {
    fuse_session_destroy(session_);
    current_ = nullptr;
  }

  void send(std::uint32_t opcode, std::uint64_t inode, const std::string& body) {
    fuse_in_header header{};
    header.len = static_cast<std::uint32_t>(sizeof header + body.size());
    header.opcode = opcode;
    header.unique = ++last_;
    header.nodeid = inode;
    header.pid = 100;
    std::byte* memory = buffers_.current();
    std::memcpy(memory, &header, sizeof header);
    std::memcpy(memory + sizeof header, body.data(), body.size());
    const bool silent = opcode == FUSE_FORGET || opcode == FUSE_INTERRUPT;
    if (!silent) open_[header.unique] = opcode;
    fuse_buf request{};
    request.mem = memory;
    request.size = header.len;
    fuse_session_process_buf(session_, &request);
  }
  std::uint64_t oldest_unanswered() const { return open_.empty() ? 0 : open_.begin()->first; }
  // Gives back as many as there are, at most; how many.
  std::uint64_t give_back(std::uint64_t inode, std::uint64_t most) {
    std::uint64_t& left = references_[inode];
    const std::uint64_t given = std::min(left, most);
    left -= given;
    return given;
  }
  std::size_t unanswered() const { return open_.size(); }

 private:
  static ssize_t take_answer(int, iovec* pieces, int count, void*) {
    std::string answer;
    for (const iovec& piece : std::span(pieces, static_cast<std::size_t>(count))) {
      answer.append(static_cast<const char*>(piece.iov_base), piece.iov_len);
    }
    fuse_out_header header{};
    check(answer.size() >= sizeof header, "an answer has a header");
    std::memcpy(&header, answer.data(), sizeof header);
    check(header.len == answer.size(), "an answer says its length");
    check(header.error <= 0 && header.error > -512, "an error is one that the kernel knows");
    if (header.unique != 0) {
      const auto request = current_->open_.find(header.unique);
      check(request != current_->open_.end(), "each request is answered once");
      if (header.error == 0) current_->count_references(request->second, answer.substr(sizeof header));
      current_->open_.erase(request);
      ++current_->answers_;
    }
    return static_cast<ssize_t>(answer.size());
  }
  // Every answer that carries an entry is a reference to its inode.
  void count_references(std::uint32_t opcode, std::string_view body) {
    const auto refer = [this](std::string_view entry) {
      std::uint64_t inode = 0;
      std::memcpy(&inode, entry.data(), sizeof inode);
      if (inode != 0) ++references_[inode];
    };
    switch (opcode) {
      case FUSE_LOOKUP:
      case FUSE_MKNOD:
      case FUSE_MKDIR:
      case FUSE_SYMLINK:
      case FUSE_LINK:
      case FUSE_CREATE: return refer(body);
      case FUSE_READDIRPLUS: break;
      default: return;
    }
    while (body.size() >= FUSE_NAME_OFFSET_DIRENTPLUS) {
      refer(body);
      fuse_dirent entry{};
      std::memcpy(&entry, body.data() + sizeof(fuse_entry_out), FUSE_NAME_OFFSET);
      body.remove_prefix(
          std::min<std::size_t>(body.size(), FUSE_REC_ALIGN(FUSE_NAME_OFFSET_DIRENTPLUS + entry.namelen)));
    }
  }
  static ssize_t nothing_to_read(int, void*, std::size_t, void*) {
    errno = EAGAIN;
    return -1;
  }

  static FakeKernel* current_;
  fuse::ReceiveBuffers buffers_;
  fuse::CallbackContext context_;
  fuse_session* session_ = nullptr;
  std::uint64_t last_ = 0;
  std::size_t answers_ = 0;
  std::map<std::uint64_t, std::uint32_t> open_;        // by number: the operation
  std::map<std::uint64_t, std::uint64_t> references_;  // by inode
};
FakeKernel* FakeKernel::current_ = nullptr;

// The structure as eight-byte and four-byte numbers, small ones mostly.
std::string structure_of(Choices& choices, std::size_t size) {
  std::string structure;
  const bool wide = choices.below(2) == 0;
  while (structure.size() < size) {
    const std::uint64_t number = choices.number();
    structure.append(reinterpret_cast<const char*>(&number), wide ? 8 : 4);
  }
  structure.resize(size);
  return structure;
}

template <class Number>
void limit(std::string& structure, std::size_t at, Number most) {
  Number number{};
  std::memcpy(&number, structure.data() + at, sizeof number);
  number = std::min(number, most);
  std::memcpy(structure.data() + at, &number, sizeof number);
}

void ask(FakeKernel& kernel, Choices& choices) {
  const Kind& kind = kinds[choices.below(std::size(kinds))];
  std::string body = structure_of(choices, kind.structure);
  // The kernel keeps to the sizes that were agreed on.
  if (kind.opcode == FUSE_READ || kind.opcode == FUSE_READDIR || kind.opcode == FUSE_READDIRPLUS) {
    limit(body, offsetof(fuse_read_in, size), largest_transfer);
  }
  if (kind.opcode == FUSE_GETXATTR || kind.opcode == FUSE_LISTXATTR) limit(body, 0, largest_transfer);
  if (kind.opcode == FUSE_SETXATTR) limit(body, 0, std::uint32_t{64});
  if (kind.opcode == FUSE_INTERRUPT) {
    // One that is under way: libfuse keeps the others until its session ends, and then forgets to free them.
    const std::uint64_t whom = kernel.oldest_unanswered();
    if (whom == 0) return;
    std::memcpy(body.data(), &whom, sizeof whom);
  }
  if (kind.opcode == FUSE_WRITE) {
    const std::string data = choices.bytes(choices.below(100));
    const auto size = static_cast<std::uint32_t>(data.size());
    std::memcpy(body.data() + offsetof(fuse_write_in, size), &size, sizeof size);
    body += data;
  }
  if (kind.has_names) {
    for (int names = 0; names < 2; ++names) {
      std::string name;
      choices.fill(name);
      body += name;
      body += '\0';
    }
    body.append(128, '\0');  // what a value or a name that is missing would be read from
  }
  const std::uint64_t inode = choices.below(8) == 0 ? choices.number() : 1 + choices.below(8);
  if (kind.opcode == FUSE_FORGET) {
    const std::uint64_t given = kernel.give_back(inode, 1 + choices.below(4));
    if (given == 0) return;
    std::memcpy(body.data(), &given, sizeof given);
  }
  kernel.send(kind.opcode, inode, body);
}

Task<> raise(std::shared_ptr<fuse::MountedGraph> graph) {
  co_await tried(graph->graph().start());
  co_return done;
}

void fuzz(Choices choices) {
  Simulation simulation(7);
  Host& host = simulation.add_host("server", "10.0.0.1");
  host.disk().restore(fuzz_disk());
  SimulatedWorld& world = host.start_process("glusterfs");
  fuse::MountOptions options;
  options.acl = choices.below(2) == 0;
  options.writeback_cache = choices.below(4) == 0;
  {
    const auto graph =
        std::make_shared<fuse::MountedGraph>(*Graph::build(world, fuzz_brick_volfile(false), fuzz_brick_types()));
    check(simulation.run(raise(graph)).has_value(), "the volume starts");
    fuse::Front front(world, options);
    front.use(graph);
    {
      FakeKernel kernel(front);
      for (std::size_t count = 0; count < most_requests && !choices.done(); ++count) {
        ask(kernel, choices);
        if (choices.below(2) == 0) simulation.run_for(1ms);
      }
      simulation.run_for(1s);
      front.end_requests();
      simulation.run_for(1s);
      check(kernel.unanswered() == 0, "every request is answered");
    }
    check(simulation.run(front.stop(), 1min).has_value(), "the mount goes");
  }
  check_outside(host.disk());
  world.kill();
}

}  // namespace
}  // namespace mortar

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  mortar::log::set_level(mortar::log::Level::emergency);
  mortar::fuzz(mortar::Choices(data, size));
  return 0;
}
