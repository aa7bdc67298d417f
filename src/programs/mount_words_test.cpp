#include "programs/mount_words.h"

#include <gtest/gtest.h>

namespace mortar {
namespace {

std::string joined(const Result<MountWords>& words) {
  if (!words) return "error: " + words.error().sentence();
  std::string text;
  for (const std::string& argument : words->arguments) text += (text.empty() ? "" : " ") + argument;
  return text;
}

std::string arguments(const std::string& device, const std::string& options = "") {
  return joined(read_mount_words(device, "/mnt/x", {options}, false));
}

TEST(MountWords, APlainMount) {
  EXPECT_EQ(arguments("server1:/rep3"), "--process-name fuse --volfile-server=server1 --volfile-id=/rep3 /mnt/x");
  EXPECT_EQ(arguments("server1:rep3"), "--process-name fuse --volfile-server=server1 --volfile-id=rep3 /mnt/x");
}

// As stock was seen to do it.
TEST(MountWords, BackupServersAndFlags) {
  EXPECT_EQ(arguments("10.77.0.99:/rep3", "backup-volfile-servers=server2:server3,log-level=WARNING,acl"),
            "--acl --log-level=WARNING --process-name fuse --volfile-server=10.77.0.99 --volfile-server=server2 "
            "--volfile-server=server3 --volfile-id=/rep3 /mnt/x");
  EXPECT_EQ(
      arguments("s:/v", "backup-volfile-servers=[fe80::1]:b"),
      "--process-name fuse --volfile-server=s --volfile-server=fe80::1 --volfile-server=b --volfile-id=/v /mnt/x");
  EXPECT_EQ(arguments("s:/v", "backup-volfile-servers=[fe80::1"),
            "error: ERROR: Invalid backup-volfile-servers specified.. exiting");
}

TEST(MountWords, SeveralServersAndIpv6) {
  EXPECT_EQ(arguments("a,b:/v"), "--process-name fuse --volfile-server=a --volfile-server=b --volfile-id=/v /mnt/x");
  EXPECT_EQ(arguments("fd00::1:/v"), "--process-name fuse --volfile-server=fd00::1 --volfile-id=/v /mnt/x");
}

TEST(MountWords, DirectoriesOfVolumesAndSnapshots) {
  EXPECT_EQ(arguments("s:/v/d1/d2"),
            "--process-name fuse --volfile-server=s --volfile-id=/v --subdir-mount=/d1/d2 /mnt/x");
  EXPECT_EQ(arguments("s:/snaps/one/v"),
            "--read-only --process-name fuse --volfile-server=s --volfile-id=/snaps/one/v /mnt/x");
}

TEST(MountWords, WordsForTheKernelAndForTheSystem) {
  EXPECT_EQ(arguments("s:/v", "rw,_netdev,noatime,nosuid,x-systemd.automount"),
            "--process-name fuse --volfile-server=s --volfile-id=/v --fuse-mountopts=noatime,nosuid /mnt/x");
  EXPECT_EQ(arguments("s:/v", "no-root-squash=yes,halo-max-latency=5"),
            "--no-root-squash --xlator-option=*replicate*.halo-max-latency=5 --process-name fuse --volfile-server=s "
            "--volfile-id=/v /mnt/x");
}

TEST(MountWords, TheVolumeMayStandInAnOption) {
  EXPECT_EQ(arguments("s:", "volume-id=v"), "--process-name fuse --volfile-server=s --volfile-id=v /mnt/x");
  EXPECT_EQ(arguments("s:/w", "volume-id=v"), "--process-name fuse --volfile-server=s --volfile-id=/w /mnt/x");
}

TEST(MountWords, OnlyTcp) {
  EXPECT_EQ(arguments("s:/v", "transport=tcp"), arguments("s:/v"));
  EXPECT_EQ(arguments("s:/v", "transport=rdma"), "error: ERROR: transport=rdma: volumes are reached over tcp only");
}

TEST(MountWords, FieldsOfTheMountTable) {
  EXPECT_EQ(plain_mount_field("/mnt/a\\040b\\134c"), "/mnt/a b\\c");
  EXPECT_EQ(plain_mount_field("/mnt/\\04"), "/mnt/\\04");
  EXPECT_EQ(plain_mount_field(""), "");
}

TEST(MountWords, AVolumeFile) {
  EXPECT_EQ(joined(read_mount_words("/etc/v.vol", "/mnt/x", {"ro"}, true)),
            "--read-only --process-name fuse --volfile=/etc/v.vol /mnt/x");
}

TEST(MountWords, Refusals) {
  EXPECT_EQ(arguments("s:/v", "foo=bar"), "error: Invalid option: foo");
  EXPECT_EQ(arguments("s:/v", "foo"), "error: Invalid option foo");
  EXPECT_TRUE(arguments("nothing").starts_with("error: ERROR: Server name/volume name unspecified"));
  EXPECT_TRUE(arguments("s:").starts_with("error: ERROR: Server name/volume name unspecified"));
}

TEST(MountWords, WarnsOfWhatHasNoEffect) {
  const Result<MountWords> words = read_mount_words("s:/v", "/mnt/x", {"sync"}, false);
  ASSERT_TRUE(words);
  ASSERT_EQ(words->warnings.size(), 1u);
  EXPECT_EQ(words->warnings[0], "mount option 'sync' is not handled (yet?)");
}

}  // namespace
}  // namespace mortar
