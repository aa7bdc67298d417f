#include "wire/randomize.h"

namespace mortar::randomizing {

namespace {

constexpr std::size_t longest_text = 40;
constexpr std::size_t longest_payload = 3000;
constexpr std::size_t most_pairs = 6;

Moment moment(Random& random) {
  return {static_cast<std::int64_t>(number(random)), static_cast<std::uint32_t>(random.below(1'000'000'000))};
}

Value value_of_type(Random& random, std::uint64_t type) {
  switch (type) {
    case 0: return Untyped{Slice::own(bytes(random, longest_text))};
    case 1: return static_cast<std::int64_t>(number(random));
    case 2: return number(random);
    case 3: return static_cast<double>(static_cast<std::int64_t>(number(random))) / 8;
    case 4: return Text{text(random, longest_text)};
    case 5: return Slice::own(bytes(random, longest_text));
    case 6: {
      Gfid gfid;
      fill(random, gfid);
      return gfid;
    }
    case 7: {
      Iatt iatt;
      fill(random, iatt);
      return iatt;
    }
    default: return Times{moment(random), moment(random), moment(random)};
  }
}

// Keys are unique by their number.
std::string key(Random& random, std::size_t index) { return std::to_string(index) + "." + text(random, longest_text); }

}  // namespace

std::uint64_t number(Random& random) {
  switch (random.below(4)) {
    case 0: return random.below(4);
    case 1: return ~random.below(4);
    case 2: return random.next() >> random.below(64);
    default: return random.next();
  }
}

std::string bytes(Random& random, std::size_t longest) {
  std::string value(random.below(longest + 1), '\0');
  for (char& byte : value) byte = static_cast<char>(random.next());
  return value;
}

std::string text(Random& random, std::size_t longest) {
  std::string value(random.below(longest + 1), '\0');
  for (char& letter : value) letter = static_cast<char>('!' + random.below('~' - '!' + 1));
  return value;
}

void fill(Random& random, std::string& value) { value = text(random, longest_text); }
void fill(Random& random, Slice& value) { value = Slice::own(bytes(random, longest_text)); }
void fill(Random& random, Payload& value) { value.bytes = Slice::own(bytes(random, longest_payload)); }
void fill(Random& random, Gfid& value) { fill(random, value.bytes); }
void fill(Random& random, Fd& value) { fill(random, value.remote); }

void fill(Random& random, Iatt& value) {
  if (random.below(4) == 0) return;  // "not available"
  fill(random, value.gfid);
  for (std::uint64_t* field : {&value.flags, &value.inode, &value.device, &value.rdev, &value.size, &value.blocks,
                               &value.attributes, &value.attributes_mask}) {
    *field = number(random);
  }
  for (Moment* field : {&value.accessed, &value.modified, &value.changed, &value.born}) *field = moment(random);
  for (std::uint32_t* field : {&value.links, &value.uid, &value.gid, &value.block_size, &value.mode}) {
    fill(random, *field);
  }
}

void fill(Random& random, Dictionary& value) {
  if (random.below(4) == 0) return;
  value.set_present();
  const std::size_t pairs = random.below(most_pairs + 1);
  for (std::size_t index = 0; index < pairs; ++index) {
    value.append(key(random, index), value_of_type(random, random.below(std::variant_size_v<Value>)));
  }
}

void fill(Random& random, LegacyDictionary& value) {
  if (random.below(4) == 0) return;
  value.dictionary.set_present();
  const std::size_t pairs = random.below(most_pairs + 1);
  for (std::size_t index = 0; index < pairs; ++index) {
    value.dictionary.append(key(random, index), Untyped{Slice::own(bytes(random, longest_text))});
  }
}

}  // namespace mortar::randomizing
