#pragma once

#include "effects/files.hpp"
#include "system/fd.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace cudasetup::system {

/// A place in a tree: a name in an open directory, and the path of it without links. The name is "." for the tree's
/// root and for paths that end in `..`.
struct Place {
  Fd directory;
  std::string name;
  std::string real_path;
  bool exists = false;
};

/// Finds places below one directory as the kernel would after chroot(2): absolute links begin at that directory and
/// `..` never leaves it. Works on open directories, one name at a time, so that nobody can swap a folder for a link
/// between looking and using.
class TreeWalk {
public:
  explicit TreeWalk(std::string root) : m_root(std::move(root)) {}

  /// The place of @p path, whose last name need not exist, or errno. With FollowLinks::yes the name is that of what
  /// the path finally points to; open it with O_NOFOLLOW all the same.
  int locate(std::string_view path, effects::FollowLinks follow, Place& place) const;

  const std::string& root() const { return m_root; }

private:
  std::string m_root;
};

/// The text of the symbolic link @p name in @p directory, or errno (EINVAL: it is no link).
int read_link(int directory, const std::string& name, std::string& target);

} // namespace cudasetup::system
