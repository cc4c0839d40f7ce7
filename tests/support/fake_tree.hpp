#pragma once

#include "effects/files.hpp"

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace cudasetup::test {

/// One entry of a tree in memory.
struct Node {
  effects::FileType type = effects::FileType::regular;
  std::string bytes = {}; ///< content of a file, target of a link
  unsigned mode = 0644;
  unsigned owner = 0;
  unsigned group = 0;
  std::int64_t modified_ns = 0; ///< set by tests alone
  bool operator==(const Node&) const = default;
};

/// Nodes by absolute path, and how POSIX finds its way among them.
class FakeTree {
public:
  FakeTree() { m_nodes["/"] = Node{effects::FileType::directory, {}, 0755}; }

  const std::map<std::string, Node>& nodes() const { return m_nodes; }
  const Node* node(const std::string& real) const
  {
    const auto found = m_nodes.find(real);
    return found == m_nodes.end() ? nullptr : &found->second;
  }
  Node* node(const std::string& real)
  {
    const auto found = m_nodes.find(real);
    return found == m_nodes.end() ? nullptr : &found->second;
  }
  bool is_directory(const std::string& real) const
  {
    const Node* found = node(real);
    return found && found->type == effects::FileType::directory;
  }
  bool has_children(const std::string& real) const
  {
    const auto next = m_nodes.upper_bound(real + "/");
    return next != m_nodes.end() && next->first.starts_with(real + "/");
  }
  /// Names below a directory, sorted.
  std::vector<std::string> names(const std::string& real) const
  {
    std::vector<std::string> found;
    const std::string prefix = real == "/" ? "/" : real + "/";
    for (auto at = m_nodes.upper_bound(prefix); at != m_nodes.end() && at->first.starts_with(prefix); ++at) {
      if (at->first.find('/', prefix.size()) == std::string::npos) {
        found.push_back(at->first.substr(prefix.size()));
      }
    }
    return found;
  }

  void put(const std::string& real, Node node) { m_nodes[real] = std::move(node); }
  /// The node there, made as @p node if there was none; and whether it was made.
  std::pair<Node&, bool> get_or_put(const std::string& real, Node node)
  {
    const auto [at, made] = m_nodes.try_emplace(real, std::move(node));
    return {at->second, made};
  }
  void erase(const std::string& real)
  {
    const auto is_gone = [&](const std::string& path) { return path == real || path.starts_with(real + "/"); };
    std::erase_if(m_nodes, [&](const auto& entry) { return is_gone(entry.first); });
    for (const auto& name : m_followed) {
      *name = is_gone(*name) ? "" : *name;
    }
  }
  void move(const std::string& from, const std::string& to)
  {
    std::map<std::string, Node> moved;
    for (const auto& [path, found] : m_nodes) {
      if (path == from || path.starts_with(from + "/")) {
        moved[to + path.substr(from.size())] = found;
      }
    }
    std::vector<std::shared_ptr<std::string>> renamed;
    std::copy_if(m_followed.begin(), m_followed.end(), std::back_inserter(renamed), [&](const auto& name) {
      return *name == from;
    });
    erase(from);
    erase(to);
    m_nodes.merge(moved);
    for (const auto& name : renamed) {
      *name = to;
    }
  }
  /// The path of a file, which becomes another when it is renamed, and empty when it goes.
  std::shared_ptr<const std::string> follow(const std::string& real)
  {
    m_followed.push_back(std::make_shared<std::string>(real));
    return m_followed.back();
  }

  /// Where @p path is once links are followed. The last part need not exist, those before it must.
  std::optional<std::string> locate(const std::string& path, effects::FollowLinks follow) const
  {
    std::vector<std::string> left = parts_of(path);
    std::string at = "/";
    for (int links = 0; !left.empty();) {
      const std::string part = std::move(left.back());
      left.pop_back();
      if (part == "..") {
        at = parent_of(at);
        continue;
      }
      if (!is_directory(at)) {
        return std::nullopt;
      }
      const std::string next = at == "/" ? "/" + part : at + "/" + part;
      const Node* found = node(next);
      if (found && found->type == effects::FileType::link && (!left.empty() || follow == effects::FollowLinks::yes)) {
        if (++links > 40) {
          return std::nullopt;
        }
        at = found->bytes.starts_with('/') ? "/" : at;
        const std::vector<std::string> target = parts_of(found->bytes);
        left.insert(left.end(), target.begin(), target.end());
        continue;
      }
      at = next;
    }
    return at;
  }

  static std::string parent_of(const std::string& path)
  {
    const std::size_t slash = path.rfind('/');
    return slash == 0 || slash == std::string::npos ? "/" : path.substr(0, slash);
  }

private:
  /// The names in a path, last first.
  static std::vector<std::string> parts_of(const std::string& path)
  {
    std::vector<std::string> parts;
    for (std::size_t start = 0; start < path.size();) {
      const std::size_t end = std::min(path.find('/', start), path.size());
      if (const std::string part = path.substr(start, end - start); !part.empty() && part != ".") {
        parts.push_back(part);
      }
      start = end + 1;
    }
    std::reverse(parts.begin(), parts.end());
    return parts;
  }

  std::map<std::string, Node> m_nodes;
  std::vector<std::shared_ptr<std::string>> m_followed;
};

} // namespace cudasetup::test
