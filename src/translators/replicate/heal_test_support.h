// Copies that miss changes, and their heal.
#pragma once

#include <functional>
#include <string>

#include "translators/replicate/replicate_test_support.h"

namespace mortar::testing {

struct Damaged {
  using HealEnd = replicate::HealEnd;
  using HealReport = replicate::HealReport;

  explicit Damaged(std::size_t copies, const ClusterLab::Options& options = {}) : lab(copies, options) {}

  HealReport heal(const Gfid& gfid) {
    auto& replicate = static_cast<Replicate&>(lab.client().top());
    Result<HealReport> report = lab.simulation().run(replicate.healer().heal(gfid));
    EXPECT_TRUE(report) << report.error().sentence();
    return report ? *report : HealReport{HealEnd::failed, {}};
  }
  Gfid directory(const std::string& name, const Gfid& parent = root_gfid) {
    Result<fop::Made> made = lab.client().mkdir(parent, name);
    EXPECT_TRUE(made) << made.error().sentence();
    return made ? made->iatt.gfid : Gfid{};
  }
  Gfid file(const std::string& name, const std::string& content, const Gfid& parent = root_gfid) {
    Result<fop::Create::Reply> made = lab.client().create(parent, name);
    EXPECT_TRUE(made) << made.error().sentence();
    if (!made) return {};
    EXPECT_TRUE(write(made->iatt.gfid, 0, content));
    const fop::Release release{.gfid = made->iatt.gfid, .fd = made->fd, .xdata = {}};
    EXPECT_TRUE(lab.client().ask(release));
    return made->iatt.gfid;
  }
  bool write(const Gfid& gfid, std::uint64_t offset, const std::string& content) {
    Result<fop::Opened> opened = lab.client().ask(fop::Open{.gfid = gfid, .flags = open_flag::read_write, .xdata = {}});
    if (!opened) return false;
    const bool written = content.empty() || lab.client()
                                                .ask(fop::Write{.gfid = gfid,
                                                                .fd = opened->fd,
                                                                .offset = offset,
                                                                .size = static_cast<std::uint32_t>(content.size()),
                                                                .xdata = {},
                                                                .data = {Slice::copy(as_bytes(content))}})
                                                .has_value();
    return lab.client().ask(fop::Release{.gfid = gfid, .fd = opened->fd, .xdata = {}}) && written;
  }
  void rename(const Gfid& from, const std::string& old_name, const Gfid& to, const std::string& new_name) {
    const Result<fop::Rename::Reply> renamed = lab.client().ask(
        fop::Rename{.old_parent = from, .new_parent = to, .old_name = old_name, .new_name = new_name, .xdata = {}});
    EXPECT_TRUE(renamed) << renamed.error().sentence();
  }
  void without(std::size_t copy, const std::function<void()>& change) {
    lab.settle();
    lab.brick(copy).go_away();
    change();
    lab.settle();
    lab.brick(copy).come_back();
    lab.settle();
  }

  ReplicateLab lab;
};

}  // namespace mortar::testing
