// Open directories: opening, listing, flushing.
#include <fcntl.h>

#include <algorithm>

#include "translators/posix/jobs.h"
#include "translators/posix/wanted.h"
#include "wire/own_keys.h"

namespace mortar::posix::job {

namespace {

constexpr std::uint8_t directory_entry = 4;  // DT_DIR
// What an entry is charged beside its name, as stock charges it: the larger of its own record and the one on the wire.
constexpr std::size_t entry_charge = 256;
constexpr std::size_t most_entries = 65536;
// What files hold that are listed together.
constexpr std::int64_t most_listed_content = 1 << 20;

// A handle of its own for reading entries: the position belongs to it.
Result<std::shared_ptr<OpenFile>> open_to_list(const Work& work, Subject& object) {
  if (object.file) return object.file;
  Result<int> open = open_parent(work, object);
  if (!open) return failed(open.error().number() == EPERM ? ENOTDIR : open.error().number());
  Result<OpenFile> own = work.files().open(*open, ".", O_RDONLY | O_DIRECTORY, 0);
  if (!own) return std::unexpected(own.error());
  return std::make_shared<OpenFile>(std::move(*own));
}

bool is_hidden(const Subject& object, const DirectoryEntry& entry) {
  return object.gfid.is_root() && entry.name == hidden_directory;
}

// Gives each entry to `take` until that says no, the size is used up or the directory ends (then true).
template <class Take>
Result<bool> list(const Work& work, const Subject& object, int directory, std::uint64_t offset, std::uint32_t size,
                  const Dictionary& xdata, Take take) {
  const bool skip_directories = xdata.number("readdir-filter-directories").value_or(0) != 0;
  std::size_t charged = 0;
  std::size_t taken = 0;
  while (true) {
    Result<std::vector<DirectoryEntry>> entries = work.files().read_directory(directory, offset);
    if (!entries) return std::unexpected(entries.error());
    if (entries->empty()) return true;
    for (DirectoryEntry& entry : *entries) {
      offset = entry.offset;
      if (is_hidden(object, entry) || (skip_directories && entry.type == directory_entry)) continue;
      charged += entry_charge + entry.name.size() + 1;
      if (charged > size || taken == most_entries) return false;
      ++taken;
      take(std::move(entry));
    }
  }
}

// The parts of an entry that both forms have.
template <class To>
To plain_entry(DirectoryEntry entry) {
  To to;
  to.inode = entry.inode;
  to.offset = entry.offset;
  to.name_length = static_cast<std::uint32_t>(entry.name.size());
  to.type = entry.type;
  to.name = std::move(entry.name);
  return to;
}

void fill_attributes(const Work& work, const Subject& directory, int handle, const Dictionary& wanted,
                     EntryPlus& entry) {
  // Above the root is nothing.
  const bool is_above_root = entry.name == ".." && directory.gfid.is_root();
  const Place place = Place::named(handle, is_above_root ? "." : entry.name);
  Subject subject;
  Result<Iatt> iatt = observe_unknown(work, subject, place);
  Dictionary answers;
  answers.set_present();
  // Vanished, not ours, or not to be read: the entry stays without attributes.
  if (!iatt || !answer_wanted(work, subject, place, *iatt, wanted, answers)) return;
  entry.iatt = *iatt;
  entry.inode = iatt->inode;
  entry.xattrs = std::move(answers);
}

// The same with content, as long as there is not too much of it.
void fill_with_content(const Work& work, const Subject& directory, int handle, Dictionary wanted,
                       std::vector<EntryPlus>& entries) {
  const std::int64_t most = wanted.number(own_key::listed_content).value_or(0);
  std::int64_t left = most_listed_content;
  for (EntryPlus& entry : entries) {
    wanted.set(own_key::listed_content, std::min(most, left));
    fill_attributes(work, directory, handle, wanted, entry);
    const std::optional<Bytes> content = entry.xattrs.bytes(own_key::listed_content);
    if (content) left -= static_cast<std::int64_t>(content->size());
  }
}

}  // namespace

Result<fop::Opened> opendir(Work& work, const fop::Opendir& request) {
  Subject& object = work.subjects[0];
  Result<Found> found = find_and_observe(work, object);
  if (!found) return std::unexpected(found.error());
  if (!found->iatt.is_directory()) return failed(ENOTDIR);
  Result<std::shared_ptr<OpenFile>> open = open_to_list(work, object);
  if (!open) return std::unexpected(open.error());
  work.opened = std::move(*open);
  work.opened_directory = true;
  fop::Opened reply;
  const Result<Done> answered = answer_wanted(work, object, found->place, found->iatt, request.xdata, reply.xdata);
  if (!answered) return std::unexpected(answered.error());
  return reply;
}

Result<fop::Readdir::Reply> readdir(Work& work, const fop::Readdir& request) {
  Subject& object = work.subjects[0];
  Result<std::shared_ptr<OpenFile>> directory = open_to_list(work, object);
  if (!directory) return std::unexpected(directory.error());
  fop::Readdir::Reply reply;
  Result<bool> at_end =
      list(work, object, (*directory)->number(), request.offset, request.size, request.xdata,
           [&](DirectoryEntry entry) { reply.entries.elements.push_back(plain_entry<Entry>(std::move(entry))); });
  if (!at_end) return failed(at_end.error().number() == ENOTDIR ? EINVAL : at_end.error().number());
  reply.op_ret = static_cast<std::int32_t>(reply.entries.elements.size());
  reply.op_errno = *at_end ? ENOENT : 0;
  return reply;
}

Result<fop::Readdirp::Reply> readdirp(Work& work, const fop::Readdirp& request) {
  Subject& object = work.subjects[0];
  Result<std::shared_ptr<OpenFile>> directory = open_to_list(work, object);
  if (!directory) return std::unexpected(directory.error());
  const int handle = (*directory)->number();
  fop::Readdirp::Reply reply;
  Result<bool> at_end =
      list(work, object, handle, request.offset, request.size, request.xdata,
           [&](DirectoryEntry entry) { reply.entries.elements.push_back(plain_entry<EntryPlus>(std::move(entry))); });
  if (!at_end) return failed(at_end.error().number() == ENOTDIR ? EINVAL : at_end.error().number());
  if (request.xdata.has(own_key::listed_content)) {
    fill_with_content(work, object, handle, request.xdata, reply.entries.elements);
  } else {
    for (EntryPlus& entry : reply.entries.elements) fill_attributes(work, object, handle, request.xdata, entry);
  }
  reply.op_ret = static_cast<std::int32_t>(reply.entries.elements.size());
  reply.op_errno = *at_end ? ENOENT : 0;
  return reply;
}

Result<fop::Acknowledged> fsyncdir(Work& work, const fop::Fsyncdir& request) {
  Subject& object = work.subjects[0];
  Result<Place> place = find(work, object, object.has_descriptor);
  if (!place) return std::unexpected(place.error());
  if (place->file < 0) return failed(ENOTDIR);
  Result<Done> synced = work.files().sync(place->file, request.data_only != 0);
  if (!synced) return std::unexpected(synced.error());
  return fop::Acknowledged{};
}

}  // namespace mortar::posix::job
