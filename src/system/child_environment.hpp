#pragma once

#include "base/command.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cudasetup::system {

using Variables = std::vector<std::pair<std::string, std::string>>;

/// Where programs are looked for.
inline constexpr std::string_view k_child_path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// The environment of a child, as NAME=VALUE: ours (fixed PATH and HOME, English messages, questions of debconf and
/// needrestart answered with their defaults), then @p passed_on (the proxies), then the command's; later ones win.
std::vector<std::string>
child_environment(const std::string& home, const Variables& passed_on, const base::Command& command);

/// The value of @p name in such an environment, "" where it has none.
std::string value_of(const std::vector<std::string>& environment, std::string_view name);

/// The program file of @p name: itself where it has a slash, else the first executable file in the folders of @p path;
/// "" where there is none.
std::string find_program(const std::string& name, std::string_view path);

/// The proxy variables of this process that are set (http_proxy, https_proxy, no_proxy, in both spellings).
Variables proxies_of_this_process();

/// The home folder for children: /root for root, else HOME of this process, else /.
std::string home_of_this_process();

} // namespace cudasetup::system
