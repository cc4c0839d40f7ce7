#pragma once

#include "manifest/types.hpp"

/// What makes a record itself: records are ordered by it, and one of an overlay replaces the one that has the same.
namespace cudasetup::manifest {

inline const base::Version& identity(const CudaRelease& release)
{
  return release.version;
}
inline const base::Version& identity(const UbuntuRelease& release)
{
  return release.version;
}
inline const std::string& identity(const SigningKey& key)
{
  return key.id;
}
inline base::PciId identity(const Gpu& gpu)
{
  return gpu.id;
}
inline std::uint32_t identity(const DriverBranch& driver)
{
  return driver.branch;
}
inline const base::Version& identity(const TorchRelease& release)
{
  return release.version;
}

} // namespace cudasetup::manifest
