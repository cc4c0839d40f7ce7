#include "system/child_environment.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <cstdlib>

#include <sys/stat.h>
#include <unistd.h>

namespace cudasetup::system {

namespace {

void set(std::vector<std::string>& environment, const std::string& name, const std::string& value)
{
  std::erase_if(environment, [&](const std::string& entry) { return entry.starts_with(name + "="); });
  environment.push_back(name + "=" + value);
}

bool is_program(const std::string& path)
{
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode) && ::access(path.c_str(), X_OK) == 0;
}

} // namespace

std::vector<std::string>
child_environment(const std::string& home, const Variables& passed_on, const base::Command& command)
{
  std::vector<std::string> environment = {
      "PATH=" + std::string(k_child_path),
      "HOME=" + home,
      "LC_ALL=C.UTF-8",
      "TERM=dumb",
      "DEBIAN_FRONTEND=noninteractive",
      "DEBCONF_NONINTERACTIVE_SEEN=true",
      "NEEDRESTART_MODE=a",
  };
  for (const auto& [name, value] : passed_on) {
    set(environment, name, value);
  }
  for (const auto& [name, value] : command.environment) {
    set(environment, name, value);
  }
  return environment;
}

std::string value_of(const std::vector<std::string>& environment, std::string_view name)
{
  const std::string prefix = std::string(name) + "=";
  const auto found = std::find_if(
      environment.begin(), environment.end(), [&](const std::string& entry) { return entry.starts_with(prefix); });
  return found == environment.end() ? "" : found->substr(prefix.size());
}

std::string find_program(const std::string& name, std::string_view path)
{
  if (name.find('/') != std::string::npos) {
    return name;
  }
  for (const std::string_view folder : base::split(path, ':')) {
    // An empty folder would mean the current one.
    if (const std::string file = std::string(folder) + "/" + name;
        !folder.empty() && !name.empty() && is_program(file)) {
      return file;
    }
  }
  return "";
}

Variables proxies_of_this_process()
{
  Variables found;
  for (const char* name : {"http_proxy", "https_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY"}) {
    if (const char* value = std::getenv(name); value != nullptr && *value != '\0') {
      found.emplace_back(name, value);
    }
  }
  return found;
}

std::string home_of_this_process()
{
  if (::geteuid() == 0) {
    return "/root";
  }
  const char* home = std::getenv("HOME");
  return home != nullptr && *home == '/' ? home : "/";
}

} // namespace cudasetup::system
