// Extended attributes: setting, reading, listing, removing.
#include <algorithm>
#include <array>

#include "translators/posix/acl_text.h"
#include "translators/posix/attribute_names.h"
#include "translators/posix/gfid2path.h"
#include "translators/posix/jobs.h"
#include "translators/posix/removal.h"
#include "translators/posix/virtual_xattrs.h"
#include "translators/posix/wanted.h"

namespace mortar::posix::job {

namespace {

bool is_path_information(std::string_view key) {
  return key == "trusted.glusterfs.pathinfo" || key == "glusterfs.pathinfo";
}
bool is_acl(std::string_view key) {
  return key == access_acl_key || key == default_acl_key || key == "glusterfs.posix.acl" ||
         key == "glusterfs.posix.default_acl";
}
// Dropped without a word: clients copy them along with the rest.
bool is_dropped(std::string_view key) {
  return key == gfid_key || key == volume_id_key || key == "trusted.io-stats-dump" || key == "force-replace" ||
         key.starts_with("glusterfs.internal-ctx");
}

// Times that somebody copies: they are created or raised, never lowered.
Result<Done> merge_times(const Work& work, Subject& object, const Place& place, const Times& given) {
  std::optional<Times> known = object.memory ? object.memory->times : std::nullopt;
  Times times = known.value_or(given);
  raise_times(times, given);
  if (known == times) return done;
  return write_times(work, object, place, times);
}

// Times that a healer brings, as they were after the last change that its copy has seen: what has happened here since
// stands.
Result<Done> heal_times(const Work& work, Subject& object, const Place& place, const Times& given) {
  const bool is_known = object.memory && object.memory->times;
  if (is_known && given.changed < object.memory->times->changed) return done;
  return write_times(work, object, place, given);
}

Result<Done> set_one(const Work& work, Subject& object, const Found& found, const std::string& key, const Value& value,
                     int flags) {
  if (is_dropped(key)) return done;
  if (is_path_information(key)) return failed(EACCES);
  if (key.starts_with(gfid2path_prefix)) return failed(EOPNOTSUPP);
  if (key == "set-ctime-mdata") {
    const auto* times = std::get_if<Times>(&value);
    return times == nullptr ? Result<Done>(failed(EINVAL)) : merge_times(work, object, found.place, *times);
  }
  const std::string bytes = stored_form(value);
  if (key == mdata_key) {
    std::optional<Times> times = decode_mdata(as_bytes(bytes));
    if (!times) return failed(EINVAL);
    return work.call->is_internal() ? heal_times(work, object, found.place, *times)
                                    : merge_times(work, object, found.place, *times);
  }
  if (is_acl(key)) {
    const bool is_bare = (found.iatt.mode & 07777) == 01000 && found.iatt.is_regular();
    if (is_bare && work.attributes().get(found.place, "trusted.glusterfs.dht.linkto")) return done;
  }
  if (key == "glusterfs.posix.acl" || key == "glusterfs.posix.default_acl") {
    std::optional<std::string> binary = acl_binary(bytes);
    if (!binary) return failed(EINVAL);
    const char* attribute = key == "glusterfs.posix.acl" ? access_acl_key : default_acl_key;
    return work.attributes().set(found.place, attribute, as_bytes(*binary), flags);
  }
  return work.attributes().set(found.place, key.c_str(), as_bytes(bytes), flags);
}

// Distribute heals a directory: what it names is all there shall be of users' attributes.
Result<Done> remove_others(const Work& work, const Place& place, const Dictionary& kept) {
  constexpr std::array<std::string_view, 5> healed = {access_acl_key, default_acl_key,
                                                      "trusted.glusterfs.quota.limit-set",
                                                      "trusted.glusterfs.quota.limit-objects", "security.selinux"};
  Result<std::vector<std::string>> names = work.attributes().list(place);
  if (!names) return std::unexpected(names.error());
  for (const std::string& name : *names) {
    if (kept.has(name) || !(name.starts_with("user.") || std::ranges::find(healed, name) != healed.end())) continue;
    Result<Done> removed = work.attributes().remove(place, name.c_str());
    if (!removed && removed.error().number() != ENODATA) return removed;
  }
  return done;
}

// Both names and both sides of stock: clients read one or the other.
void answer_attributes(Dictionary& xdata, const Iatt& before, const Iatt& after) {
  xdata.set("virt-gf-prestat", before);
  xdata.set("virt-gf-poststat", after);
  xdata.set("dht-get-iatt-in-xattr", after);
}

template <class Request, class Change>
Result<fop::Acknowledged> change_attributes(Work& work, const Request& request, Change change) {
  Subject& object = work.subjects[0];
  Result<Found> found = find_and_observe(work, object, object.has_descriptor);
  if (!found) return std::unexpected(found.error());
  if (Result<Done> changed = change(*found); !changed) return std::unexpected(changed.error());
  if (Result<Done> timed = stamp_object(work, object, found->place); !timed) return std::unexpected(timed.error());
  Result<Iatt> after = observe_changed(work, object, found->place);
  if (!after) return std::unexpected(after.error());
  fop::Acknowledged reply;
  answer_attributes(reply.xdata, found->iatt, *after);
  // Access control above learns the list from here when it was set as text.
  const Result<Done> answered = answer_wanted(work, object, found->place, *after, request.xdata, reply.xdata);
  if (!answered) return std::unexpected(answered.error());
  return reply;
}

template <class Request>
Result<fop::Acknowledged> set_attributes(Work& work, const Request& request) {
  Subject& object = work.subjects[0];
  if (Result<Done> space = check_space(work, request.xdata); !space) return std::unexpected(space.error());
  auto change = [&](const Found& found) -> Result<Done> {
    for (const auto& [key, value] : request.values) {
      Result<Done> set = set_one(work, object, found, key, value, static_cast<int>(request.flags));
      if (!set) return set;
    }
    if (request.xdata.number("sync_backend_xattrs").value_or(0) != 0) {
      return remove_others(work, found.place, request.values);
    }
    return done;
  };
  Result<fop::Acknowledged> reply = change_attributes(work, request, change);
  if (!reply) return reply;
  for (const char* key : {"glusterfs.posix.acl", "glusterfs.posix.default_acl"}) {
    if (!request.values.has(key)) continue;
    const char* attribute = key == std::string_view("glusterfs.posix.acl") ? access_acl_key : default_acl_key;
    Result<Place> place = find(work, object, object.has_descriptor);
    if (!place) return std::unexpected(place.error());
    if (Result<std::string> value = work.attributes().get(*place, attribute)) {
      reply->xdata.set(attribute, Slice::own(std::move(*value)));
    }
  }
  return reply;
}

Result<Done> remove_one(const Work& work, const Place& place, const std::string& name, bool may_be_missing) {
  if (name == gfid_key || name == volume_id_key) return failed(EPERM);
  if (name.starts_with(gfid2path_prefix)) return failed(ENODATA);
  const char* key = name.c_str();
  if (name == "glusterfs.posix.acl") key = access_acl_key;
  if (name == "glusterfs.posix.default_acl") key = default_acl_key;
  Result<Done> removed = work.attributes().remove(place, key);
  if (!removed && may_be_missing && removed.error().number() == ENODATA) return done;
  return removed;
}

template <class Request>
Result<fop::Acknowledged> remove_attributes(Work& work, const Request& request) {
  return change_attributes(work, request, [&](const Found& found) -> Result<Done> {
    if (!request.name.empty()) return remove_one(work, found.place, request.name, false);
    // Those of a list; a healer of stock gives one with nothing in it where there is nothing.
    if (request.xdata.empty() && !request.xdata.present()) return failed(EINVAL);
    for (const auto& [key, value] : request.xdata) {
      if (Result<Done> removed = remove_one(work, found.place, key, true); !removed) return removed;
    }
    return done;
  });
}

Result<fop::Values> list_values(const Work& work, const Found& found) {
  Result<std::vector<std::string>> names = work.attributes().list(found.place);
  if (!names) return std::unexpected(names.error());
  fop::Values reply;
  std::size_t total = 0;
  for (std::string& name : *names) {
    if (!is_listed(name) || !is_readable(work.call->is_internal(), name)) continue;
    Result<std::string> value = work.attributes().get(found.place, name.c_str());
    if (!value && says_absent(value.error())) continue;  // removed meanwhile by somebody outside
    if (!value) return std::unexpected(value.error());
    total += value->size();
    reply.values.append(std::move(name), Slice::own(std::move(*value)));
  }
  reply.values.set_present();
  reply.op_ret = static_cast<std::int32_t>(std::min<std::size_t>(total, INT32_MAX));
  return reply;
}

template <class Request>
Result<fop::Values> read_attributes(Work& work, const Request& request) {
  Subject& object = work.subjects[0];
  Result<Found> found = find_and_observe(work, object, object.has_descriptor);
  if (!found) return std::unexpected(found.error());
  if (request.name_given == 0 || request.name.empty()) return list_values(work, *found);
  if (std::optional<Result<fop::Values>> answer = virtual_attribute(work, object, *found, request.name)) {
    return std::move(*answer);
  }
  fop::Values reply;
  // Identity is in the attributes of every reply; the values themselves are the brick's own.
  if (request.name == gfid_key || (request.name == volume_id_key && object.gfid.is_root())) {
    reply.values.set_present();
    reply.op_ret = 16;
    return reply;
  }
  if (request.name.starts_with(gfid2path_prefix) || !is_readable(work.call->is_internal(), request.name))
    return failed(ENODATA);
  Result<std::string> value = work.attributes().get(found->place, request.name.c_str());
  if (!value) return std::unexpected(value.error());
  reply.op_ret = static_cast<std::int32_t>(value->size());
  reply.values.append(request.name, Slice::own(std::move(*value)));
  return reply;
}

}  // namespace

Result<fop::Acknowledged> setxattr(Work& work, const fop::Setxattr& request) { return set_attributes(work, request); }

Result<fop::Acknowledged> fsetxattr(Work& work, const fop::Fsetxattr& request) {
  Result<fop::Acknowledged> reply = set_attributes(work, request);
  if (!reply || !request.values.has("trusted.glusterfs.durable-op") || !work.subjects[0].file) return reply;
  Result<Done> synced = work.files().sync(work.subjects[0].file->number(), false);
  return synced ? reply : std::unexpected(synced.error());
}

Result<fop::Values> getxattr(Work& work, const fop::Getxattr& request) { return read_attributes(work, request); }
Result<fop::Values> fgetxattr(Work& work, const fop::Fgetxattr& request) { return read_attributes(work, request); }

Result<fop::Acknowledged> removexattr(Work& work, const fop::Removexattr& request) {
  return remove_attributes(work, request);
}
Result<fop::Acknowledged> fremovexattr(Work& work, const fop::Fremovexattr& request) {
  return remove_attributes(work, request);
}

}  // namespace mortar::posix::job
