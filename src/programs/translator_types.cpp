#include "programs/translator_types.h"

#include "translators/access_control/access_control.h"
#include "translators/arbiter/arbiter.h"
#include "translators/client/protocol_client.h"
#include "translators/distribute/distribute.h"
#include "translators/gfid_access/gfid_access.h"
#include "translators/index/index.h"
#include "translators/locks/locks.h"
#include "translators/md_cache/md_cache.h"
#include "translators/open_behind/open_behind.h"
#include "translators/pass/pass.h"
#include "translators/posix/posix.h"
#include "translators/quick_read/quick_read.h"
#include "translators/read_only/read_only.h"
#include "translators/replicate/replicate.h"
#include "translators/selinux/selinux.h"
#include "translators/server/server.h"
#include "translators/switches/switches.h"
#include "translators/trace/trace.h"
#include "translators/upcall/upcall.h"
#include "translators/utime/utime.h"
#include "translators/write_behind/write_behind.h"

namespace mortar {

TranslatorTypes all_translator_types(IoStatsFolders folders) {
  TranslatorTypes types;
  add_pass_types(types);
  add_switch_types(types);
  types.emplace(IoStats::type, IoStats::maker(std::move(folders)));
  types.emplace(Tracer::type, Tracer::make);
  types.emplace("cluster/distribute", Distribute::make);
  types.emplace("cluster/replicate", Replicate::make);
  types.emplace("features/access-control", make_access_control);
  types.emplace("features/arbiter", Arbiter::make);
  types.emplace("features/gfid-access", GfidAccess::make);
  types.emplace("features/index", make_index);
  types.emplace("features/locks", make_locks);
  types.emplace("features/read-only", make_read_only);
  types.emplace("features/selinux", Selinux::make);
  types.emplace("features/upcall", make_upcall);
  types.emplace("features/utime", Utime::make);
  types.emplace("performance/md-cache", MdCache::make);
  types.emplace("performance/open-behind", OpenBehind::make);
  types.emplace("performance/quick-read", QuickRead::make);
  types.emplace("performance/write-behind", WriteBehind::make);
  types.emplace("protocol/client", ProtocolClient::maker());
  types.emplace("protocol/server", ProtocolServer::make);
  types.emplace(posix::Posix::type, posix::Posix::make);
  return types;
}

}  // namespace mortar
