// For tests of commands: a console that remembers, a daemon that answers what it was told to.
#pragma once

#include <gtest/gtest.h>

#include <source_location>
#include <string>
#include <utility>
#include <vector>

#include "base/check.h"
#include "base/task_set.h"
#include "command/commands.h"

namespace mortar::command::testing {

class Captured : public Console {
 public:
  void out(std::string_view line) override { said += std::string(line) + "\n"; }
  void error(std::string_view line) override { complained += std::string(line) + "\n"; }
  void out_part(std::string_view text) override { said += text; }
  bool confirmed(std::string_view question) override {
    asked += question;
    return answer;
  }

  std::string said;
  std::string complained;
  std::string asked;
  bool answer = false;
};

// A daemon that answers what it was told to and remembers what it was asked.
class Scripted : public Session {
 public:
  Task<Answer> call(std::uint32_t procedure, Dictionary request) override {
    requests.emplace_back(procedure, std::move(request));
    if (answers.empty()) co_return Error(ENOTCONN);
    Answer answer = answers.front();
    answers.erase(answers.begin());
    co_return answer;
  }

  std::vector<Answer> answers;
  std::vector<std::pair<std::uint32_t, Dictionary>> requests;
};

// Commands ask the world only for files, which these do not.
class NoWorld : public World {
 public:
  Instant now() const override { return {}; }
  Moment wall_clock() const override { return {}; }
  Task<> sleep(Duration) override { co_return done; }
  Gfid boot_id() override { return null_gfid; }
  void random(std::span<std::uint8_t>) override {}
  Network& network() override { check_failed("no network here", std::source_location::current()); }
  FileSystem& files() override { check_failed("no files here", std::source_location::current()); }
  Processes& processes() override { check_failed("no processes here", std::source_location::current()); }

 protected:
  void run_off_loop(std::function<void()>, std::function<void()>) override {}
};

class CommandTest : public ::testing::Test {
 protected:
  int run(std::vector<std::string> words) { return run(std::move(words), world); }
  int run(std::vector<std::string> words, World& in) {
    int status = -1;
    TaskSet set;
    set.start([](CommandTest& test, World& where, std::vector<std::string> line, int& out) -> Task<> {
      Result<int> ended = co_await run_command(where, test.settings, test.console, test.session, std::move(line));
      out = *ended;
      co_return done;
    }(*this, in, std::move(words), status));
    run_ready();
    return status;
  }

  NoWorld world;
  Settings settings;
  Captured console;
  Scripted session;
};

}  // namespace mortar::command::testing
