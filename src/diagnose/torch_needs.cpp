#include "diagnose/torch_needs.hpp"

namespace cudasetup::diagnose {

std::optional<base::Version> least_cmake(const manifest::TorchRelease& release, const manifest::TorchBuild& build)
{
  static const base::Version k_from = base::Version::parse("1.13").value();
  if (!build.is_cpu() && release.version >= k_from) {
    return base::Version::parse("3.18");
  }
  return release.cxx_standard >= 20 ? base::Version::parse("3.12") : std::nullopt;
}

} // namespace cudasetup::diagnose
