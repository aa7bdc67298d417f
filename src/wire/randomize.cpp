#include "wire/randomize.h"

namespace mortar::randomizing {

namespace {

constexpr std::size_t longest_text = 40;
constexpr std::size_t longest_payload = 3000;
constexpr std::size_t most_pairs = 6;

Moment moment(Generator& generator) {
  return {static_cast<std::int64_t>(number(generator)), static_cast<std::uint32_t>(below(generator, 1'000'000'000))};
}

Value value_of_type(Generator& generator, std::uint64_t type) {
  switch (type) {
    case 0: return Untyped{Slice::own(bytes(generator, longest_text))};
    case 1: return static_cast<std::int64_t>(number(generator));
    case 2: return number(generator);
    case 3: return static_cast<double>(static_cast<std::int64_t>(number(generator))) / 8;
    case 4: return Text{text(generator, longest_text)};
    case 5: return Slice::own(bytes(generator, longest_text));
    case 6: {
      Gfid gfid;
      fill(generator, gfid);
      return gfid;
    }
    case 7: {
      Iatt iatt;
      fill(generator, iatt);
      return iatt;
    }
    default: return Times{moment(generator), moment(generator), moment(generator)};
  }
}

// Keys are unique by their number.
std::string key(Generator& generator, std::size_t index) {
  return std::to_string(index) + "." + text(generator, longest_text);
}

}  // namespace

// Not by a distribution of the standard library: those differ between implementations.
std::uint64_t below(Generator& generator, std::uint64_t limit) { return generator() % limit; }

std::uint64_t number(Generator& generator) {
  switch (below(generator, 4)) {
    case 0: return below(generator, 4);
    case 1: return ~below(generator, 4);
    case 2: return generator() >> below(generator, 64);
    default: return generator();
  }
}

std::string bytes(Generator& generator, std::size_t longest) {
  std::string value(below(generator, longest + 1), '\0');
  for (char& byte : value) byte = static_cast<char>(generator());
  return value;
}

std::string text(Generator& generator, std::size_t longest) {
  std::string value(below(generator, longest + 1), '\0');
  for (char& letter : value) letter = static_cast<char>('!' + below(generator, '~' - '!' + 1));
  return value;
}

void fill(Generator& generator, std::string& value) { value = text(generator, longest_text); }
void fill(Generator& generator, Slice& value) { value = Slice::own(bytes(generator, longest_text)); }
void fill(Generator& generator, Payload& value) { value.bytes = Slice::own(bytes(generator, longest_payload)); }
void fill(Generator& generator, Gfid& value) { fill(generator, value.bytes); }
void fill(Generator& generator, Fd& value) { fill(generator, value.remote); }

void fill(Generator& generator, Iatt& value) {
  if (below(generator, 4) == 0) return;  // "not available"
  fill(generator, value.gfid);
  for (std::uint64_t* field : {&value.flags, &value.inode, &value.device, &value.rdev, &value.size, &value.blocks,
                               &value.attributes, &value.attributes_mask}) {
    *field = number(generator);
  }
  for (Moment* field : {&value.accessed, &value.modified, &value.changed, &value.born}) *field = moment(generator);
  for (std::uint32_t* field : {&value.links, &value.uid, &value.gid, &value.block_size, &value.mode}) {
    fill(generator, *field);
  }
}

void fill(Generator& generator, Dictionary& value) {
  if (below(generator, 4) == 0) return;
  value.set_present();
  const std::size_t pairs = below(generator, most_pairs + 1);
  for (std::size_t index = 0; index < pairs; ++index) {
    value.append(key(generator, index), value_of_type(generator, below(generator, std::variant_size_v<Value>)));
  }
}

void fill(Generator& generator, LegacyDictionary& value) {
  if (below(generator, 4) == 0) return;
  value.dictionary.set_present();
  const std::size_t pairs = below(generator, most_pairs + 1);
  for (std::size_t index = 0; index < pairs; ++index) {
    value.dictionary.append(key(generator, index), Untyped{Slice::own(bytes(generator, longest_text))});
  }
}

}  // namespace mortar::randomizing
