#include "snapshot.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

namespace mortar::sim {

namespace {

constexpr std::uint32_t listing_size = 2000;
constexpr std::uint32_t longest_file = 1 << 20;

Call walker() {
  Call call;
  call.pid = 999;
  return call;
}

Error about(const Error& error, std::string_view what, const std::string& path) {
  return Error(error.number(), fmt::format("{} of {} fails: {}", what, path, error.sentence()));
}

class Walk {
 public:
  Walk(Translator& top, Random random) : top_(top), random_(random) {}

  Task<Snapshot> run() {
    const fop::Lookup lookup{.gfid = root_gfid};
    const Result<fop::Lookup::Reply> root = co_await top_.perform(call_, lookup);
    if (!root) co_return about(root.error(), "lookup", "/");
    found_.paths[root_gfid] = "/";
    Node node = node_of(root->iatt);
    node.parent = root_gfid;
    node.links = 1;
    co_await tried(see_directory(std::move(node), root->iatt.links, ""));
    count_names();
    co_return std::move(found_);
  }

 private:
  static Node node_of(const Iatt& iatt) {
    Node node;
    node.gfid = iatt.gfid;
    node.mode = iatt.mode;
    node.uid = iatt.uid;
    node.gid = iatt.gid;
    node.links = iatt.links;
    node.modified = iatt.modified;
    node.changed = iatt.changed;
    return node;
  }
  void stray(const Gfid& parent, const std::string& name, std::string sentence) {
    found_.strays.push_back({parent, name, std::move(sentence)});
  }
  void contradict(std::string sentence) { found_.contradictions.push_back(std::move(sentence)); }

  Task<std::vector<EntryPlus>> list(Gfid gfid, std::string path) {
    const fop::Opendir opendir{.gfid = gfid};
    const Result<fop::Opened> open = co_await top_.perform(call_, opendir);
    if (!open) co_return about(open.error(), "opendir", path);
    std::vector<EntryPlus> entries;
    std::uint64_t offset = 0;
    while (true) {
      const fop::Readdirp readdirp{.gfid = gfid, .fd = open->fd, .offset = offset, .size = listing_size};
      Result<fop::Readdirp::Reply> reply = co_await top_.perform(call_, readdirp);
      if (!reply) co_return about(reply.error(), "readdirp", path);
      if (reply->entries.elements.empty()) break;
      offset = reply->entries.elements.back().offset;
      for (EntryPlus& entry : reply->entries.elements) {
        if (entry.name != "." && entry.name != "..") entries.push_back(std::move(entry));
      }
    }
    const fop::Releasedir release{.gfid = gfid, .fd = open->fd};
    co_await top_.perform(call_, release);
    co_return entries;
  }

  Task<> see_directory(Node node, std::uint32_t links, std::string path) {
    const std::vector<EntryPlus> entries = co_await tried(list(node.gfid, path));
    co_await tried(see_xattrs(node, path));
    for (const EntryPlus& entry : entries) {
      const std::string below = path + "/" + entry.name;
      if (node.entries.contains(entry.name)) {
        stray(node.gfid, entry.name, below + " is listed twice");
        continue;
      }
      fop::Lookup lookup{.parent = node.gfid, .name = entry.name};
      // A crash in the middle of making it may have left it without an identity: then it gets this one.
      lookup.xdata.set("gfid-req", random_gfid(random_));
      const Result<fop::Lookup::Reply> reply = co_await top_.perform(call_, lookup);
      if (!reply) {
        stray(node.gfid, entry.name,
              fmt::format("{} is listed and its lookup fails: {}", below, reply.error().sentence()));
        continue;
      }
      const Iatt iatt = reply->iatt;
      if (!entry.iatt.gfid.is_null() && entry.iatt.gfid != iatt.gfid) {
        stray(node.gfid, entry.name, below + " is listed as another object than looked up");
      }
      if (entry.type != iatt.mode >> 12)
        stray(node.gfid, entry.name, below + " is listed as another type than looked up");
      node.entries[entry.name] = iatt.gfid;
      co_await tried(see(iatt, node.gfid, below));
    }
    const Gfid gfid = node.gfid;
    found_.tree.put(std::move(node));
    const std::uint32_t subdirectories = found_.tree.subdirectories(*found_.tree.find(gfid));
    // In the root of a replicated volume may be a directory that users do not see.
    const bool has_hidden = gfid.is_root() && links == subdirectories + 3;
    if (links != subdirectories + 2 && !has_hidden) {
      contradict(fmt::format("{} has {} subdirectories and {} links", path, subdirectories, links));
    }
    co_return done;
  }

  Task<> see(Iatt iatt, Gfid parent, std::string path) {
    const bool is_known = found_.paths.contains(iatt.gfid);
    if (is_known && iatt.is_directory()) {
      contradict(fmt::format("{} is the directory {}, too", path, found_.paths[iatt.gfid]));
    }
    ++names_[iatt.gfid];
    if (is_known) co_return done;
    found_.paths[iatt.gfid] = path;
    Node node = node_of(iatt);
    if (iatt.is_directory()) {
      node.parent = parent;
      node.links = 1;
      co_await tried(see_directory(std::move(node), iatt.links, path));
      co_return done;
    }
    if (iatt.is_regular()) {
      co_await tried(see_xattrs(node, path));
      co_await tried(see_content(node, iatt.size, path));
    }
    if (iatt.is_symlink()) {
      const fop::Readlink readlink{.gfid = iatt.gfid, .size = 4096};
      const Result<fop::Readlink::Reply> reply = co_await top_.perform(call_, readlink);
      if (!reply) co_return about(reply.error(), "readlink", path);
      node.target = reply->target;
    }
    found_.tree.put(std::move(node));
    co_return done;
  }

  Task<> see_xattrs(Node& node, std::string path) {
    const fop::Getxattr getxattr{.gfid = node.gfid};
    const Result<fop::Values> reply = co_await top_.perform(call_, getxattr);
    if (!reply) co_return about(reply.error(), "getxattr", path);
    for (const auto& [key, value] : reply->values) {
      if (key.starts_with("user.")) node.xattrs[key] = as_text(bytes_of(value).value_or(Bytes{}));
    }
    co_return done;
  }

  Task<> see_content(Node& node, std::uint64_t size, std::string path) {
    const fop::Open open{.gfid = node.gfid};
    const Result<fop::Opened> opened = co_await top_.perform(call_, open);
    if (!opened) co_return about(opened.error(), "open", path);
    const fop::Read read{.gfid = node.gfid, .fd = opened->fd, .size = longest_file};
    const Result<fop::Read::Reply> reply = co_await top_.perform(call_, read);
    if (!reply) co_return about(reply.error(), "read", path);
    const fop::Release release{.gfid = node.gfid, .fd = opened->fd};
    co_await top_.perform(call_, release);
    node.content = std::make_shared<const std::string>(reply->data.bytes.text());
    if (node.content->size() != size) {
      contradict(fmt::format("{} has {} bytes and says {}", path, node.content->size(), size));
    }
    co_return done;
  }

  void count_names() {
    for (const auto& [gfid, node] : found_.tree) {
      // A stray is one more name.
      if (node->is_directory() || names_[gfid] == node->links || !found_.strays.empty()) continue;
      contradict(fmt::format("{} has {} names and says {}", found_.paths[gfid], names_[gfid], node->links));
    }
  }

  Translator& top_;
  Random random_;
  const Call call_ = walker();
  Snapshot found_;
  std::map<Gfid, std::uint32_t> names_;
};

// ---- whether trees explain what was seen

class Explainer {
 public:
  Explainer(const Snapshot& observed, const Explanation& with) : observed_(observed), with_(with) {}

  std::string first_unexplained() {
    for (const auto& [gfid, node] : observed_.tree) {
      std::string wrong = node->is_directory() ? unexplained_names(*node) : std::string();
      if (wrong.empty()) wrong = unexplained_object(*node);
      if (!wrong.empty()) return wrong;
    }
    return "";
  }

 private:
  std::string path(const Gfid& gfid) const {
    auto found = observed_.paths.find(gfid);
    return found == observed_.paths.end() ? gfid.text() : found->second;
  }
  template <class Predicate>
  bool any(Predicate&& predicate) const {
    return std::ranges::any_of(with_.trees, [&](const Tree* tree) { return predicate(*tree); });
  }
  static std::optional<Gfid> value(const Tree& tree, const Gfid& directory, const std::string& name) {
    const Node* node = tree.is_alive(directory) ? tree.find(directory) : nullptr;
    if (node == nullptr) return std::nullopt;
    auto found = node->entries.find(name);
    return found == node->entries.end() ? std::nullopt : std::optional(found->second);
  }

  std::string unexplained_names(const Node& directory) const {
    std::set<std::string> names;
    for (const auto& [name, gfid] : directory.entries) names.insert(name);
    for (const Tree* tree : with_.trees) {
      const Node* node = tree->find(directory.gfid);
      if (node == nullptr) continue;
      for (const auto& [name, gfid] : node->entries) names.insert(name);
    }
    for (const std::string& name : names) {
      const std::optional<Gfid> there = value(observed_.tree, directory.gfid, name);
      if (any([&](const Tree& tree) { return value(tree, directory.gfid, name) == there; })) continue;
      if (there && is_half_made(directory.gfid, name, *there)) continue;
      std::string could_be;
      for (const Tree* tree : with_.trees) {
        const std::optional<Gfid> of_tree = value(*tree, directory.gfid, name);
        could_be += fmt::format(" {}", of_tree ? of_tree->text() : "nothing");
      }
      return fmt::format("{} in {} ({}) is {} instead of one of:{}", name, path(directory.gfid), directory.gfid.text(),
                         there ? there->text() : "nothing", could_be);
    }
    return "";
  }

  bool is_unknown(const Gfid& gfid) const {
    return !any([&](const Tree& tree) { return tree.find(gfid) != nullptr; });
  }
  // A crash in the middle of making an entry: it has got its identity from who looked it up afterwards.
  bool is_half_made(const Gfid& directory, const std::string& name, const Gfid& gfid) const {
    if (!with_.is_after_crash || !is_unknown(gfid)) return false;
    return any([&](const Tree& tree) {
      const Node* meant = tree.find(directory, name);
      const Node* there = observed_.tree.find(gfid);
      return meant != nullptr && there->mode >> 12 == meant->mode >> 12 && there->size() == meant->size();
    });
  }

  template <class Aspect>
  std::string unexplained_aspect(const Node& there, const char* what, Aspect&& aspect) const {
    const bool explained = any([&](const Tree& tree) {
      const Node* node = tree.find(there.gfid);
      return node != nullptr && aspect(*node) == aspect(there);
    });
    if (explained) return "";
    const auto text_of = [](const auto& value) {
      if constexpr (std::is_same_v<std::remove_cvref_t<decltype(value)>, Moment>) {
        return fmt::format("{}.{:09}", value.seconds, value.nanoseconds);
      } else if constexpr (std::is_integral_v<std::remove_cvref_t<decltype(value)>>) {
        return fmt::format("{}", value);
      } else {
        return std::string("otherwise");
      }
    };
    std::string meant;
    for (const Tree* tree : with_.trees) {
      const Node* node = tree->find(there.gfid);
      if (node != nullptr) meant += " " + text_of(aspect(*node));
    }
    return fmt::format("{} of {} ({}) is {} and not{}", what, path(there.gfid), there.gfid.text(),
                       text_of(aspect(there)), meant);
  }

  std::string unexplained_object(const Node& there) const {
    if (is_unknown(there.gfid)) return "";  // its name was judged
    std::string wrong;
    const auto judge = [&](const char* what, auto aspect) {
      if (wrong.empty()) wrong = unexplained_aspect(there, what, aspect);
    };
    judge("the mode", [](const Node& node) { return node.mode; });
    judge("the owner", [](const Node& node) { return node.uid; });
    judge("the group", [](const Node& node) { return node.gid; });
    judge("the target", [](const Node& node) { return node.target; });
    judge("the number of links", [](const Node& node) { return node.links; });
    if (!there.is_directory()) judge("the size", [](const Node& node) { return node.size(); });
    const bool times = with_.times && (with_.whole_directories || !there.is_directory());
    if (times && !with_.is_after_crash) {
      judge("the time of modification", [](const Node& node) { return node.modified; });
      judge("the time of change", [](const Node& node) { return node.changed; });
    }
    if (wrong.empty()) wrong = unexplained_xattrs(there);
    if (wrong.empty() && there.is_regular()) wrong = unexplained_content(there);
    return wrong;
  }

  std::string unexplained_xattrs(const Node& there) const {
    std::set<std::string> keys;
    const auto add = [&keys](const Node* node) {
      if (node == nullptr) return;
      for (const auto& [key, text] : node->xattrs) keys.insert(key);
    };
    add(&there);
    for (const Tree* tree : with_.trees) add(tree->find(there.gfid));
    for (const std::string& key : keys) {
      std::string wrong = unexplained_aspect(there, key.c_str(), [&key](const Node& node) {
        auto found = node.xattrs.find(key);
        return found == node.xattrs.end() ? std::optional<std::string>() : std::optional(found->second);
      });
      if (!wrong.empty()) return wrong;
    }
    return "";
  }

  static std::string_view text(const std::shared_ptr<const std::string>& content) {
    return content ? std::string_view(*content) : std::string_view();
  }

  std::string unexplained_content(const Node& there) const {
    const std::string_view bytes = text(there.content);
    if (!with_.is_after_crash) {
      return unexplained_aspect(there, "the content", [](const Node& node) { return text(node.content); });
    }
    auto versions = with_.contents.find(there.gfid);
    for (std::size_t at = 0; at < bytes.size(); ++at) {
      const auto has_byte = [&](const std::shared_ptr<const std::string>& version) {
        const std::string_view old = text(version);
        return (at < old.size() ? old[at] : '\0') == bytes[at];
      };
      const bool explained = any([&](const Tree& tree) {
                               const Node* node = tree.find(there.gfid);
                               return node != nullptr && has_byte(node->content);
                             }) ||
                             (versions != with_.contents.end() && std::ranges::any_of(versions->second, has_byte));
      if (explained) continue;
      return fmt::format("byte {} of the content of {} ({})", at, path(there.gfid), there.gfid.text());
    }
    return "";
  }

  const Snapshot& observed_;
  const Explanation& with_;
};

}  // namespace

Gfid random_gfid(Random& random) {
  std::array<std::uint8_t, 16> noise;
  for (std::uint8_t& byte : noise) byte = static_cast<std::uint8_t>(random.next());
  return Gfid::random(noise);
}

Task<Snapshot> take_snapshot(Translator& top, Random random) {
  Walk walk(top, random);
  Snapshot snapshot = co_await tried(walk.run());
  co_return std::move(snapshot);
}

std::string unexplained(const Snapshot& observed, const Explanation& explanation) {
  return Explainer(observed, explanation).first_unexplained();
}

}  // namespace mortar::sim
