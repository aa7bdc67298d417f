// The files of a store of GlusterFS, from which a pool is taken over. The input is their contents, with a zero byte
// behind each. What is taken over becomes the pool's document, so that has to be one.
#include <cstdint>
#include <string>
#include <string_view>

#include "base/check.h"
#include "management/stored_pool.h"
#include "pool/document.h"
#include "simulation/disk/simulated_file_system.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace mortar;
  const std::string folder = "/var/lib/glusterd";
  constexpr const char* names[] = {"glusterd.info",
                                   "peers/11111111-1111-1111-1111-111111111111",
                                   "options",
                                   "vols/v/info",
                                   "vols/v/bricks/server1:-data-b",
                                   "vols/v/bricks/server2:-data-b",
                                   "events/webhooks.json",
                                   "events/config.json"};
  SimulatedFileSystem files([] { return Moment{}; });
  for (const char* name : {"peers", "vols/v/bricks", "events"}) {
    check(files.make_directories(folder + "/" + name).has_value(), "a folder is made");
  }
  std::string_view rest(reinterpret_cast<const char*>(data), size);
  for (const char* name : names) {
    const std::string_view content = rest.substr(0, rest.find('\0'));
    rest.remove_prefix(std::min(content.size() + 1, rest.size()));
    if (!content.empty()) check(files.write_file(folder + "/" + name, content).has_value(), "a file is written");
  }
  const Places places(Settings{});
  const Result<bool> holds = holds_pool(files, places);
  const Result<Pool> pool = read_stored_pool(files, places, "server1");
  if (!holds || !pool) return 0;
  const Result<Pool> document = parse_pool(format_pool(*pool));
  check(document && *document == *pool, "a pool that is taken over has a document");
  return 0;
}
