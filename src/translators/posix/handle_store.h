// How a gfid finds its object: the second of the two narrow interfaces behind which a file system without hard links
// could be served by a sidecar.
//
// The stock way is the folder .glusterfs: `aa/bb/<gfid>` is a hard link of everything that is no directory, and for a
// directory a symbolic link with the text `../../pp/pp/<parent gfid>/<name>`. Such a link is never followed by the
// kernel: its text is parsed and walked from here, so that a planted link leads nowhere.
//
// All calls block and may be made from any thread.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/gfid.h"
#include "runtime/file_system.h"
#include "translators/posix/attribute_store.h"

namespace mortar::posix {

inline constexpr const char* gfid_key = "trusted.gfid";
inline constexpr const char* hidden_directory = ".glusterfs";

// Where a directory lies, as its handle says.
struct DirectoryName {
  Gfid parent;
  std::string name;
  friend bool operator==(const DirectoryName&, const DirectoryName&) = default;
};
// The text of a directory's handle and back; nothing where the text has any other form.
std::string directory_handle_text(const DirectoryName& where);
std::optional<DirectoryName> parse_directory_handle(std::string_view text);

// A directory's handle is a symbolic link of its own; a symbolic link that is an object has two names at least.
bool is_directory_handle(const FileStatus& status);

class HandleStore {
 public:
  virtual ~HandleStore() = default;

  // The place of an object that is no directory; whether it exists is not asked.
  virtual Place place(const Gfid& gfid) const = 0;
  // ESTALE where the gfid has no handle or the handle leads nowhere; ENOTDIR for other objects. The object found
  // carries that gfid.
  virtual Result<OpenFile> open_directory(const Gfid& gfid) const = 0;
  // What a directory's handle says, right or wrong. ENOENT without handle, ENOTDIR where it is no directory's, ESTALE
  // where it is malformed.
  virtual Result<DirectoryName> directory_name(const Gfid& gfid) const = 0;

  // Makes the object of that name findable. EEXIST where the gfid leads to another object.
  virtual Result<Done> add_file(const Gfid& gfid, int parent, const std::string& name) const = 0;
  // Replaces a handle that leads nowhere. EEXIST where the gfid leads to another object.
  virtual Result<Done> add_directory(const Gfid& gfid, const DirectoryName& where) const = 0;
  // The two halves of a new place, for a directory that moves in between: the first notes it, so that a start after a
  // crash finds the directory (see settle_noted), the second makes the handle say so. EEXIST where the gfid is another
  // object's.
  virtual Result<Done> note_move(const Gfid& gfid, const DirectoryName& where) const = 0;
  virtual Result<Done> settle_move(const Gfid& gfid) const = 0;
  // The directory stays where it was.
  virtual void forget_move(const Gfid& gfid) const = 0;
  // At the start, before anything is looked up: every noted move that took place is settled, the rest is left.
  virtual Result<Done> settle_noted() const = 0;
  // One that is not there is no failure.
  virtual Result<Done> remove(const Gfid& gfid) const = 0;

  // Objects that lost their last name while they were open.
  virtual Result<Done> park(const Gfid& gfid) const = 0;
  virtual Result<Done> unpark(const Gfid& gfid) const = 0;
  virtual Place parked_place(const Gfid& gfid) const = 0;
};

class LinkHandles : public HandleStore {
 public:
  // Makes what is missing of the folder in the brick's root, which must outlive the store.
  static Result<LinkHandles> open(FileSystem& files, const AttributeStore& attributes, int root);

  Place place(const Gfid& gfid) const override;
  Result<OpenFile> open_directory(const Gfid& gfid) const override;
  Result<DirectoryName> directory_name(const Gfid& gfid) const override;
  Result<Done> add_file(const Gfid& gfid, int parent, const std::string& name) const override;
  Result<Done> add_directory(const Gfid& gfid, const DirectoryName& where) const override;
  Result<Done> note_move(const Gfid& gfid, const DirectoryName& where) const override;
  Result<Done> settle_move(const Gfid& gfid) const override;
  void forget_move(const Gfid& gfid) const override;
  Result<Done> settle_noted() const override;
  Result<Done> remove(const Gfid& gfid) const override;
  Result<Done> park(const Gfid& gfid) const override;
  Result<Done> unpark(const Gfid& gfid) const override;
  Place parked_place(const Gfid& gfid) const override;

  int folder() const { return folder_.number(); }
  int parked_folder() const { return parked_.number(); }
  int landfill() const { return landfill_.number(); }

 private:
  LinkHandles(FileSystem& files, const AttributeStore& attributes, int root)
      : files_(files), attributes_(attributes), root_(root) {}
  Result<Done> learn_second_levels(std::uint8_t first);
  // The folder of the handle, unless it is known to be there.
  Result<Done> provide_second_level(const Gfid& gfid) const;
  Result<Done> make_second_level(const Gfid& gfid) const;
  Result<Done> link_to(int from, const std::string& name, const Gfid& gfid) const;
  Result<OpenFile> walk(std::vector<std::string> names) const;
  Result<std::vector<Gfid>> noted_moves() const;
  bool has_moved(const Gfid& gfid) const;

  FileSystem& files_;
  const AttributeStore& attributes_;
  int root_;
  OpenFile folder_;
  std::array<OpenFile, 256> first_level_;
  // Second levels that were found at the start or made since: a link into one that is missing fails first.
  class KnownFolders {
   public:
    bool has(std::uint16_t number) const { return (words_[number / 64] >> (number % 64) & 1) != 0; }
    void add(std::uint16_t number) { words_[number / 64] |= std::uint64_t{1} << (number % 64); }

   private:
    std::array<std::atomic<std::uint64_t>, 1024> words_{};
  };
  std::unique_ptr<KnownFolders> known_ = std::make_unique<KnownFolders>();
  OpenFile parked_;
  OpenFile landfill_;
};

}  // namespace mortar::posix
