#pragma once

#include <string>
#include <string_view>

namespace cudasetup::apply {

/// What apt's configuration says of where packages come to and how.
struct AptSettings {
  std::string archives; ///< the folder of fetched packages, with a slash at its end; "" where there is none
  bool has_proxy = false;
  bool has_limit = false; ///< Acquire::…::Dl-Limit: how much of the network apt may take
};

/// Reads what `apt-config dump` prints. Pure.
AptSettings parse_apt_settings(std::string_view dump);

} // namespace cudasetup::apply
