#include "system/errno_error.hpp"

#include <cerrno>
#include <system_error>

#include <unistd.h>

namespace cudasetup::system {

namespace {

base::ErrorKind kind_of(int number)
{
  switch (number) {
  case ENOSPC:
  case EDQUOT:
    return base::ErrorKind::no_space;
  case EACCES:
  case EPERM:
    return base::ErrorKind::needs_root;
  default:
    return base::ErrorKind::refused;
  }
}

std::string folder_of(const std::string& path)
{
  const std::size_t slash = path.rfind('/');
  return slash == std::string::npos || slash == 0 ? "/" : path.substr(0, slash);
}

} // namespace

base::Error errno_error(int number, const std::string& verb, const std::string& path)
{
  base::Error error =
      base::make_error(kind_of(number), "cannot " + verb + " " + path + ": " + std::generic_category().message(number));
  switch (number) {
  case ENOSPC:
    return std::move(error).with_hint("the file system that holds it is full; make room there",
                                      base::Command{{"df", "-h", folder_of(path)}});
  case EDQUOT:
    return std::move(error).with_hint("your disk quota is used up", base::Command{{"quota"}});
  case EACCES:
  case EPERM:
    if (::geteuid() != 0) {
      return std::move(error).with_hint("run the same command as root, with sudo in front");
    }
    return std::move(error).with_hint(
        "a file attribute, a read-only mount or a security module forbids it even to root",
        base::Command{{"lsattr", "-d", path}});
  case EROFS:
    return std::move(error).with_hint("the file system is mounted read-only",
                                      base::Command{{"findmnt", "--target", folder_of(path)}});
  case EIO:
    return std::move(error).with_hint("the disk may be failing; the kernel's log says more",
                                      base::Command{{"dmesg", "--level=err"}});
  default:
    return error;
  }
}

} // namespace cudasetup::system
