#include "programs/command_line.h"

#include <gtest/gtest.h>

#include <sstream>

#include "programs/brick_options.h"
#include "programs/client_options.h"

namespace mortar {
namespace {

// Parses words given as one text.
template <class Options>
Result<Options> parse(Result<Options> (*parser)(int, char**), const std::string& text) {
  std::istringstream in("program " + text);
  std::vector<std::string> words;
  for (std::string word; in >> word;) words.push_back(word);
  std::vector<char*> pointers;
  for (std::string& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  return parser(static_cast<int>(words.size()), pointers.data());
}
Result<ClientOptions> client(const std::string& text) { return parse(parse_client_options, text); }
Result<BrickOptions> brick(const std::string& text) { return parse(parse_brick_options, text); }

std::string refusal(const Result<BrickOptions>& options) { return options ? "none" : options.error().sentence(); }

TEST(CommandLine, TheBrickOfGlusterd) {
  const Result<BrickOptions> options = brick(
      "-s server1 --volfile-id v.server1.b -p /run/b.pid -S /run/b.socket --brick-name /b -l /log/b.log "
      "--xlator-option "
      "*-posix.glusterd-uuid=1234 --process-name brick --brick-port 50000 --xlator-option v-server.listen-port=50000");
  ASSERT_TRUE(options) << refusal(options);
  EXPECT_EQ(options->volfile.addresses(), std::vector{Address::tcp("server1", 24007)});
  EXPECT_EQ(options->volfile.id, "v.server1.b");
  EXPECT_EQ(options->process.pid_file, "/run/b.pid");
  EXPECT_EQ(options->process.log_file, "/log/b.log");
  EXPECT_EQ(options->control_socket, "/run/b.socket");
  EXPECT_EQ(options->brick_port, 50000);
  Volfile volfile;
  volfile.sections.push_back({"v-posix", "storage/posix", {}, {}});
  volfile.sections.push_back({"v-server", "protocol/server", {}, {"v-posix"}});
  apply_brick_options(*options, volfile);
  EXPECT_EQ(volfile.find("v-posix")->option("glusterd-uuid"), "1234");
  EXPECT_EQ(volfile.find("v-server")->option("listen-port"), "50000");
}

TEST(CommandLine, WhatStockHasIsTaken) {
  EXPECT_TRUE(brick("-f v.vol --acl --log-buf-size=5 --event-history -r id --direct-io-mode=off --secure-mgmt=on"));
  EXPECT_TRUE(client("-f v.vol --print-exports=x --mem-accounting --io-engine --brick-port=5 /mnt"));
}

TEST(CommandLine, WhatNobodyHasIsRefused) {
  EXPECT_TRUE(
      refusal(brick("-f v.vol --nonsense")).starts_with("unrecognized option '--nonsense'\nUsage: glusterfsd "));
  EXPECT_TRUE(refusal(brick("-f v.vol -Z")).starts_with("unrecognized option '-Z'\nUsage: "));
  EXPECT_TRUE(refusal(brick("-f v.vol --acl=on")).starts_with("option --acl takes no value\n"));
  EXPECT_TRUE(refusal(brick("-f v.vol --pid-file")).starts_with("option --pid-file needs a value\n"));
  EXPECT_TRUE(refusal(brick("-f v.vol /mnt")).starts_with("what is '/mnt'?\n"));
  EXPECT_TRUE(refusal(brick("-f v.vol --log-level=LOUD")).starts_with("--log-level=LOUD: "));
  EXPECT_TRUE(refusal(brick("--volfile-id=x")).starts_with("neither --volfile-server nor --volfile"));
  EXPECT_FALSE(client("-f v.vol --worm"));
  EXPECT_FALSE(client("-f v.vol --aux-gfid-mount=on"));
  EXPECT_FALSE(client("-f v.vol /mnt /other"));
}

TEST(CommandLine, Answers) {
  for (const char* words : {"-?", "--help", "--usage", "--help --nonsense"}) {
    const Result<BrickOptions> options = brick(words);
    ASSERT_TRUE(options) << words;
    EXPECT_TRUE(options->answer.starts_with("Usage: glusterfsd [OPTION...]")) << words;
    EXPECT_NE(options->answer.find("-p, --pid-file=FILE"), std::string::npos);
    EXPECT_NE(options->answer.find("without effect: --acl "), std::string::npos);
  }
  for (const char* words : {"-V", "--version"}) {
    EXPECT_EQ(client(words)->answer, brick(words)->answer);
    EXPECT_TRUE(client(words)->answer.starts_with("glusterfs 10.3 (mortar "));
  }
  EXPECT_EQ(client("--print-logdir")->answer, MORTAR_LOG_DIR "\n");
}

TEST(CommandLine, LogLevels) {
  EXPECT_EQ(brick("-f v --log-level=NONE")->process.log_level, log::Level::emergency);
  EXPECT_EQ(brick("-f v -L warning")->process.log_level, log::Level::warning);
  EXPECT_EQ(client("-f v --log-level=none")->process.log_level, log::Level::emergency);
}

TEST(CommandLine, AMount) {
  const Result<ClientOptions> options = client(
      "--acl --aux-gfid-mount --process-name fuse --volfile-server=a --volfile-server=b --volfile-max-fetch-attempts=3 "
      "--volfile-id=/v --subdir-mount=/d --oom-score-adj=-5 /mnt/");
  ASSERT_TRUE(options);
  EXPECT_EQ(options->volfile.servers, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(options->volfile.fetch_attempts, 3U);
  EXPECT_EQ(options->mount.directory, "/mnt");
  EXPECT_EQ(options->mount.source, "a:/v/d");
  EXPECT_EQ(options->process.oom_score_adjustment, -5);
  EXPECT_TRUE(options->mount.acl);
  EXPECT_TRUE(options->access_by_gfid);
}

TEST(CommandLine, WordsThatLibfuseDoesNotKnowAreDropped) {
  EXPECT_EQ(client("-f v --fuse-mountopts=noatime,nodiratime,strictatime,nosuid /mnt")->mount.kernel_options,
            (std::vector<std::string>{"noatime", "nosuid"}));
}

}  // namespace
}  // namespace mortar
