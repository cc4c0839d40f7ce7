#include "system/remove_tree.hpp"

#include "system/fd.hpp"
#include "system/names_in.hpp"

#include <cerrno>
#include <vector>

#include <fcntl.h>
#include <sys/stat.h>

namespace cudasetup::system {

namespace {

int remove_folder(int directory, const std::string& name, dev_t device)
{
  const Fd folder(::openat(directory, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  struct stat status {};
  if (!folder || ::fstat(folder.number(), &status) != 0) {
    return errno;
  }
  if (status.st_dev != device) {
    return EXDEV;
  }
  std::vector<std::string> names;
  if (const int why = names_in(folder.number(), names); why != 0) {
    return why;
  }
  for (const std::string& entry : names) {
    if (::unlinkat(folder.number(), entry.c_str(), 0) == 0 || errno == ENOENT) {
      continue;
    }
    if (errno != EISDIR && errno != EPERM) {
      return errno;
    }
    if (const int why = remove_folder(folder.number(), entry, device); why != 0) {
      return why;
    }
  }
  return ::unlinkat(directory, name.c_str(), AT_REMOVEDIR) == 0 || errno == ENOENT ? 0 : errno;
}

} // namespace

int remove_tree(int directory, const std::string& name)
{
  struct stat status {};
  if (::fstatat(directory, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) {
    return errno == ENOENT ? 0 : errno;
  }
  if (!S_ISDIR(status.st_mode)) {
    return ::unlinkat(directory, name.c_str(), 0) == 0 || errno == ENOENT ? 0 : errno;
  }
  struct stat above {};
  if (::fstatat(directory, ".", &above, 0) != 0) {
    return errno;
  }
  return remove_folder(directory, name, above.st_dev);
}

} // namespace cudasetup::system
