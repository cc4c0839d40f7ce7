#pragma once

#include "effects/files.hpp"
#include "support/fake_locks.hpp"
#include "support/fake_memory.hpp"
#include "support/fake_tree.hpp"
#include "support/file_failures.hpp"

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace cudasetup::test {

/// Whether a change is part of the test, or a failure of it.
enum class Changes { allowed, forbidden };

/// A file tree in memory, with links, modes and owners, that behaves as a POSIX one: links are followed inside the
/// tree, a file needs an existing parent, making a link where something is fails. The `put` functions make parents.
/// Safe to use from several threads.
class FakeFiles : public effects::Files, public FakeLocks {
public:
  using Node = test::Node;
  explicit FakeFiles(Changes changes = Changes::allowed) : m_allowed(changes) {}

  // Building the tree -------------------------------------------------------------------------------------------------
  FakeFiles& put(const std::string& path, std::string bytes, unsigned mode = 0644)
  {
    return put_node(path, Node{effects::FileType::regular, std::move(bytes), mode});
  }
  FakeFiles& put_directory(const std::string& path, unsigned mode = 0755)
  {
    return put_node(path, Node{effects::FileType::directory, {}, mode});
  }
  FakeFiles& put_link(const std::string& path, std::string target)
  {
    return put_node(path, Node{effects::FileType::link, std::move(target), 0777});
  }
  /// Any node; parents are made with 0755.
  FakeFiles& put_node(const std::string& path, Node node)
  {
    const Guard guard(m_mutex);
    for (std::size_t slash = path.find('/', 1); slash != std::string::npos; slash = path.find('/', slash + 1)) {
      m_tree.get_or_put(path.substr(0, slash), Node{effects::FileType::directory, {}, 0755});
    }
    m_tree.put(path, std::move(node));
    return *this;
  }
  /// The file system mounted at @p path; the nearest one above a path holds it. Without any, space is unknown.
  FakeFiles& put_space(const std::string& path, effects::Space space)
  {
    const Guard guard(m_mutex);
    m_spaces[path] = space;
    return *this;
  }
  /// The file exists, but may not be read.
  FakeFiles& deny(const std::string& path)
  {
    locked([&] { m_denied.insert(path); });
    return *this;
  }
  /// That operation on that path fails with @p error, until `mend`. For rename, the path it comes from.
  void fail(FileOperation operation, const std::string& path, base::Error error)
  {
    locked([&] { m_failures.add(operation, path, std::move(error)); });
  }
  void mend(FileOperation operation, const std::string& path)
  {
    locked([&] { m_failures.remove(operation, path); });
  }

  // Looking at what happened ------------------------------------------------------------------------------------------
  /// The node itself (links not followed), or nullptr.
  const Node* node(const std::string& path) const { return m_tree.node(path); }
  bool exists(const std::string& path) const { return node(path) != nullptr; }
  /// Everything there is, by path: compare two for "nothing changed".
  const std::map<std::string, Node>& nodes() const { return m_tree.nodes(); }
  /// Changes that succeeded, in order: "write /etc/x", "rename /a /b", "remove /a", …
  const std::vector<std::string>& changes() const { return m_changes; }
  /// Paths that `read` was asked for, in order.
  const std::vector<std::string>& reads() const { return m_reads; }

  // effects::Files ----------------------------------------------------------------------------------------------------
  std::optional<std::string> read(const std::string& path) override
  {
    const Guard guard(m_mutex);
    m_reads.push_back(path);
    const auto real = m_tree.locate(path, effects::FollowLinks::yes);
    const Node* found = real ? node(*real) : nullptr;
    if (!found || found->type != effects::FileType::regular || m_denied.contains(*real)) {
      return std::nullopt;
    }
    return found->bytes;
  }

  base::Result<std::string> read_range(const std::string& path, std::uint64_t offset, std::size_t count) override
  {
    const Guard guard(m_mutex);
    if (const auto* failure = m_failures.find(FileOperation::read_range, path)) {
      return base::fail(*failure);
    }
    const auto real = m_tree.locate(path, effects::FollowLinks::yes);
    const Node* found = real ? node(*real) : nullptr;
    if (!found || found->type != effects::FileType::regular) {
      return refuse(path, "No such file or directory");
    }
    if (m_denied.contains(*real)) {
      return base::fail(base::ErrorKind::needs_root, path + ": Permission denied");
    }
    return offset >= found->bytes.size() ? std::string() : found->bytes.substr(offset, count);
  }

  std::optional<effects::FileStatus> status(const std::string& path, effects::FollowLinks follow) override
  {
    const Guard guard(m_mutex);
    const auto real = m_tree.locate(path, follow);
    const Node* found = real ? node(*real) : nullptr;
    if (!found) {
      return std::nullopt;
    }
    return effects::FileStatus{
        found->type, found->bytes.size(), found->mode, found->owner, found->group, found->modified_ns};
  }

  std::optional<std::string> link_target(const std::string& path) override
  {
    const Guard guard(m_mutex);
    const auto real = m_tree.locate(path, effects::FollowLinks::no);
    const Node* found = real ? node(*real) : nullptr;
    if (!found || found->type != effects::FileType::link) {
      return std::nullopt;
    }
    return found->bytes;
  }

  std::optional<std::string> resolve(const std::string& path) override
  {
    const Guard guard(m_mutex);
    const auto real = m_tree.locate(path, effects::FollowLinks::yes);
    return real && node(*real) ? real : std::nullopt;
  }

  std::vector<std::string> list(const std::string& path) override
  {
    const Guard guard(m_mutex);
    const auto real = m_tree.locate(path, effects::FollowLinks::yes);
    if (!real || !m_tree.is_directory(*real) || m_denied.contains(*real)) {
      return {};
    }
    return m_tree.names(*real);
  }

  std::optional<effects::Space> space(const std::string& path) override
  {
    const Guard guard(m_mutex);
    for (std::string at = path;; at = FakeTree::parent_of(at)) {
      if (const auto found = m_spaces.find(at); found != m_spaces.end()) {
        return found->second;
      }
      if (at == "/") {
        return std::nullopt;
      }
    }
  }

  base::Result<std::unique_ptr<effects::FileView>> view(const std::string& path) override
  {
    const Guard guard(m_mutex);
    CUDASETUP_TRY(read_range(path, 0, 0));
    return std::make_unique<FakeView>(*this, m_tree.follow(path));
  }

  base::Result<std::unique_ptr<effects::SizedFile>>
  create_sized(const std::string& path, std::uint64_t bytes, unsigned mode) override
  {
    const Guard guard(m_mutex);
    if (m_tree.node(path)) {
      return refuse(path, "File exists");
    }
    CUDASETUP_TRY_ASSIGN(auto writer, open(path, effects::OpenMode::truncate, mode));
    return std::make_unique<FakeSizedFile>(std::move(writer), bytes);
  }

  base::Result<void> sync(const std::string&) override { return {}; }

  base::Result<void> write(const std::string& path, std::string_view bytes, unsigned mode) override
  {
    const Guard guard(m_mutex);
    CUDASETUP_TRY_ASSIGN(const std::string real, place(FileOperation::write, "write", path, effects::FollowLinks::no));
    if (const Node* old = node(real); old && old->type == effects::FileType::directory) {
      return refuse(path, "Is a directory");
    }
    m_tree.put(real, Node{effects::FileType::regular, std::string(bytes), mode});
    return note("write " + path);
  }

  base::Result<void> append(const std::string& path, std::string_view bytes, unsigned mode) override
  {
    const Guard guard(m_mutex);
    CUDASETUP_TRY_ASSIGN(const std::string real,
                         place(FileOperation::append, "append", path, effects::FollowLinks::yes));
    Node& found = m_tree.get_or_put(real, Node{effects::FileType::regular, {}, mode}).first;
    if (found.type != effects::FileType::regular) {
      return refuse(path, "Is a directory");
    }
    found.bytes += bytes;
    return note("append " + path);
  }

  base::Result<std::unique_ptr<effects::FileWriter>>
  open(const std::string& path, effects::OpenMode open_mode, unsigned mode) override
  {
    const Guard guard(m_mutex);
    CUDASETUP_TRY_ASSIGN(const std::string real, place(FileOperation::open, "open", path, effects::FollowLinks::no));
    Node& found = m_tree.get_or_put(real, Node{effects::FileType::regular, {}, mode}).first;
    if (found.type == effects::FileType::link) {
      return refuse(path, "Too many levels of symbolic links");
    }
    if (found.type != effects::FileType::regular) {
      return refuse(path, "Is a directory");
    }
    if (open_mode == effects::OpenMode::truncate) {
      found.bytes.clear();
    }
    CUDASETUP_TRY(note("open " + path));
    return std::make_unique<FakeWriter>(
        [=, this](std::uint64_t offset, std::span<const char> bytes) { return take(path, real, offset, bytes); },
        [=, this] { return close(path); });
  }

  base::Result<void> make_directories(const std::string& path, unsigned mode) override
  {
    const Guard guard(m_mutex);
    CUDASETUP_TRY(may_change(FileOperation::make_directories, "make_directories", path));
    bool made = false;
    for (std::size_t slash = path.find('/', 1);; slash = path.find('/', slash + 1)) {
      const std::string part = slash == std::string::npos ? path : path.substr(0, slash);
      const auto real = m_tree.locate(part, effects::FollowLinks::yes);
      if (!real) {
        return refuse(part, "Not a directory");
      }
      const auto [at, is_new] = m_tree.get_or_put(*real, Node{effects::FileType::directory, {}, mode});
      if (at.type != effects::FileType::directory) {
        return refuse(part, "Not a directory");
      }
      made = made || is_new;
      if (slash == std::string::npos || slash + 1 == path.size()) {
        break;
      }
    }
    return made ? note("make_directories " + path) : base::Result<void>{};
  }

  base::Result<void> make_link(const std::string& path, const std::string& target) override
  {
    const Guard guard(m_mutex);
    CUDASETUP_TRY_ASSIGN(const std::string real,
                         place(FileOperation::make_link, "make_link", path, effects::FollowLinks::no));
    if (!m_tree.get_or_put(real, Node{effects::FileType::link, target, 0777}).second) {
      return refuse(path, "File exists");
    }
    return note("make_link " + path + " " + target);
  }

  base::Result<void> rename(const std::string& from, const std::string& to) override
  {
    const Guard guard(m_mutex);
    CUDASETUP_TRY_ASSIGN(const std::string old_place,
                         place(FileOperation::rename, "rename", from, effects::FollowLinks::no));
    const auto new_place = m_tree.locate(to, effects::FollowLinks::no);
    const Node* source = node(old_place);
    if (!source || !new_place || !m_tree.is_directory(FakeTree::parent_of(*new_place))) {
      return refuse(source ? to : from, "No such file or directory");
    }
    if (const Node* there = node(*new_place)) {
      const bool from_directory = source->type == effects::FileType::directory;
      if (from_directory != (there->type == effects::FileType::directory)) {
        return refuse(to, from_directory ? "Not a directory" : "Is a directory");
      }
      if (from_directory && m_tree.has_children(*new_place)) {
        return refuse(to, "Directory not empty");
      }
    }
    m_tree.move(old_place, *new_place);
    return note("rename " + from + " " + to);
  }

  base::Result<void> set_mode(const std::string& path, unsigned mode) override
  {
    const Guard guard(m_mutex);
    CUDASETUP_TRY(may_change(FileOperation::set_mode, "set_mode", path));
    const auto real = m_tree.locate(path, effects::FollowLinks::yes);
    Node* found = real ? m_tree.node(*real) : nullptr;
    if (!found) {
      return refuse(path, "No such file or directory");
    }
    found->mode = mode;
    return note("set_mode " + path);
  }

  base::Result<void> remove(const std::string& path) override
  {
    const Guard guard(m_mutex);
    CUDASETUP_TRY(may_change(FileOperation::remove, "remove", path));
    const auto real = m_tree.locate(path, effects::FollowLinks::no);
    if (!real || !node(*real)) {
      return {};
    }
    m_tree.erase(*real);
    return note("remove " + path);
  }

  std::optional<int> lock_owner(const std::string& path) override { return owner_of(path); }
  base::Result<std::shared_ptr<void>> lock(const std::string& path) override
  {
    const Guard guard(m_mutex);
    if (const auto* failure = m_failures.find(FileOperation::lock, path)) {
      return base::fail(*failure);
    }
    return take_lock(path);
  }

private:
  using Guard = std::lock_guard<std::recursive_mutex>;
  template<typename Change> void locked(Change change)
  {
    const Guard guard(m_mutex);
    change();
  }

  base::Result<void>
  take(const std::string& path, const std::string& real, std::uint64_t offset, std::span<const char> bytes)
  {
    const Guard guard(m_mutex);
    if (const auto* failure = m_failures.find(FileOperation::stream, path)) {
      return base::fail(*failure);
    }
    std::string& all = m_tree.get_or_put(real, Node{}).first.bytes;
    all.resize(std::max<std::size_t>(all.size(), offset + bytes.size()), '\0');
    all.replace(offset, bytes.size(), bytes.data(), bytes.size());
    return {};
  }
  base::Result<void> close(const std::string& path)
  {
    const Guard guard(m_mutex);
    if (const auto* failure = m_failures.find(FileOperation::close, path)) {
      return base::fail(*failure);
    }
    return note("close " + path);
  }

  static tl::unexpected<base::Error> refuse(const std::string& path, const std::string& why)
  {
    return base::fail(base::ErrorKind::refused, path + ": " + why);
  }
  base::Result<void> may_change(FileOperation operation, const std::string& verb, const std::string& path)
  {
    if (const auto* failure = m_failures.find(operation, path)) {
      return base::fail(*failure);
    }
    if (m_allowed == Changes::forbidden) {
      ADD_FAILURE() << "unexpected change: " << verb << " " << path;
      return refuse(path, "Read-only file system");
    }
    return {};
  }
  /// Where a new file of that name goes.
  base::Result<std::string>
  place(FileOperation operation, const std::string& verb, const std::string& path, effects::FollowLinks follow)
  {
    CUDASETUP_TRY(may_change(operation, verb, path));
    const auto real = m_tree.locate(path, follow);
    if (!real || !m_tree.is_directory(FakeTree::parent_of(*real))) {
      return refuse(path, "No such file or directory");
    }
    return *real;
  }
  base::Result<void> note(std::string change)
  {
    m_changes.push_back(std::move(change));
    return {};
  }

  std::recursive_mutex m_mutex;
  Changes m_allowed;
  FakeTree m_tree;
  std::map<std::string, effects::Space> m_spaces;
  std::set<std::string> m_denied;
  FileFailures m_failures;
  std::vector<std::string> m_changes;
  std::vector<std::string> m_reads;
};

} // namespace cudasetup::test
