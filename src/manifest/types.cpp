#include "manifest/types.hpp"

#include <algorithm>

namespace cudasetup::manifest {

namespace {

/// The record of a sorted vector whose @p key is @p wanted, or nullptr.
template<typename Record, typename Key, typename Wanted>
const Record* find_sorted(const std::vector<Record>& records, Key Record::*key, const Wanted& wanted)
{
  const auto at = std::lower_bound(
      records.begin(), records.end(), wanted, [&](const Record& record, const Wanted& k) { return record.*key < k; });
  return at != records.end() && (*at).*key == wanted ? &*at : nullptr;
}

} // namespace

std::string_view name_of(Profile profile)
{
  switch (profile) {
  case Profile::full:
    return "full";
  case Profile::build:
    return "build";
  case Profile::runtime:
    return "runtime";
  }
  return "";
}

std::string_view name_of(KernelModule module)
{
  switch (module) {
  case KernelModule::proprietary_only:
    return "proprietary-only";
  case KernelModule::either:
    return "either";
  case KernelModule::open_only:
    return "open-only";
  }
  return "";
}

std::string_view name_of(Abi abi)
{
  return abi == Abi::cxx11 ? "cxx11" : "pre-cxx11";
}

bool AptPackage::has_version(std::string_view other) const
{
  return version.ends_with('*') ? other.starts_with(std::string_view(version).substr(0, version.size() - 1))
                                : version.empty() || version == other;
}

std::string_view name_of(Bringer bringer)
{
  switch (bringer) {
  case Bringer::toolkit:
    return "toolkit";
  case Bringer::full_toolkit:
    return "full-toolkit";
  case Bringer::same_minor:
    return "same-minor";
  case Bringer::nobody:
    return "nobody";
  }
  return "";
}

std::string_view name_of(Arm64Wheel::Existence existence)
{
  return existence == Arm64Wheel::Existence::yes ? "yes" : "no";
}

std::string_view name_of(PipForm form)
{
  switch (form) {
  case PipForm::find_links:
    return "find-links";
  case PipForm::find_links_per_platform:
    return "find-links-per-platform";
  case PipForm::extra_index:
    return "extra-index";
  case PipForm::index:
    return "index";
  case PipForm::long_term_support:
    return "long-term-support";
  }
  return "";
}

const CudaRelease* Manifest::find_cuda(const base::Version& version) const
{
  return find_sorted(cuda, &CudaRelease::version, version);
}

const TorchRelease* Manifest::find_torch(const base::Version& version) const
{
  return find_sorted(torch, &TorchRelease::version, version);
}

const Gpu* Manifest::find_gpu(base::PciId id) const
{
  return find_sorted(gpus, &Gpu::id, id);
}

const UbuntuRelease* Manifest::find_ubuntu(const base::Version& version) const
{
  return find_sorted(ubuntu, &UbuntuRelease::version, version);
}

const DriverBranch* Manifest::find_branch(std::uint32_t branch) const
{
  return find_sorted(drivers, &DriverBranch::branch, branch);
}

const Archive* Manifest::find_archive(std::string_view os, base::Arch arch) const
{
  for (const UbuntuRelease& release : ubuntu) {
    for (const Archive& archive : release.archives) {
      if (archive.os == os && archive.arch == arch) {
        return &archive;
      }
    }
  }
  return nullptr;
}

} // namespace cudasetup::manifest
