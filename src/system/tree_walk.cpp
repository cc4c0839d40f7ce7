#include "system/tree_walk.hpp"

#include "base/text.hpp"

#include <cerrno>
#include <climits>
#include <deque>

#include <fcntl.h>
#include <sys/stat.h>

namespace cudasetup::system {

namespace {

/// As many as Linux follows in one path (path_resolution(7)).
constexpr int k_most_links = 40;

constexpr int k_folder_flags = O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;

void put_first(std::deque<std::string>& left, std::string_view path)
{
  const auto names = base::split(path, '/');
  for (auto name = names.rbegin(); name != names.rend(); ++name) {
    if (!name->empty() && *name != ".") {
      left.emplace_front(*name);
    }
  }
}

/// The directories from the root to where the walk is.
struct Trail {
  std::vector<Fd> folders;
  std::vector<std::string> names;

  int here() const { return folders.back().number(); }
  void up()
  {
    if (!names.empty()) {
      names.pop_back();
      folders.pop_back();
    }
  }
  void to_root()
  {
    names.clear();
    folders.resize(1);
  }
  int enter(const std::string& name)
  {
    Fd next(::openat(here(), name.c_str(), k_folder_flags));
    if (!next) {
      return errno;
    }
    folders.push_back(std::move(next));
    names.push_back(name);
    return 0;
  }
  std::string path_of(const std::string& last) const
  {
    std::string path;
    for (const std::string& name : names) {
      path += "/" + name;
    }
    if (last != ".") {
      path += "/" + last;
    }
    return path.empty() ? "/" : path;
  }
};

int end_at(Trail& trail, const std::string& name, Place& place)
{
  struct stat status {};
  place.exists = ::fstatat(trail.here(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0;
  if (!place.exists && errno != ENOENT) {
    return errno;
  }
  place.name = name;
  place.real_path = trail.path_of(name);
  place.directory = std::move(trail.folders.back());
  return 0;
}

} // namespace

int read_link(int directory, const std::string& name, std::string& target)
{
  std::string buffer(PATH_MAX, '\0');
  const ssize_t length = ::readlinkat(directory, name.c_str(), buffer.data(), buffer.size());
  if (length < 0) {
    return errno;
  }
  buffer.resize(static_cast<std::size_t>(length));
  target = std::move(buffer);
  return 0;
}

int TreeWalk::locate(std::string_view path, effects::FollowLinks follow, Place& place) const
{
  if (path.empty() || path.front() != '/' || path.find('\0') != std::string_view::npos) {
    return EINVAL;
  }
  Trail trail;
  trail.folders.emplace_back(::open(m_root.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!trail.folders.front()) {
    return errno;
  }
  std::deque<std::string> left;
  put_first(left, path);
  for (int links = 0; !left.empty();) {
    const std::string name = std::move(left.front());
    left.pop_front();
    if (name == "..") {
      trail.up();
      continue;
    }
    if (left.empty() && follow == effects::FollowLinks::no) {
      return end_at(trail, name, place);
    }
    std::string target;
    const int why = read_link(trail.here(), name, target);
    if (why == 0) {
      if (++links > k_most_links) {
        return ELOOP;
      }
      if (target.starts_with('/')) {
        trail.to_root();
      }
      put_first(left, target);
    } else if (left.empty()) {
      return why == EINVAL || why == ENOENT ? end_at(trail, name, place) : why;
    } else if (const int failed = trail.enter(name); failed != 0) {
      return failed;
    }
  }
  return end_at(trail, ".", place);
}

} // namespace cudasetup::system
