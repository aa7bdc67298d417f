// What a self-heal daemon is told and asked: the numbers and dictionary keys of stock, which its command line, its
// glusterd and its daemons share.
//
// The command line sends HEAL_VOLUME with "heal-op". glusterd sends the daemon of each server, over its socket,
// XLATOR_OP (brick_operation::TranslatorOperation) with the input
//
//     volname   the volume
//     xl-op     the operation
//     count     how many sets of copies it is about: those that have a brick of the daemon's server
//     xl-I      the name of each, VOLUME-replicate-NUMBER, for I from 0 on
//     NAME      the number of each, by its name
//
// The daemon answers with op_ret 0, or with -1 and a sentence where it does nothing of it. Of a statistic its output
// has, for each set NUMBER and each of its copies COPY that is a brick of its own server, the keys below; what it says
// of others is left out of account.
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace mortar::heal {

enum class Operation : std::int64_t {
  index = 1,    // heals what the index lists
  full = 2,     // walks through the whole volume
  summary = 3,  // info; this and others that are not for the daemon are done by glfsheal (command/heal_call.h)
  split_brain_files = 6,
  statistics = 7,
  count = 8,              // of entries that wait to be healed
  count_per_replica = 9,  // the same, of the bricks of one set
  use_bigger_file = 10,
  use_source_brick = 11,
  enable = 12,
  disable = 13,
  use_latest_mtime = 14,
  granular_enable = 15,
  granular_disable = 16,
  info_summary = 17,
};

inline std::string set_name(std::string_view volume, std::size_t number) {
  return fmt::format("{}-replicate-{}", volume, number);
}

// Of a copy: "NUMBER-COPY". Of a brick in what glusterd answers to the command line: its place among the bricks.
inline std::string copy(std::size_t set, std::size_t place) { return fmt::format("{}-{}", set, place); }

// A sentence where nothing can be told of the copy, "Brick is not connected".
inline std::string status_key(std::string_view copy) { return fmt::format("{}-status", copy); }
// Entries that wait to be healed.
inline std::string count_key(std::string_view copy) { return fmt::format("{}-hardlinks", copy); }
// Of walks there are this many, numbered from 0; each has the values below.
inline std::string walks_key(std::string_view copy) { return fmt::format("statistics-{}-count", copy); }

// Of a walk: "INDEX" or "FULL".
inline constexpr std::string_view walk_type = "statistics_crawl_type";
inline constexpr std::string_view walk_healed = "statistics_healed_cnt";
inline constexpr std::string_view walk_split_brain = "statistics_sb_cnt";
inline constexpr std::string_view walk_failed = "statistics_heal_failed_cnt";
// Times as ctime() writes them, without the newline.
inline constexpr std::string_view walk_began = "statistics_strt_time";
inline constexpr std::string_view walk_ended = "statistics_end_time";
// 1: it goes on, and there is no end yet.
inline constexpr std::string_view walk_in_progress = "statistics_inprogress";
inline std::string walk_key(std::string_view value, std::string_view copy, std::size_t walk) {
  return fmt::format("{}-{}-{}", value, copy, walk);
}

}  // namespace mortar::heal
