// Counting in extended attributes: read, combine, write, in one step as far as others can see (the inode is locked).
#include <algorithm>

#include "translators/posix/jobs.h"
#include "translators/posix/wanted.h"

namespace mortar::posix::job {

namespace {

enum Operation : std::uint32_t { add_32 = 0, add_64 = 1, get_and_set = 4, add_32_default = 5, add_64_default = 6 };

struct Form {
  std::size_t word = 4;
  bool has_defaults = false;  // the second half of the operand
};

std::optional<Form> form_of(std::uint32_t operation) {
  switch (operation) {
    case add_32: return Form{4, false};
    case add_64: return Form{8, false};
    case add_32_default: return Form{4, true};
    case add_64_default: return Form{8, true};
    default: return std::nullopt;
  }
}

std::uint64_t word_at(std::string_view bytes, std::size_t at, std::size_t size) {
  std::uint64_t value = 0;
  for (std::size_t byte = 0; byte < size; ++byte) value = value << 8 | static_cast<unsigned char>(bytes[at + byte]);
  return value;
}

void put_word(std::string& bytes, std::size_t at, std::size_t size, std::uint64_t value) {
  for (std::size_t byte = size; byte-- > 0; value >>= 8) bytes[at + byte] = static_cast<char>(value);
}

// Adds word by word, wrapping; a word that is zero takes its default first.
void add(std::string& current, std::string_view operand, Form form) {
  const std::size_t half = form.has_defaults ? operand.size() / 2 : operand.size();
  for (std::size_t at = 0; at + form.word <= half; at += form.word) {
    std::uint64_t sum = word_at(current, at, form.word);
    if (form.has_defaults && sum == 0) sum = word_at(operand, half + at, form.word);
    put_word(current, at, form.word, sum + word_at(operand, at, form.word));
  }
}

bool is_zero(std::string_view bytes) {
  return std::ranges::all_of(bytes, [](char byte) { return byte == 0; });
}

// Which of the attributes are there at all: most counters of most objects are not. Where only a few are asked for, the
// list of all costs more than it saves.
class Present {
 public:
  Present(const Work& work, const Place& place, std::size_t asked) {
    if (asked < worth_a_list) return;
    Result<std::vector<std::string>> names = work.attributes().list(place);
    if (names) names_ = std::move(*names);
  }
  bool may_have(const std::string& key) const { return !names_ || std::ranges::find(*names_, key) != names_->end(); }

 private:
  static constexpr std::size_t worth_a_list = 3;
  std::optional<std::vector<std::string>> names_;
};

Result<Done> combine(const Work& work, const Place& place, const Present& present, std::uint32_t operation,
                     const std::string& key, std::string_view operand, Dictionary& values) {
  Result<std::string> stored = failed(ENODATA);
  if (present.may_have(key)) stored = work.attributes().get(place, key.c_str());
  if (!stored && stored.error().number() != ENODATA) return std::unexpected(stored.error());
  if (operation == get_and_set) {
    if (Result<Done> set = work.attributes().set(place, key.c_str(), as_bytes(operand), 0); !set) return set;
    if (stored) values.append(key, Slice::own(std::move(*stored)));
    return done;
  }
  const std::optional<Form> form = form_of(operation);
  if (!form) return failed(EINVAL);
  const std::size_t size = form->has_defaults ? operand.size() / 2 : operand.size();
  const std::size_t unit = form->has_defaults ? 2 * form->word : form->word;
  if (operand.size() % unit != 0) return failed(EINVAL);
  std::string current = stored ? std::move(*stored) : std::string();
  if (current.size() > size) return failed(ERANGE);
  current.resize(size, '\0');
  // Nothing to add: only asked for. Nothing is written then, and nothing comes into being.
  if (!is_zero(operand)) {
    add(current, operand, *form);
    if (Result<Done> set = work.attributes().set(place, key.c_str(), as_bytes(current), 0); !set) return set;
  }
  values.append(key, Slice::own(std::move(current)));
  return done;
}

bool may_be_counted(std::string_view key) {
  return key != gfid_key && key != volume_id_key && key.size() <= 255 && key.find('.') != std::string_view::npos;
}

template <class Request>
Result<fop::Values> count(Work& work, const Request& request) {
  Subject& object = work.subjects[0];
  Result<Found> found = find_and_observe(work, object, object.has_descriptor);
  if (!found) return std::unexpected(found.error());
  fop::Values reply;
  reply.values.set_present();
  const Present present(work, found->place, request.values.size());
  for (const auto& [key, value] : request.values) {
    std::optional<Bytes> operand = bytes_of(value);
    if (!operand || !may_be_counted(key)) return failed(EINVAL);
    Result<Done> combined =
        combine(work, found->place, present, request.operation, key, as_text(*operand), reply.values);
    if (!combined) return std::unexpected(combined.error());
  }
  Result<Iatt> after = observe_changed(work, object, found->place);
  if (!after) return std::unexpected(after.error());
  const Result<Done> answered = answer_wanted(work, object, found->place, *after, request.xdata, reply.xdata);
  if (!answered) return std::unexpected(answered.error());
  return reply;
}

}  // namespace

Result<fop::Values> xattrop(Work& work, const fop::Xattrop& request) { return count(work, request); }
Result<fop::Values> fxattrop(Work& work, const fop::Fxattrop& request) { return count(work, request); }

}  // namespace mortar::posix::job
