// The brick checker against bricks made by hand, as stock writes them, with one fault each; on the simulated disk and,
// as root, on a real one.
#include "translators/posix/checker.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xxhash.h>

#include <algorithm>
#include <filesystem>
#include <functional>
#include <string>

#include "runtime/real_file_system.h"
#include "simulation/disk/simulated_file_system.h"

namespace mortar::posix {
namespace {

constexpr int here = FileSystem::no_directory;

Gfid gfid_number(std::uint8_t number) {
  Gfid gfid = fixed_gfid(number);
  gfid.bytes[0] = static_cast<std::uint8_t>(0xa0 + number);
  gfid.bytes[1] = static_cast<std::uint8_t>(0x10 + number);
  return gfid;
}

const Gfid folder_gfid = gfid_number(2);
const Gfid file_gfid = gfid_number(3);
const Gfid link_gfid = gfid_number(4);
const Gfid nested_gfid = gfid_number(5);
const Gfid volume = gfid_number(9);

// A small brick:  /folder/nested/  /folder/file  /twin (a hard link of it)  /link (a symbolic link)
class HandMadeBrick {
 public:
  HandMadeBrick(FileSystem& files, std::string directory) : files_(files), directory_(std::move(directory)) {
    good(files_.make_directories(directory_ + "/.glusterfs/indices/xattrop"));
    good(files_.make_directories(directory_ + "/.glusterfs/unlink"));
    good(files_.make_directories(directory_ + "/.glusterfs/landfill"));
    for (int byte = 0; byte < 256; ++byte)
      good(files_.make_directory(here, at(fmt::format(".glusterfs/{:02x}", byte)), 0700));
    good(files_.write_file(at(".glusterfs/health_check"), "2026-01-01 00:00:00 +0000"));
    set("", "trusted.gfid", as_text(root_gfid.view()));
    set("", "trusted.glusterfs.volume-id", as_text(volume.view()));
    set_times("");
    make_handle_folder(root_gfid);
    good(files_.make_symlink("../../..", here, handle(root_gfid)));
    add_folder("folder", root_gfid, "folder", folder_gfid);
    add_folder("folder/nested", folder_gfid, "nested", nested_gfid);
    good(files_.write_file(at("folder/file"), "content", 0644));
    finish_file("folder/file", file_gfid);
    record("folder/file", folder_gfid, "file");
    good(files_.link(here, at("folder/file"), here, at("twin")));
    record("folder/file", root_gfid, "twin");
    good(files_.make_symlink("folder/file", here, at("link")));
    finish_file("link", link_gfid);
    record("link", root_gfid, "link");
  }

  FileSystem& files() { return files_; }
  std::string at(const std::string& path) const { return path.empty() ? directory_ : directory_ + "/" + path; }
  std::string handle(const Gfid& gfid) const {
    const std::string text = gfid.text();
    return at(fmt::format(".glusterfs/{}/{}/{}", text.substr(0, 2), text.substr(2, 2), text));
  }
  void set(const std::string& path, const std::string& key, std::string_view value) {
    good(files_.set_xattr(here, at(path), key.c_str(), as_bytes(value), 0));
  }
  void drop(const std::string& path, const std::string& key) { good(files_.remove_xattr(here, at(path), key.c_str())); }
  static std::string record_key(const std::string& text) {
    return fmt::format("trusted.gfid2path.{:016x}", XXH64(text.data(), text.size(), 0));
  }
  void record(const std::string& path, const Gfid& parent, const std::string& name) {
    const std::string text = parent.text() + "/" + name;
    set(path, record_key(text), text);
  }
  void make_handle_folder(const Gfid& gfid) {
    std::string folder = handle(gfid);
    good(files_.make_directories(folder.substr(0, folder.rfind('/')), 0700));
  }
  void add_folder(const std::string& path, const Gfid& parent, const std::string& name, const Gfid& gfid) {
    good(files_.make_directory(here, at(path), 0755));
    set(path, "trusted.gfid", as_text(gfid.view()));
    set_times(path);
    make_handle_folder(gfid);
    const std::string parent_text = parent.text();
    good(files_.make_symlink(
        fmt::format("../../{}/{}/{}/{}", parent_text.substr(0, 2), parent_text.substr(2, 2), parent_text, name), here,
        handle(gfid)));
  }
  void finish_file(const std::string& path, const Gfid& gfid) {
    set(path, "trusted.gfid", as_text(gfid.view()));
    set_times(path);
    make_handle_folder(gfid);
    good(files_.link(here, at(path), here, handle(gfid)));
  }
  void set_times(const std::string& path) {
    std::string times(57, '\0');
    times[0] = 1;
    set(path, "trusted.glusterfs.mdata", times);
  }
  template <class T>
  static void good(const Result<T>& result) {
    ASSERT_TRUE(result) << result.error().sentence();
  }

 private:
  FileSystem& files_;
  const std::string directory_;
};

class Checker : public testing::TestWithParam<bool> {
 protected:
  void SetUp() override {
    if (GetParam()) {
      if (geteuid() != 0) GTEST_SKIP() << "trusted attributes need root";
      std::string pattern = "/dev/shm/mortar-checker-XXXXXX";
      ASSERT_NE(mkdtemp(pattern.data()), nullptr);
      place_ = pattern;
      if (!real_.set_xattr(here, place_, "trusted.probe", as_bytes("x"), 0)) {
        GTEST_SKIP() << "the file system has no trusted attributes";
      }
      brick_ = std::make_unique<HandMadeBrick>(real_, place_ + "/brick");
    } else {
      brick_ = std::make_unique<HandMadeBrick>(simulated_, "/data/brick");
    }
  }
  void TearDown() override {
    if (!place_.empty()) std::filesystem::remove_all(place_);
  }

  FileSystem& files() { return brick_->files(); }
  std::vector<std::string> findings(CheckOptions options = {}) {
    if (!options.volume_id) options.volume_id = volume;
    Result<CheckReport> report = check_brick(files(), brick_->at(""), options);
    EXPECT_TRUE(report);
    std::vector<std::string> texts;
    for (const Finding& finding : report->findings) texts.push_back(finding.text());
    return texts;
  }
  // Something is found, and everything found is about this.
  void expect_found(const std::string& path, const std::string& words) {
    const std::vector<std::string> texts = findings();
    const bool found = std::ranges::any_of(texts, [&](const std::string& text) {
      return text.starts_with(path) && text.find(words) != std::string::npos;
    });
    EXPECT_TRUE(found) << "wanted " << path << ": " << words << "\nfound " << testing::PrintToString(texts);
  }

  std::string place_;
  RealFileSystem real_;
  SimulatedFileSystem simulated_{[] { return Moment{1000, 0}; }};
  std::unique_ptr<HandMadeBrick> brick_;
};

TEST_P(Checker, FindsNothingInACleanBrick) {
  EXPECT_EQ(findings(), std::vector<std::string>{});
  Result<CheckReport> report = check_brick(files(), brick_->at(""), {});
  EXPECT_EQ(report->objects, 5U);
  EXPECT_EQ(report->handles, 5U);
}

TEST_P(Checker, MindsNoneOfStocksHabits) {
  ASSERT_TRUE(files().make_directories(brick_->at(".glusterfs/changelogs/htime")));
  ASSERT_TRUE(files().write_file(brick_->at(".glusterfs/changelogs/CHANGELOG"), "x"));
  ASSERT_TRUE(files().write_file(brick_->at(".glusterfs/brick.db"), "x"));
  ASSERT_TRUE(files().make_directories(brick_->at(".glusterfs/quarantine")));
  ASSERT_TRUE(files().make_directories(brick_->at("lost+found")));
  const std::string base = brick_->at(".glusterfs/indices/xattrop/xattrop-" + gfid_number(30).text());
  ASSERT_TRUE(files().open(here, base, O_WRONLY | O_CREAT, 0));
  ASSERT_TRUE(files().link(here, base, here, brick_->at(".glusterfs/indices/xattrop/" + file_gfid.text())));
  // A tree that waits for its purge: its handles still lead to where it was.
  brick_->add_folder("gone", root_gfid, "gone", gfid_number(20));
  ASSERT_TRUE(files().write_file(brick_->at("gone/file"), "x"));
  brick_->finish_file("gone/file", gfid_number(21));
  ASSERT_TRUE(
      files().rename(here, brick_->at("gone"), here, brick_->at(".glusterfs/landfill/" + gfid_number(20).text()), 0));
  EXPECT_EQ(findings(), std::vector<std::string>{});
}

TEST_P(Checker, AnObjectWithoutGfid) {
  brick_->drop("folder/nested", "trusted.gfid");
  expect_found("folder/nested", "has no gfid");
}

TEST_P(Checker, AGfidOfTheWrongSize) {
  brick_->set("folder/nested", "trusted.gfid", "short");
  expect_found("folder/nested", "gfid of 5 bytes");
}

TEST_P(Checker, TwoObjectsWithOneGfid) {
  ASSERT_TRUE(files().make_directory(here, brick_->at("double"), 0755));
  brick_->set("double", "trusted.gfid", as_text(nested_gfid.view()));
  const std::vector<std::string> texts = findings();
  EXPECT_TRUE(std::ranges::any_of(
      texts, [](const std::string& text) { return text.find("has the gfid of another object") != std::string::npos; }));
}

TEST_P(Checker, AMissingHandle) {
  ASSERT_TRUE(files().unlink(here, brick_->handle(file_gfid)));
  expect_found("folder/file", "has no handle");
  ASSERT_TRUE(files().unlink(here, brick_->handle(folder_gfid)));
  expect_found("folder (", "has no handle");
}

TEST_P(Checker, AHandleOfAnotherObject) {
  ASSERT_TRUE(files().unlink(here, brick_->handle(file_gfid)));
  ASSERT_TRUE(files().write_file(brick_->handle(file_gfid), "impostor"));
  expect_found("folder/file", "its handle is another object");
  expect_found(".glusterfs/a3", "no name leads to the object");
}

TEST_P(Checker, ADirectoryHandleThatLeadsElsewhere) {
  ASSERT_TRUE(files().unlink(here, brick_->handle(nested_gfid)));
  ASSERT_TRUE(files().make_symlink("../../00/00/" + root_gfid.text() + "/nested", here, brick_->handle(nested_gfid)));
  expect_found("folder/nested", "its handle leads to");
}

TEST_P(Checker, AHandleOfADirectoryThatIsGone) {
  ASSERT_TRUE(files().remove_directory(here, brick_->at("folder/nested")));
  expect_found(".glusterfs/a5", "leads to no directory of this gfid");
}

TEST_P(Checker, AMalformedDirectoryHandle) {
  brick_->make_handle_folder(gfid_number(11));
  ASSERT_TRUE(files().make_symlink("/etc", here, brick_->handle(gfid_number(11))));
  expect_found(".glusterfs/ab", "malformed");
}

TEST_P(Checker, AnOrphanOfAFile) {
  ASSERT_TRUE(files().unlink(here, brick_->at("folder/file")));
  ASSERT_TRUE(files().unlink(here, brick_->at("twin")));
  expect_found(".glusterfs/a3", "no name leads to the object");
}

TEST_P(Checker, ANameThatIsNotRecorded) {
  brick_->drop("twin", HandMadeBrick::record_key(root_gfid.text() + "/twin"));
  expect_found("twin", "its name is not recorded");
  EXPECT_TRUE(findings({.gfid2path = false}).empty());
}

TEST_P(Checker, ARecordedNameThatIsGone) {
  ASSERT_TRUE(files().unlink(here, brick_->at("twin")));
  expect_found("folder/file", "a name is recorded that it does not have");
}

TEST_P(Checker, ARecordUnderTheWrongKey) {
  brick_->set("link", "trusted.gfid2path.0123456789abcdef", root_gfid.text() + "/link");
  expect_found("link", "does not fit its text");
}

TEST_P(Checker, MalformedTimes) {
  brick_->set("folder", "trusted.glusterfs.mdata", "x");
  expect_found("folder (", "stored times have 1 bytes");
  std::string times(57, '\0');
  times[0] = 2;
  brick_->set("folder", "trusted.glusterfs.mdata", times);
  expect_found("folder (", "of version 2");
}

TEST_P(Checker, TheWrongRootOrVolume) {
  EXPECT_EQ(findings({.volume_id = gfid_number(8)}).size(), 1U);
  brick_->set("", "trusted.gfid", as_text(file_gfid.view()));
  expect_found("/", "not the root's");
  brick_->drop("", "trusted.glusterfs.volume-id");
  expect_found("/", "volume's id is missing");
}

TEST_P(Checker, ARemovedObjectThatIsStillThere) {
  ASSERT_TRUE(files().write_file(brick_->at(".glusterfs/unlink/" + gfid_number(6).text()), "x"));
  expect_found(".glusterfs/unlink", "removed while it was open");
}

TEST_P(Checker, WhatDoesNotBelongAmongTheHandles) {
  ASSERT_TRUE(files().write_file(brick_->at(".glusterfs/a3/13/rubbish"), "x"));
  expect_found(".glusterfs/a3/13/rubbish", "its name is no gfid");
  ASSERT_TRUE(files().make_directory(here, brick_->at(".glusterfs/a3/xyz"), 0700));
  expect_found(".glusterfs/a3/xyz", "does not belong");
}

TEST_P(Checker, AHandleInTheWrongFolder) {
  ASSERT_TRUE(files().make_directories(brick_->at(".glusterfs/ff/ff")));
  ASSERT_TRUE(
      files().rename(here, brick_->handle(file_gfid), here, brick_->at(".glusterfs/ff/ff/" + file_gfid.text()), 0));
  expect_found(".glusterfs/ff/ff/", "in the wrong folder");
}

TEST_P(Checker, AnIndexEntryThatIsNone) {
  ASSERT_TRUE(files().write_file(brick_->at(".glusterfs/indices/xattrop/note"), "x"));
  expect_found(".glusterfs/indices/xattrop/note", "neither a gfid nor the base");
  ASSERT_TRUE(files().write_file(brick_->at(".glusterfs/indices/xattrop/" + file_gfid.text()), ""));
  expect_found(".glusterfs/indices/xattrop/a3", "no link of the base");
}

TEST_P(Checker, ALinkThatNobodyAccountsFor) {
  ASSERT_TRUE(files().link(here, brick_->at("twin"), here, brick_->at(".glusterfs/landfill/../secret")));
  expect_found("", "links, but");
}

TEST_P(Checker, AMissingFolderOfHandles) {
  ASSERT_TRUE(files().remove_directory(here, brick_->at(".glusterfs/7f")));
  expect_found(".glusterfs/7f", "cannot be opened");
}

INSTANTIATE_TEST_SUITE_P(Disks, Checker, testing::Values(false, true),
                         [](const auto& info) { return info.param ? "real" : "simulated"; });

}  // namespace
}  // namespace mortar::posix
