// What every program says of itself. The first two words are GlusterFS's, whose version scripts compare.
#pragma once

namespace mortar {

inline constexpr const char* stock_version = "10.3";
inline constexpr const char* version_text = "glusterfs 10.3 (mortar " MORTAR_VERSION ")\n";

}  // namespace mortar
