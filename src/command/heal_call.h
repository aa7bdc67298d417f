// How `gluster volume heal VOLUME info` and `... split-brain` call glfsheal, which does them: a client of the volume
// (pid -7) that lies beside gluster, prints what it finds, and fails with 256 - errno; where a split brain is not
// resolved with 1 or an errno.
//
//     glfsheal VOLUME [WHAT] [glusterd-sock FILE] [xml]
//
//     WHAT  nothing                             info
//           info-summary                        info summary
//           split-brain-info                    info split-brain
//           bigger-file FILE                    split-brain bigger-file FILE
//           latest-mtime FILE                   split-brain latest-mtime FILE
//           source-brick HOST:BRICK [FILE]      split-brain source-brick HOST:BRICK [FILE]
//           granular-entry-heal-op              succeeds where nothing waits to be healed and all bricks are there:
//                                               granular entry heal may be switched; else says why not
//
// It writes the bricks' entries, or the XML document with healInfo, and sentences about what failed, to its standard
// output; gluster adds the line "Volume heal failed." in text.
#pragma once

#include <string_view>

namespace mortar::heal_call {

inline constexpr std::string_view program = "glfsheal";
inline constexpr std::string_view info_summary = "info-summary";
inline constexpr std::string_view split_brain_info = "split-brain-info";
inline constexpr std::string_view bigger_file = "bigger-file";
inline constexpr std::string_view latest_mtime = "latest-mtime";
inline constexpr std::string_view source_brick = "source-brick";
inline constexpr std::string_view granular_entry_heal = "granular-entry-heal-op";
inline constexpr std::string_view daemon_socket = "glusterd-sock";
inline constexpr std::string_view xml = "xml";

}  // namespace mortar::heal_call
