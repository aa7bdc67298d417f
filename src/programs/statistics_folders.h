// Where the processes that serve a volume write their statistics files.
#pragma once

#include "translators/io_stats/io_stats.h"

namespace mortar {

inline IoStatsFolders statistics_folders() { return {MORTAR_STATE_DIR "/stats", MORTAR_LOG_DIR "/samples"}; }

}  // namespace mortar
