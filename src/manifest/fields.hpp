#pragma once

#include "manifest/types.hpp"

#include <concepts>
#include <string_view>
#include <tuple>
#include <type_traits>

/// The members of every record with their names in JSON, listed once for packing, unpacking and showing: what one
/// writes, the other reads. A member that is missing here is not in the program; the test that compares the built-in
/// manifest with its files sees that.
namespace cudasetup::manifest {

/// A member. Where the name is empty, its own members stand in its place in JSON.
template<typename T> struct Field {
  std::string_view name;
  T& value;
};

template<typename T> Field<T> named(std::string_view name, T& value)
{
  return {name, value};
}

template<typename T, typename Record>
concept Is = std::same_as<std::remove_const_t<T>, Record>;

auto fields(Is<base::ComputeCapability> auto& capability)
{
  return std::tuple(named("major_part", capability.major_part), named("minor_part", capability.minor_part));
}

auto fields(Is<base::PciId> auto& id)
{
  return std::tuple(named("vendor", id.vendor), named("device", id.device));
}

auto fields(Is<AptPackage> auto& package)
{
  return std::tuple(named("name", package.name), named("version", package.version));
}

auto fields(Is<RemoteFile> auto& file)
{
  return std::tuple(named("url", file.url),
                    named("sha256", file.sha256),
                    named("md5", file.md5),
                    named("bytes", file.bytes),
                    named("evidence", file.evidence),
                    named("sources", file.sources));
}

auto fields(Is<LocalInstaller> auto& installer)
{
  return std::tuple(named("os", installer.os), named("arch", installer.arch), named("", installer.file));
}

auto fields(Is<Runfile> auto& runfile)
{
  return std::tuple(named("arch", runfile.arch), named("", runfile.file));
}

auto fields(Is<LocalRepository> auto& repository)
{
  return std::tuple(
      named("directory", repository.directory), named("list", repository.list), named("key", repository.key));
}

auto fields(Is<CudaRelease::GccRange> auto& range)
{
  return std::tuple(named("least", range.least), named("most", range.most));
}

auto fields(Is<CudaRelease> auto& release)
{
  return std::tuple(named("version", release.version),
                    named("bundled_driver", release.bundled_driver),
                    named("minimum_driver", release.minimum_driver),
                    named("compatible_driver", release.compatible_driver),
                    named("packages", release.packages),
                    named("packages_evidence", release.packages_evidence),
                    named("local_installers", release.local_installers),
                    named("local_repository", release.local_repository),
                    named("runfiles", release.runfiles),
                    named("md5_list", release.md5_list),
                    named("gcc", release.gcc),
                    named("least_capability", release.least_capability),
                    named("most_capability", release.most_capability),
                    named("glibc_below", release.glibc_below),
                    named("notes", release.notes),
                    named("sources", release.sources));
}

auto fields(Is<Pair> auto& pair)
{
  return std::tuple(named("cuda", pair.cuda),
                    named("driver", pair.driver),
                    named("torch", pair.torch),
                    named("platform", pair.platform),
                    named("sources", pair.sources));
}

auto fields(Is<SigningKey> auto& key)
{
  return std::tuple(named("id", key.id),
                    named("fingerprint", key.fingerprint),
                    named("file", key.file),
                    named("sources", key.sources));
}

auto fields(Is<Archive> auto& archive)
{
  return std::tuple(named("os", archive.os),
                    named("arch", archive.arch),
                    named("url", archive.url),
                    named("keyring", archive.keyring),
                    named("key", archive.key),
                    named("pin_url", archive.pin_url),
                    named("pin_text", archive.pin_text),
                    named("oldest_cuda", archive.oldest_cuda),
                    named("newest_cuda", archive.newest_cuda),
                    named("sources", archive.sources));
}

auto fields(Is<UbuntuRelease> auto& release)
{
  return std::tuple(named("version", release.version),
                    named("codename", release.codename),
                    named("os", release.os),
                    named("glibc", release.glibc),
                    named("gcc", release.gcc),
                    named("apt", release.apt),
                    named("python", release.python),
                    named("gcc_packages", release.gcc_packages),
                    named("kernels", release.kernels),
                    named("archives", release.archives),
                    named("sources", release.sources));
}

auto fields(Is<UbuntuKernel> auto& kernel)
{
  return std::tuple(named("flavour", kernel.flavour), named("release", kernel.release));
}

auto fields(Is<UbuntuPackage> auto& package)
{
  return std::tuple(named("name", package.name),
                    named("version", package.version),
                    named("component", package.component),
                    named("becomes", package.becomes),
                    named("prebuilt", package.prebuilt));
}

auto fields(Is<Gpu> auto& gpu)
{
  return std::tuple(named("id", gpu.id),
                    named("name", gpu.name),
                    named("chip", gpu.chip),
                    named("architecture", gpu.architecture),
                    named("compute_capability", gpu.compute_capability),
                    named("module", gpu.module),
                    named("first_branch", gpu.first_branch),
                    named("last_branch", gpu.last_branch),
                    named("sources", gpu.sources));
}

auto fields(Is<DriverBranch> auto& driver)
{
  return std::tuple(named("branch", driver.branch),
                    named("type", driver.type),
                    named("cuda", driver.cuda),
                    named("modules", driver.modules),
                    named("latest", driver.latest),
                    named("end_of_life", driver.end_of_life),
                    named("open_package", driver.open_package),
                    named("proprietary_package", driver.proprietary_package),
                    named("pin", driver.pin),
                    named("device_list", driver.device_list),
                    named("ubuntu_packages", driver.ubuntu_packages),
                    named("sources", driver.sources));
}

auto fields(Is<LibTorchZip> auto& zip)
{
  return std::tuple(named("abi", zip.abi), named("", zip.file));
}

auto fields(Is<MissingLibraries> auto& missing)
{
  return std::tuple(named("names", missing.names),
                    named("brought_by", missing.brought_by),
                    named("packages", missing.packages),
                    named("directory", missing.directory),
                    named("evidence", missing.evidence),
                    named("sources", missing.sources));
}

auto fields(Is<Arm64Wheel> auto& wheel)
{
  return std::tuple(named("exists", wheel.exists),
                    named("sm", wheel.sm),
                    named("ptx", wheel.ptx),
                    named("evidence", wheel.evidence),
                    named("sources", wheel.sources));
}

auto fields(Is<TorchBuild> auto& build)
{
  return std::tuple(named("platform", build.platform),
                    named("cuda", build.cuda),
                    named("sm", build.sm),
                    named("ptx", build.ptx),
                    named("minimum_driver", build.minimum_driver),
                    named("cudnn", build.cudnn),
                    named("lacks", build.lacks),
                    named("arm64_wheel", build.arm64_wheel),
                    named("zips", build.zips),
                    named("sources", build.sources));
}

auto fields(Is<TorchRelease> auto& release)
{
  return std::tuple(named("version", release.version),
                    named("torchvision", release.torchvision),
                    named("torchaudio", release.torchaudio),
                    named("least_python", release.least_python),
                    named("most_python", release.most_python),
                    named("pip", release.pip),
                    named("audio_has_platform", release.audio_has_platform),
                    named("unmarked_platform", release.unmarked_platform),
                    named("cxx_standard", release.cxx_standard),
                    named("glibc", release.glibc),
                    named("gcc", release.gcc),
                    named("builds", release.builds),
                    named("sources", release.sources));
}

auto fields(Is<Manifest> auto& manifest)
{
  return std::tuple(named("cuda", manifest.cuda),
                    named("pairs", manifest.pairs),
                    named("ubuntu", manifest.ubuntu),
                    named("keys", manifest.keys),
                    named("gpus", manifest.gpus),
                    named("drivers", manifest.drivers),
                    named("torch", manifest.torch),
                    named("digest", manifest.digest));
}

} // namespace cudasetup::manifest
