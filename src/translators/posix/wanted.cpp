#include "translators/posix/wanted.h"

#include <fcntl.h>

#include <algorithm>

#include "translators/posix/acl_text.h"
#include "translators/posix/attribute_names.h"
#include "translators/posix/glob.h"
#include "wire/own_keys.h"

namespace mortar::posix {

namespace {

constexpr std::uint64_t most_content = 4 << 20;

// The answers to one request.
class Answerer {
 public:
  Answerer(const Work& work, Subject& subject, const Place& place, const Iatt& iatt, Dictionary& answers)
      : work_(work), subject_(subject), place_(place), iatt_(iatt), answers_(answers) {}

  Result<Done> answer(const Dictionary& wanted) {
    // One list tells which of many are there at all.
    const auto attributes =
        std::ranges::count_if(wanted, [](const Dictionary::Pair& pair) { return is_attribute_name(pair.first); });
    if (attributes > 2) (void)names();
    for (const auto& [key, value] : wanted) answer(key, value);
    return outcome_;
  }

 private:
  void answer(const std::string& key, const Value& value) {
    if (key == "glusterfs.content" || key == own_key::readable_content || key == own_key::listed_content) {
      return answer_content(key, number_of(value).value_or(0));
    }
    if (key == "list-xattr") return answer_list();
    if (key == "glusterfs.open-fd-count" || key == "glusterfs.open-active-fd-count") {
      return answers_.set(key, std::uint64_t{subject_.open_files});
    }
    if (key == "get-size") return answers_.set(key, iatt_.size);
    if (key == "dht-get-mode-in-xattr") return answers_.set(key, std::int64_t{iatt_.mode});
    if (key == "glusterfs.posix.acl") return answer_acl(key, access_acl_key);
    if (key == "glusterfs.posix.default_acl") return answer_acl(key, default_acl_key);
    if (!is_attribute_name(key)) return;
    if (is_pattern(key)) return answer_pattern(key);
    answer_attribute(key);
  }

  const std::vector<std::string>& names() {
    if (!names_) {
      Result<std::vector<std::string>> listed = work_.attributes().list(place_);
      if (!listed) note(listed.error());
      names_.emplace(listed ? std::move(*listed) : std::vector<std::string>());
    }
    return *names_;
  }

  void answer_attribute(const std::string& key) {
    if (answers_.has(key)) return;
    if (key == mdata_key) {
      if (!subject_.memory || !subject_.memory->times) return;
      return answers_.set_bytes(key, encode_mdata(*subject_.memory->times));
    }
    if (key == gfid_key) return answers_.set_bytes(key, subject_.gfid.view());
    if (names_ && std::ranges::find(*names_, key) == names_->end()) return;
    Result<std::string> value = work_.attributes().get(place_, key.c_str());
    if (value) return answers_.set(key, Slice::own(std::move(*value)));
    note(value.error());
  }

  void answer_pattern(std::string_view pattern) {
    for (const std::string& name : names()) {
      if (matches(pattern, name)) answer_attribute(name);
    }
  }

  void answer_list() {
    for (const std::string& name : names()) {
      if (is_listed(name)) answer_attribute(name);
    }
  }

  void answer_content(const std::string& key, std::int64_t most) {
    if (!iatt_.is_regular() || most < 0 || iatt_.size > most_content) return;
    if (iatt_.size > static_cast<std::uint64_t>(most)) return;
    std::shared_ptr<OpenFile> file = subject_.file;
    if (!file) {
      const Place by_handle = place_.file >= 0 ? work_.handles().place(subject_.gfid) : place_;
      Result<OpenFile> open = work_.files().open(by_handle.directory, by_handle.name, O_RDONLY | O_NONBLOCK, 0);
      if (!open) return;
      file = std::make_shared<OpenFile>(std::move(*open));
    }
    Buffer content(iatt_.size);
    std::size_t used = 0;
    while (used < content.size()) {
      Result<std::size_t> read = work_.files().read(file->number(), content.bytes().subspan(used), used);
      if (!read || *read == 0) return;
      used += *read;
    }
    answers_.set(key, content.share(0, used));
  }

  void answer_acl(const std::string& key, const char* attribute) {
    Result<std::string> value = work_.attributes().get(place_, attribute);
    if (!value) note(value.error());
    std::optional<std::string> text = value ? acl_text(as_bytes(*value)) : std::nullopt;
    if (!text && attribute == std::string_view(access_acl_key)) text = acl_text_of_mode(iatt_.mode);
    if (text) answers_.set_text(key, *text);
  }

  void note(const Error& error) {
    if (!says_absent(error)) outcome_ = std::unexpected(error);
  }

  const Work& work_;
  Subject& subject_;
  const Place& place_;
  const Iatt& iatt_;
  Dictionary& answers_;
  Result<Done> outcome_ = done;
  std::optional<std::vector<std::string>> names_;
};

}  // namespace

Result<Done> answer_wanted(const Work& work, Subject& subject, const Place& place, const Iatt& iatt,
                           const Dictionary& wanted, Dictionary& answers) {
  return wanted.empty() ? Result<Done>(done) : Answerer(work, subject, place, iatt, answers).answer(wanted);
}

void answer_removed_counts(const Iatt& iatt, const Dictionary& wanted, Dictionary& answers) {
  if (wanted.has("get-link-count")) answers.set("get-link-count", std::uint64_t{iatt.links});
  if (wanted.has("gf_request_link_count")) answers.set("gf_response_link_count", std::uint64_t{iatt.links});
  if (wanted.has(own_key::removed_object) && iatt.links > 1) answers.set(own_key::removed_object, iatt);
  if (wanted.has("gf_get_file_block_count")) answers.set("gf_get_file_block_count", iatt.blocks);
}

}  // namespace mortar::posix
