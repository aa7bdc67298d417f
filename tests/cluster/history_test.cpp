// What users may be told, and what not.
#include "history.h"

#include <gtest/gtest.h>

#include "random_user.h"

namespace mortar::sim {
namespace {

const Gfid file = fixed_gfid(100);
constexpr std::uint8_t written_tag = 7;

Slice block(std::uint8_t tag) {
  std::string bytes(block_size, '\0');
  for (std::size_t at = 0; at < bytes.size(); at += sizeof(std::uint64_t)) bytes[at] = static_cast<char>(tag);
  return Slice::own(std::move(bytes));
}

// A file that somebody makes and has open.
class HistoryOfAnOpenFile : public ::testing::Test {
 protected:
  void SetUp() override {
    history_.has_copies();
    open();
  }

  template <class Operation>
  void saw(const Operation& operation, const Result<typename Operation::Reply>& reply) {
    history_.saw(0, history_.begins(), Call{}, operation, reply);
  }
  void open() {
    fd_.open = std::make_shared<Descriptor>(file, open_flag::read_write, false);
    fop::Create create{.parent = root_gfid, .mode = 0100644, .name = "a"};
    create.xdata.set("gfid-req", file);
    fop::Create::Reply reply;
    reply.iatt.gfid = file;
    reply.fd = fd_;
    saw(create, reply);
  }
  void fault_comes_and_goes() {
    history_.fault_begins();
    history_.fault_ends();
  }
  void unlink(const Result<fop::Changed>& reply = {}) { saw(fop::Unlink{.parent = root_gfid, .name = "a"}, reply); }
  static Result<fop::Changed> written() {
    fop::Changed changed;
    changed.op_ret = block_size;
    changed.after.links = 1;
    return changed;
  }
  void write(const Result<fop::Changed>& reply = written()) {
    fop::Write write{.gfid = file, .fd = fd_, .size = block_size};
    write.data.bytes = block(written_tag);
    saw(write, reply);
  }
  void read_fails(int error) { saw(fop::Read{.gfid = file, .fd = fd_}, failed(error)); }
  void read(std::uint8_t tag) {
    fop::Read::Reply reply;
    reply.data.bytes = block(tag);
    saw(fop::Read{.gfid = file, .fd = fd_}, reply);
  }
  void find() {
    fop::Lookup::Reply reply;
    reply.iatt.gfid = file;
    reply.iatt.mode = 0100644;
    saw(fop::Lookup{.parent = root_gfid, .name = "a"}, reply);
  }
  bool is_possible() { return history_.judge().empty(); }

  History history_{Snapshot{}, false};
  Fd fd_;
};

class HistoryOfAFileOfOneCopy : public HistoryOfAnOpenFile {
 protected:
  void SetUp() override { open(); }
};

TEST_F(HistoryOfAnOpenFile, IsOutOfReachWithoutANameOnceAFaultHasMetIt) {
  fault_comes_and_goes();
  unlink();
  read_fails(ENOTCONN);
  EXPECT_TRUE(is_possible());
}

TEST_F(HistoryOfAnOpenFile, IsOutOfReachWhileItIsRemoved) {
  fault_comes_and_goes();
  const Tick begin = history_.begins();
  read_fails(ENOTCONN);
  history_.saw(1, begin, Call{}, fop::Unlink{.parent = root_gfid, .name = "a"}, Result<fop::Changed>());
  EXPECT_TRUE(is_possible());
}

TEST_F(HistoryOfAnOpenFile, IsNotOutOfReachWhileItHasAName) {
  fault_comes_and_goes();
  read_fails(ENOTCONN);
  unlink();
  EXPECT_FALSE(is_possible());
}

TEST_F(HistoryOfAnOpenFile, IsNotOutOfReachWhileItHasAnotherName) {
  fop::Made linked;
  linked.iatt.gfid = file;
  saw(fop::Link{.gfid = file, .new_parent = root_gfid, .new_name = "b"}, linked);
  fault_comes_and_goes();
  unlink();
  read_fails(ENOTCONN);
  EXPECT_FALSE(is_possible());
}

TEST_F(HistoryOfAnOpenFile, IsNotOutOfReachWhereItsNameIsSeenAgain) {
  history_.fault_begins();
  unlink(failed(ENOTCONN));
  history_.fault_ends();
  read_fails(ENOTCONN);
  find();
  EXPECT_FALSE(is_possible());
}

TEST_F(HistoryOfAnOpenFile, IsNotOutOfReachWithoutAFaultSinceItWasOpened) {
  unlink();
  read_fails(ENOTCONN);
  EXPECT_FALSE(is_possible());
}

TEST_F(HistoryOfAFileOfOneCopy, IsNotOutOfReach) {
  fault_comes_and_goes();
  unlink();
  read_fails(ENOTCONN);
  EXPECT_FALSE(is_possible());
}

// Out of reach for a moment or for good: what is read is right.
TEST_F(HistoryOfAnOpenFile, IsReadAsItWasWritten) {
  write();
  fault_comes_and_goes();
  unlink();
  read_fails(ENOTCONN);
  read(0);
  EXPECT_FALSE(is_possible());
}

TEST_F(HistoryOfAnOpenFile, MayHaveWhatWasRefused) {
  fault_comes_and_goes();
  unlink();
  write(failed(ENOTCONN));
  read(0);
  read(written_tag);
  EXPECT_TRUE(is_possible());
}

TEST_F(HistoryOfAnOpenFile, FailsInNoOtherWay) {
  fault_comes_and_goes();
  unlink();
  read_fails(EIO);
  EXPECT_FALSE(is_possible());
}

}  // namespace
}  // namespace mortar::sim
