#include "translators/posix/virtual_xattrs.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "translators/posix/acl_text.h"
#include "translators/posix/paths.h"

namespace mortar::posix {

namespace {

constexpr std::string_view real_name_prefix = "glusterfs.get_real_filename:";
constexpr std::size_t most_batches = 1 << 20;

Result<fop::Values> text_reply(const std::string& key, std::string_view text) {
  fop::Values reply;
  reply.values.set_text(key, text);
  reply.op_ret = static_cast<std::int32_t>(text.size() + 1);
  return reply;
}

char lower(char letter) { return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter + ('a' - 'A')) : letter; }

bool equal_but_for_case(std::string_view left, std::string_view right) {
  return std::ranges::equal(left, right, {}, lower, lower);
}

Result<fop::Values> real_name(const Work& work, const Subject& subject, const Found& found, const std::string& key) {
  if (!found.iatt.is_directory()) return failed(ENOTDIR);
  const std::string wanted = key.substr(real_name_prefix.size());
  if (wanted.empty() || wanted.find('/') != std::string::npos) return failed(EINVAL);
  // A handle of its own: reading moves its position.
  Result<OpenFile> directory = subject.gfid.is_root()
                                   ? work.files().open(work.brick->root(), ".", O_RDONLY | O_DIRECTORY, 0)
                                   : work.handles().open_directory(subject.gfid);
  if (!directory) return std::unexpected(directory.error());
  std::uint64_t offset = 0;
  for (std::size_t batch = 0; batch < most_batches; ++batch) {
    Result<std::vector<DirectoryEntry>> entries = work.files().read_directory(directory->number(), offset);
    if (!entries) return std::unexpected(entries.error());
    if (entries->empty()) break;
    for (const DirectoryEntry& entry : *entries) {
      if (equal_but_for_case(entry.name, wanted)) return text_reply(key, entry.name);
    }
    offset = entries->back().offset;
  }
  return failed(ENODATA);
}

Result<fop::Values> path_information(const Work& work, const Subject& subject, const Found& found,
                                     const std::string& key) {
  Result<std::vector<std::string>> paths = paths_of(work, subject, found);
  const Place handle = work.handles().place(subject.gfid);
  const std::string by_handle = fmt::format("/{}/{:02x}/{}", hidden_directory, subject.gfid.bytes[0], handle.name);
  const std::string path = paths && !paths->empty() ? paths->front() : by_handle;
  const bool by_uuid = work.options->node_uuid_pathinfo && !work.options->glusterd_uuid.empty();
  const std::string& server = by_uuid ? work.options->glusterd_uuid : work.brick->host_name;
  const std::string& brick = work.brick->directory;
  return text_reply(key, fmt::format("<POSIX({}):{}:{}{}>", brick, server, brick, path));
}

Result<fop::Values> all_paths(const Work& work, const Subject& subject, const Found& found, const std::string& key) {
  Result<std::vector<std::string>> paths = paths_of(work, subject, found);
  if (!paths) return std::unexpected(paths.error());
  if (paths->empty()) return failed(ENODATA);
  return text_reply(key, fmt::format("{}", fmt::join(*paths, work.options->gfid2path_separator)));
}

Result<fop::Values> acl(const Work& work, const Found& found, const std::string& key, const char* attribute) {
  Result<std::string> value = work.attributes().get(found.place, attribute);
  std::optional<std::string> text = value ? acl_text(as_bytes(*value)) : std::nullopt;
  if (!text && attribute == std::string_view(access_acl_key)) text = acl_text_of_mode(found.iatt.mode);
  if (!text) return failed(ENODATA);
  Result<fop::Values> reply = text_reply(key, *text);
  reply->op_ret = 0;
  return reply;
}

}  // namespace

std::optional<Result<fop::Values>> virtual_attribute(const Work& work, Subject& subject, const Found& found,
                                                     const std::string& name) {
  if (name.starts_with(real_name_prefix)) return real_name(work, subject, found, name);
  if (name == "trusted.glusterfs.pathinfo" || name == "glusterfs.pathinfo") {
    return path_information(work, subject, found, name);
  }
  if (name == "glusterfs.gfidtopath" || name == "glusterfs.gfid2path" || name == "glusterfs.ancestry.path") {
    return all_paths(work, subject, found, name);
  }
  if (name == "trusted.glusterfs.node-uuid") {
    if (work.options->glusterd_uuid.empty()) return failed(ENODATA);
    return text_reply(name, work.options->glusterd_uuid);
  }
  if (name == "glusterfs.posix.acl") return acl(work, found, name, access_acl_key);
  if (name == "glusterfs.posix.default_acl") return acl(work, found, name, default_acl_key);
  if (name == "glusterfs.open-fd-count") {
    fop::Values reply;
    reply.values.set(name, std::uint64_t{subject.open_files > 0});
    return reply;
  }
  return std::nullopt;
}

}  // namespace mortar::posix
