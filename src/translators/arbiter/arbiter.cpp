#include "translators/arbiter/arbiter.h"

namespace mortar {

namespace {

constexpr const char* is_append_key = "glusterfs.write-is-append";

// The object as it is, before and after.
Result<fop::Changed> unchanged(Result<fop::Attributes> attributes) {
  if (!attributes) return std::unexpected(attributes.error());
  fop::Changed reply;
  reply.before = reply.after = attributes->iatt;
  reply.xdata = std::move(attributes->xdata);
  return reply;
}

// What was asked about the object along with the change is answered with its attributes.
template <class Operation>
Task<fop::Changed> pretend(Translator& below, const Call& call, const Operation& operation) {
  const fop::Fstat question{.gfid = operation.gfid, .fd = operation.fd, .xdata = operation.xdata};
  Result<fop::Attributes> attributes = co_await below.perform(call, question);
  co_return unchanged(std::move(attributes));
}

}  // namespace

Result<std::unique_ptr<Translator>> Arbiter::make(World&, const VolumeSection& section) {
  return std::make_unique<Arbiter>(section.name);
}

Task<fop::Changed> Arbiter::perform(const Call& call, const fop::Write& write) {
  fop::Changed reply = co_await tried(pretend(next(), call, write));
  reply.op_ret = static_cast<std::int32_t>(write.data.bytes.size());
  // Whether it appends is for copies with a size to say.
  if (write.xdata.has(is_append_key)) reply.xdata.set(is_append_key, std::uint64_t{0});
  co_return reply;
}

Task<fop::Changed> Arbiter::perform(const Call& call, const fop::Truncate& truncate) {
  const fop::Stat question{.gfid = truncate.gfid, .xdata = truncate.xdata};
  Result<fop::Attributes> attributes = co_await next().perform(call, question);
  // As a copy that has content to cut says.
  if (attributes && attributes->iatt.is_directory()) co_return Error(EISDIR);
  if (attributes && !attributes->iatt.is_regular()) co_return Error(EINVAL);
  co_return unchanged(std::move(attributes));
}

Task<fop::Changed> Arbiter::perform(const Call& call, const fop::Ftruncate& truncate) {
  return pretend(next(), call, truncate);
}

Task<fop::Changed> Arbiter::perform(const Call& call, const fop::Fallocate& allocate) {
  return pretend(next(), call, allocate);
}

Task<fop::Changed> Arbiter::perform(const Call& call, const fop::Discard& discard) {
  return pretend(next(), call, discard);
}

Task<fop::Changed> Arbiter::perform(const Call& call, const fop::Zerofill& fill) { return pretend(next(), call, fill); }

Task<fop::Read::Reply> Arbiter::perform(const Call&, const fop::Read&) {
  return ready<fop::Read::Reply>(failed(ENOSYS));
}

Task<fop::Seek::Reply> Arbiter::perform(const Call&, const fop::Seek&) {
  return ready<fop::Seek::Reply>(failed(ENOSYS));
}

}  // namespace mortar
