#include "system/names_in.hpp"

#include <cerrno>
#include <memory>

#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

namespace cudasetup::system {

int names_in(int directory, std::vector<std::string>& names)
{
  const int own = ::fcntl(directory, F_DUPFD_CLOEXEC, 0);
  if (own < 0) {
    return errno;
  }
  const std::unique_ptr<DIR, int (*)(DIR*)> listing(::fdopendir(own), ::closedir);
  if (!listing) {
    const int why = errno;
    ::close(own);
    return why;
  }
  errno = 0;
  while (const dirent* entry = ::readdir(listing.get())) {
    const std::string name = entry->d_name;
    if (name != "." && name != "..") {
      names.push_back(name);
    }
  }
  return errno;
}

} // namespace cudasetup::system
