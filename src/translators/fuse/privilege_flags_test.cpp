#include "translators/fuse/privilege_flags.h"

#include <gtest/gtest.h>
#include <linux/fuse.h>

#include <cstring>
#include <vector>

namespace mortar::fuse {
namespace {

template <class Arguments>
std::vector<std::byte> request_of(std::uint32_t operation, const Arguments& arguments) {
  fuse_in_header head{};
  head.opcode = operation;
  std::vector<std::byte> bytes(sizeof head + sizeof arguments);
  std::memcpy(bytes.data(), &head, sizeof head);
  std::memcpy(bytes.data() + sizeof head, &arguments, sizeof arguments);
  return bytes;
}

TEST(PrivilegeFlags, AreAcceptedWhereTheyAreOffered) {
  fuse_init_in init{};
  init.flags = FUSE_ASYNC_READ | FUSE_HANDLE_KILLPRIV_V2;
  EXPECT_TRUE(offers_to_leave_privileges(request_of(FUSE_INIT, init)));
  EXPECT_FALSE(offers_to_leave_privileges(request_of(FUSE_DESTROY, init))) << "another request";
  init.flags = FUSE_ASYNC_READ;
  EXPECT_FALSE(offers_to_leave_privileges(request_of(FUSE_INIT, init)));

  fuse_out_header head{};
  fuse_init_out settled{};
  settled.flags = FUSE_ASYNC_READ;
  const iovec answer[] = {{&head, sizeof head}, {&settled, sizeof settled}};
  accept_privileges(answer);
  EXPECT_EQ(settled.flags, FUSE_ASYNC_READ | FUSE_HANDLE_KILLPRIV_V2);
  accept_privileges(std::span(answer).first(1));  // a refusal
}

TEST(PrivilegeFlags, AreReadFromWritesAndChangesOfAttributes) {
  fuse_write_in write{};
  EXPECT_FALSE(clears_set_ids(request_of(FUSE_WRITE, write)));
  write.write_flags = FUSE_WRITE_KILL_SUIDGID;
  EXPECT_TRUE(clears_set_ids(request_of(FUSE_WRITE, write)));
  EXPECT_FALSE(clears_set_ids(request_of(FUSE_READ, write)));

  fuse_setattr_in change{};
  change.valid = FATTR_SIZE;
  EXPECT_FALSE(clears_set_ids(request_of(FUSE_SETATTR, change)));
  change.valid |= FATTR_KILL_SUIDGID;
  EXPECT_TRUE(clears_set_ids(request_of(FUSE_SETATTR, change)));
}

TEST(PrivilegeFlags, ARequestThatIsTooShortSaysNothing) {
  std::vector<std::byte> request = request_of(FUSE_WRITE, fuse_write_in{});
  for (const std::size_t size : {std::size_t{0}, std::size_t{7}, sizeof(fuse_in_header), request.size() - 1}) {
    EXPECT_FALSE(clears_set_ids(Bytes(request).first(size))) << size;
  }
}

}  // namespace
}  // namespace mortar::fuse
