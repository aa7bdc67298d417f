// A job: the file system work of one operation, done in one go on the loop or on a worker.
//
// A job owns what it touches. What the loop remembers goes in as copies (Subject) and what the job learned comes back
// in the same place; the loop then updates its tables. The brick and the options are shared and never change.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/dictionary.h"
#include "base/name.h"
#include "translator/call.h"
#include "translators/posix/brick.h"
#include "translators/posix/mdata.h"
#include "translators/posix/options.h"

namespace mortar::posix {

// What is remembered of an inode. It holds as long as the file system shows the same inode number and change time.
struct Memory {
  std::uint64_t inode = 0;
  Moment changed;
  std::optional<Times> times;  // its consistent times, where it has any
};

// An object that a job works on.
struct Subject {
  Gfid gfid;
  std::shared_ptr<OpenFile> directory;  // an open handle of a directory
  std::shared_ptr<OpenFile> file;       // what the caller opened
  std::shared_ptr<OpenFile> anonymous;  // opened before for callers who open nothing
  std::optional<Memory> memory;
  std::uint32_t open_files = 0;  // descriptors of all clients
  bool has_descriptor = false;   // the caller used a descriptor, or none but asks for an anonymous one
  bool parked = false;           // it lost its last name while open
  bool removed = false;          // the job removed its last name or the directory
};

struct Work {
  std::shared_ptr<const Brick> brick;
  std::shared_ptr<const PosixOptions> options;
  const Call* call = nullptr;
  Moment wall_clock;
  bool full = false;  // the reserve is reached
  std::array<Subject, 4> subjects;
  std::shared_ptr<OpenFile> opened;  // what an opening operation hands out
  std::uint32_t opened_flags = 0;
  bool opened_directory = false;
  std::vector<std::shared_ptr<OpenFile>> late;  // to be closed where closing may take long
  bool filled_landfill = false;                 // a removed tree waits there

  FileSystem& files() const { return brick->files; }
  const AttributeStore& attributes() const { return *brick->attributes; }
  const HandleStore& handles() const { return *brick->handles; }
};

// Where the subject is. ESTALE where its gfid leads nowhere; ENOENT where it lost its last name, unless parked objects
// are wanted.
Result<Place> find(const Work& work, Subject& subject, bool parked_too = false);
Result<FileStatus> status_of(const Work& work, const Place& place);
// The directory as a parent of names. ESTALE, or EPERM where it is no directory.
Result<int> open_parent(const Work& work, Subject& subject);
// ENODATA where the object carries none, or no proper one.
Result<Gfid> read_gfid(const Work& work, const Place& place);

// The attributes of the subject; what was remembered serves if it still holds, else it is read anew.
Result<Iatt> observe(const Work& work, Subject& subject, const Place& place);
// The same where the status was just read.
Result<Iatt> observe(const Work& work, Subject& subject, const Place& place, const FileStatus& status);
// Whether it is what was observed before, which carried the subject's gfid.
bool remembers(const Subject& subject, const FileStatus& status);
// The same where the gfid was read with it.
Iatt observe_status(const Work& work, Subject& subject, const Place& place, const FileStatus& status);
// The same of an object whose gfid is not known yet; the subject takes the one it carries.
Result<Iatt> observe_unknown(const Work& work, Subject& subject, const Place& place);
// The same after a change of our own, made under the lock under which the subject was observed: what is remembered of
// it still holds, but for the change time.
Result<Iatt> observe_changed(const Work& work, Subject& subject, const Place& place);
// find and observe; a directory that was removed behind our back is looked for once more.
struct Found {
  Place place;
  Iatt iatt;
};
Result<Found> find_and_observe(const Work& work, Subject& subject, bool parked_too = false);
Iatt make_iatt(const FileStatus& status, const Gfid& gfid, const std::optional<Times>& times);

// Opens a regular file of which nobody gave a descriptor. EINVAL for devices and the like, EISDIR, ELOOP.
Result<std::shared_ptr<OpenFile>> open_regular(const Work& work, Subject& subject, int flags, bool parked_too);

// Raises the chosen consistent times to the caller's time. The subject must have been observed before.
Result<Done> stamp_times(const Work& work, Subject& subject, const Place& place, TimeSet which);
Result<Done> stamp_object(const Work& work, Subject& subject, const Place& place);
// Raises the parent's times and observes it.
Result<Iatt> stamp_parent(const Work& work, Subject& parent);
// Writes exactly these times.
Result<Done> write_times(const Work& work, Subject& subject, const Place& place, const Times& times);

// The name of an entry. EPERM for the brick's own folder at the root.
Result<std::string> entry_name(const Gfid& parent, std::string_view name);
// ENOSPC where only internal operations may still take space.
Result<Done> check_space(const Work& work, const Dictionary& xdata);

}  // namespace mortar::posix
