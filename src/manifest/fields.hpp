#pragma once

#include "manifest/types.hpp"

#include <concepts>
#include <tuple>
#include <type_traits>

/// The members of every record, listed once for packing and for unpacking: what one writes, the other reads. A member
/// that is missing here is not in the program; the test that compares the built-in manifest with its files sees that.
namespace cudasetup::manifest {

template<typename T, typename Record>
concept Is = std::same_as<std::remove_const_t<T>, Record>;

auto fields(Is<base::ComputeCapability> auto& capability)
{
  return std::tie(capability.major_part, capability.minor_part);
}

auto fields(Is<base::PciId> auto& id)
{
  return std::tie(id.vendor, id.device);
}

auto fields(Is<AptPackage> auto& package)
{
  return std::tie(package.name, package.version);
}

auto fields(Is<RemoteFile> auto& file)
{
  return std::tie(file.url, file.sha256, file.md5, file.bytes, file.evidence, file.sources);
}

auto fields(Is<LocalInstaller> auto& installer)
{
  return std::tie(installer.os, installer.arch, installer.file);
}

auto fields(Is<Runfile> auto& runfile)
{
  return std::tie(runfile.arch, runfile.file);
}

auto fields(Is<LocalRepository> auto& repository)
{
  return std::tie(repository.directory, repository.list, repository.key);
}

auto fields(Is<CudaRelease::GccRange> auto& range)
{
  return std::tie(range.least, range.most);
}

auto fields(Is<CudaRelease> auto& release)
{
  return std::tie(release.version,
                  release.bundled_driver,
                  release.minimum_driver,
                  release.compatible_driver,
                  release.packages,
                  release.packages_evidence,
                  release.local_installers,
                  release.local_repository,
                  release.runfiles,
                  release.md5_list,
                  release.gcc,
                  release.least_capability,
                  release.most_capability,
                  release.glibc_below,
                  release.notes,
                  release.sources);
}

auto fields(Is<Pair> auto& pair)
{
  return std::tie(pair.cuda, pair.driver, pair.torch, pair.platform, pair.sources);
}

auto fields(Is<SigningKey> auto& key)
{
  return std::tie(key.id, key.fingerprint, key.file, key.sources);
}

auto fields(Is<Archive> auto& archive)
{
  return std::tie(archive.os,
                  archive.arch,
                  archive.url,
                  archive.keyring,
                  archive.key,
                  archive.pin_url,
                  archive.pin_text,
                  archive.oldest_cuda,
                  archive.newest_cuda,
                  archive.sources);
}

auto fields(Is<UbuntuRelease> auto& release)
{
  return std::tie(release.version,
                  release.codename,
                  release.os,
                  release.glibc,
                  release.gcc,
                  release.apt,
                  release.python,
                  release.gcc_packages,
                  release.archives,
                  release.sources);
}

auto fields(Is<Gpu> auto& gpu)
{
  return std::tie(gpu.id,
                  gpu.name,
                  gpu.chip,
                  gpu.architecture,
                  gpu.compute_capability,
                  gpu.module,
                  gpu.first_branch,
                  gpu.last_branch,
                  gpu.sources);
}

auto fields(Is<DriverBranch> auto& driver)
{
  return std::tie(driver.branch,
                  driver.type,
                  driver.cuda,
                  driver.modules,
                  driver.latest,
                  driver.end_of_life,
                  driver.ubuntu_packages,
                  driver.sources);
}

auto fields(Is<LibTorchZip> auto& zip)
{
  return std::tie(zip.abi, zip.file);
}

auto fields(Is<MissingLibraries> auto& missing)
{
  return std::tie(
      missing.names, missing.brought_by, missing.packages, missing.directory, missing.evidence, missing.sources);
}

auto fields(Is<Arm64Wheel> auto& wheel)
{
  return std::tie(wheel.exists, wheel.sm, wheel.ptx, wheel.evidence, wheel.sources);
}

auto fields(Is<TorchBuild> auto& build)
{
  return std::tie(build.platform,
                  build.cuda,
                  build.sm,
                  build.ptx,
                  build.minimum_driver,
                  build.cudnn,
                  build.lacks,
                  build.arm64_wheel,
                  build.zips,
                  build.sources);
}

auto fields(Is<TorchRelease> auto& release)
{
  return std::tie(release.version,
                  release.torchvision,
                  release.torchaudio,
                  release.least_python,
                  release.most_python,
                  release.pip,
                  release.audio_has_platform,
                  release.unmarked_platform,
                  release.cxx_standard,
                  release.glibc,
                  release.gcc,
                  release.builds,
                  release.sources);
}

auto fields(Is<Manifest> auto& manifest)
{
  return std::tie(manifest.cuda,
                  manifest.pairs,
                  manifest.ubuntu,
                  manifest.keys,
                  manifest.gpus,
                  manifest.drivers,
                  manifest.torch,
                  manifest.digest);
}

} // namespace cudasetup::manifest
