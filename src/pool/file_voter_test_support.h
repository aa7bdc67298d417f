// A voter of tests: it keeps the document in one file, as durably as the real one.
#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <charconv>
#include <string>

#include "pool/voter.h"
#include "runtime/world.h"

namespace mortar {

class FileVoter final : public Voter, public Register {
 public:
  FileVoter(World& world, std::string folder)
      : world_(world), file_(folder + "/voter/file"), folder_(folder + "/voter") {}

  void belong_to(const Gfid&) override {}
  bool has_data() const override { return world_.files().status(FileSystem::no_directory, file_).has_value(); }
  void be_reached_at(const std::string&) override {}
  std::string url_of(const std::string& host) const override { return host; }
  Task<> start(Gfid, std::vector<GroupMember> members) override {
    if (!has_data() && members.empty()) {
      co_await tried(world_.files().make_directories(folder_));
      co_await tried(world_.files().write_file(file_, "0\n"));
    }
    runs_ = true;
    co_return done;
  }
  Task<> answering(std::chrono::seconds) override { co_return done; }
  Task<> stop() override {
    runs_ = false;
    co_return done;
  }
  Result<Done> wipe() override {
    EXPECT_FALSE(runs_);
    return world_.files().remove_tree(folder_);
  }
  Task<> found(Document document) override {
    const Document there = co_await tried(read());
    if (there.version != 0) co_return done;
    co_await tried(put(Document{document.version + 2, std::move(document.text)}));
    co_return done;
  }
  Register& documents() override { return *this; }
  Task<Document> own_copy() override { return read(); }
  Task<VoterStatus> status() override { co_return VoterStatus{.leads = true, .has_leader = true}; }
  Task<std::vector<GroupMember>> members() override { co_return std::vector<GroupMember>{}; }
  Task<std::uint64_t> let_in(std::string) override { co_return failed(ENOSYS); }
  Task<> promote(std::uint64_t) override { co_return failed(ENOSYS); }
  Task<> remove(std::uint64_t) override { co_return failed(ENOSYS); }
  Task<> relocate(std::uint64_t, std::string) override { co_return failed(ENOSYS); }

  Task<Document> read() override {
    if (!runs_) co_return failed(ENOTCONN);
    const std::string text = co_await tried(world_.files().read_file(file_));
    Document document;
    std::from_chars(text.data(), text.data() + text.size(), document.version);
    document.text = text.substr(text.find('\n') + 1);
    co_return std::move(document);
  }
  Task<std::uint64_t> swap(std::uint64_t expected, std::string text) override {
    const Document there = co_await tried(read());
    if (there.version != expected) co_return failed(EAGAIN);
    co_await tried(put(Document{expected + 1, std::move(text)}));
    co_return expected + 1;
  }
  Task<Document> watch(std::uint64_t) override { co_return failed(ENOSYS); }

 private:
  Task<> put(Document document) {
    co_return world_.files().write_file(file_, fmt::format("{}\n{}", document.version, document.text));
  }

  World& world_;
  const std::string file_;
  const std::string folder_;
  bool runs_ = false;
};

}  // namespace mortar
