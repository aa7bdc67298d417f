// A volume of one subvolume, which has everything. Only its directories say so, as those of stock do, so that they keep
// their names where they are when other subvolumes come.
#pragma once

#include "translator/translator.h"
#include "translators/distribute/layout.h"
#include "translators/distribute/own_keys.h"

namespace mortar::distribute {

class SoleSubvolume final : public PassOn {
 public:
  SoleSubvolume(std::string name, const std::string& attribute_prefix)
      : PassOn(std::move(name)), keys_(attribute_prefix), whole_(1) {
    whole_[0] = Range{.stop = 0xffffffff, .commit_hash = 0};
  }
  using PassOn::perform;

  Task<fop::Made> perform(const Call& call, const fop::Mkdir& mkdir) override {
    fop::Mkdir with_layout = mkdir;
    with_layout.xdata.set_bytes(keys_.layout, whole_.stored(0));
    fop::Made made = co_await tried(next().perform(call, with_layout));
    co_return std::move(made);
  }
  Task<fop::Values> perform(const Call& call, const fop::Getxattr& get) override { return read_xattrs(call, get); }
  Task<fop::Values> perform(const Call& call, const fop::Fgetxattr& get) override { return read_xattrs(call, get); }

 private:
  // Users do not see what is said there, or they would put it back elsewhere.
  template <class Operation>
  Task<fop::Values> read_xattrs(const Call& call, const Operation& get) {
    fop::Values reply = co_await tried(next().perform(call, get));
    keys_.hide(reply.values);
    co_return std::move(reply);
  }

  const OwnKeys keys_;
  Layout whole_;
};

}  // namespace mortar::distribute
