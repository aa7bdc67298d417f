// What differs between the answer a model gives and the one that came: in plain words, or empty.
//
// Compared are errors, the attributes that POSIX knows, content, targets, counts and extended attributes of users.
// ESTALE of the model stands for "gone", which may come as ENOENT or ESTALE.
#pragma once

#include <fmt/format.h>

#include <string>
#include <type_traits>

#include "base/result.h"
#include "wire/file_operations.h"

namespace mortar::sim {

// What a kind of volume promises of attributes beyond the object itself.
struct Exactness {
  bool parents = true;  // attributes of the directory that an entry was changed in
  bool times = true;
  // Times and links of directories: a copy that is away when they change does not hear of it.
  bool whole_directories = true;
  // Links of files, and when these changed: a copy that is away when a name comes or goes hears of it with the names.
  bool links_of_files = true;
  // What came to no end, and was taken back, has not touched the object: copies never take times back.
  bool times_of_taken_back = true;
  bool attributes_of_reads = true;  // else a read may be answered without any
  bool attributes_of_syncs = true;  // else those of fsync, which no system call tells, may be of before a heal
  bool listed_directories = true;   // links and times of directories, as listings show them
};

namespace detail {

inline std::string difference(const Iatt& expected, const Iatt& actual, const Exactness& exactness) {
  if (expected.gfid.is_null()) return "";
  std::string text;
  const auto compare = [&text](const char* what, const auto& left, const auto& right) {
    if (left != right) text += fmt::format("{} {} instead of {}, ", what, right, left);
  };
  compare("gfid", expected.gfid.text(), actual.gfid.text());
  if (expected.mode != actual.mode) text += fmt::format("mode {:o} instead of {:o}, ", actual.mode, expected.mode);
  compare("uid", expected.uid, actual.uid);
  compare("gid", expected.gid, actual.gid);
  const bool is_whole = exactness.whole_directories || !expected.is_directory();
  const bool knows_names = exactness.links_of_files || expected.is_directory();
  if (is_whole && knows_names) compare("links", expected.links, actual.links);
  if (!expected.is_directory()) compare("size", expected.size, actual.size);
  if (exactness.times && is_whole && expected.modified != Moment{}) {
    const auto as_text = [](Moment moment) { return fmt::format("{}.{:09}", moment.seconds, moment.nanoseconds); };
    compare("modified", as_text(expected.modified), as_text(actual.modified));
    if (knows_names) compare("changed", as_text(expected.changed), as_text(actual.changed));
  }
  return text;
}

inline std::string difference(const Slice& expected, const Slice& actual) {
  if (expected == actual) return "";
  const std::string_view left = expected.text();
  const std::string_view right = actual.text();
  std::size_t at = 0;
  while (at < left.size() && at < right.size() && left[at] == right[at]) ++at;
  return fmt::format("{} bytes instead of {}, the first that differs is number {}, ", right.size(), left.size(), at);
}

// Only what is the users' own.
inline std::string difference(const Dictionary& expected, const Dictionary& actual) {
  std::string text;
  for (const auto& [key, value] : expected) {
    const auto there = actual.bytes(key);
    if (!there) text += fmt::format("no {}, ", key);
    if (there && as_text(*there) != as_text(*bytes_of(value))) text += fmt::format("another {}, ", key);
  }
  for (const auto& [key, value] : actual) {
    if (key.starts_with("user.") && !expected.has(key)) text += fmt::format("{} that nobody set, ", key);
  }
  return text;
}

template <class Operation>
inline constexpr bool answers_of_parent =
    std::is_same_v<Operation, fop::Unlink> || std::is_same_v<Operation, fop::Rmdir>;

template <class Operation, class Reply>
std::string difference_of_replies(const Reply& expected, const Reply& actual, const Exactness& exactness) {
  std::string text;
  for_each_field(expected, [&](auto field) {
    for_each_field(actual, [&](auto other) {
      if (std::string_view(field.name) != other.name) return;
      using Left = std::remove_cvref_t<decltype(field.value)>;
      if constexpr (std::is_same_v<Left, std::remove_cvref_t<decltype(other.value)>>) {
        std::string found;
        if constexpr (std::is_same_v<Left, Iatt>) {
          const bool is_of_parent = answers_of_parent<Operation> || std::string_view(field.name).contains("parent");
          const bool is_told =
              !std::is_same_v<Operation, fop::Read> || exactness.attributes_of_reads || !other.value.gfid.is_null();
          const bool counts = !std::is_same_v<Operation, fop::Fsync> || exactness.attributes_of_syncs;
          if (is_told && counts && (!is_of_parent || exactness.parents)) {
            found = difference(field.value, other.value, exactness);
          }
        } else if constexpr (std::is_same_v<Left, Payload>) {
          found = difference(field.value.bytes, other.value.bytes);
        } else if constexpr (std::is_same_v<Left, Dictionary>) {
          if (std::string_view(field.name) == "values") found = difference(field.value, other.value);
        } else if constexpr (std::is_same_v<Left, std::string>) {
          if (field.value != other.value) found = fmt::format("\"{}\" instead of \"{}\", ", other.value, field.value);
        }
        if (!found.empty()) text += fmt::format("{}: {}", field.name, found);
      }
    });
  });
  if (expected.op_ret != 0 && expected.op_ret != actual.op_ret) {
    text += fmt::format("{} instead of {}, ", actual.op_ret, expected.op_ret);
  }
  return text;
}

}  // namespace detail

template <class Operation, class Reply = typename Operation::Reply>
std::string difference(const Result<Reply>& expected, const Result<Reply>& actual, const Exactness& exactness) {
  const auto as_text = [](const Result<Reply>& result) {
    return result ? std::string("success") : result.error().sentence();
  };
  if (expected && actual) return detail::difference_of_replies<Operation>(*expected, *actual, exactness);
  const int wanted = expected ? 0 : expected.error().number();
  const int got = actual ? 0 : actual.error().number();
  const bool is_gone = wanted == ESTALE && (got == ENOENT || got == ESTALE);
  // Into itself, and over what is not empty: a rename that is wrong in two ways.
  const bool is_twice_wrong = wanted == EINVAL && got == ENOTEMPTY;
  if (wanted == got || is_gone || is_twice_wrong) return "";
  return fmt::format("{} instead of {}", as_text(actual), as_text(expected));
}

}  // namespace mortar::sim
