#include "translators/selinux/selinux.h"

#include "translator/options.h"

namespace mortar {

namespace {

constexpr std::string_view shown_name = "security.selinux";
constexpr std::string_view kept_name = "trusted.glusterfs.selinux";

struct SelinuxOptions {
  bool on = true;
  auto options(this auto& self) {
    return std::tuple(Option{"selinux", self.on, "Keep security contexts of clients apart from the brick's own"});
  }
};

// With the value of one name under another, at the same place.
Dictionary renamed(const Dictionary& values, std::string_view from, std::string_view to) {
  Dictionary out;
  if (values.present()) out.set_present();
  for (const auto& [key, value] : values) out.append(key == from ? std::string(to) : key, value);
  return out;
}

}  // namespace

Result<std::unique_ptr<Translator>> Selinux::make(World&, const VolumeSection& section) {
  const Result<SelinuxOptions> options = read_options<SelinuxOptions>(section);
  if (!options) return std::unexpected(options.error());
  return std::make_unique<Selinux>(section.name, options->on);
}

Result<Done> Selinux::reconfigure(const VolumeSection& section) {
  const Result<SelinuxOptions> options = read_options<SelinuxOptions>(section);
  if (!options) return std::unexpected(options.error());
  on_ = options->on;
  return done;
}

template <class Operation>
Task<fop::Values> Selinux::read(Call call, Operation request) {
  request.name = kept_name;
  fop::Values reply = co_await tried(next().perform(call, request));
  reply.values = renamed(reply.values, kept_name, shown_name);
  co_return std::move(reply);
}

template <class Operation>
Task<fop::Acknowledged> Selinux::write(Call call, Operation request) {
  request.values = renamed(request.values, shown_name, kept_name);
  fop::Acknowledged reply = co_await tried(next().perform(call, request));
  co_return std::move(reply);
}

Task<fop::Values> Selinux::perform(const Call& call, const fop::Getxattr& request) {
  return on_ && request.name == shown_name ? read(call, request) : next().perform(call, request);
}

Task<fop::Values> Selinux::perform(const Call& call, const fop::Fgetxattr& request) {
  return on_ && request.name == shown_name ? read(call, request) : next().perform(call, request);
}

Task<fop::Acknowledged> Selinux::perform(const Call& call, const fop::Setxattr& request) {
  return on_ && request.values.has(shown_name) ? write(call, request) : next().perform(call, request);
}

Task<fop::Acknowledged> Selinux::perform(const Call& call, const fop::Fsetxattr& request) {
  return on_ && request.values.has(shown_name) ? write(call, request) : next().perform(call, request);
}

}  // namespace mortar
