#pragma once

#include "matrix/machine.hpp"
#include "resolve/request.hpp"

#include <string_view>

/// What is true of releases, builds, drivers and machines: one small function a rule, each with the file of facts/ that
/// it was written from. Data (versions, ranges, addresses) are the manifest's.
namespace cudasetup::matrix {

/// Whether nvcc of the release makes code that runs on the card: some capability of its range has the card's major and
/// a minor not above the card's (binary compatibility within a major, torch-releases.json pick_platform;
/// gpu/drivers.json names 11.0 for 8.6, whose sm_80 code runs there: torch/gotchas.md 1). 11.x came with 13.0, where it
/// took the place of 10.1 (cuda-releases.json, note of 13.0), though the ranges of 12.8 and 12.9 go from 5.0 to 12.x.
/// Unknown capability: true.
bool toolkit_serves(const manifest::CudaRelease& release, const Card& card);

/// Whether the headers compile with this glibc: cuda-releases.json glibc, cuda/gotchas.md 39. Unknown: true.
bool headers_compile(const manifest::CudaRelease& release, const std::optional<base::Version>& glibc);

/// Whether the network archive has the release: repos.json network_repo, cuda/gotchas.md 12. It begins with a release
/// (26.04's with 13.3.1) and keeps all that came later, so that it ends with a minor. An unknown bound does not keep it
/// out.
bool archive_carries(const manifest::Archive* archive, const base::Version& cuda);

/// The installer .deb and the runfile for the machine, null where there is none: cuda-releases.json local_debs,
/// runfile.
const manifest::LocalInstaller* installer_for(const manifest::CudaRelease& release, const Machine& machine);
const manifest::Runfile* runfile_for(const manifest::CudaRelease& release, const Machine& machine);

/// Whether the release can come to the machine this way. @p method is not automatic.
bool method_serves(const manifest::CudaRelease& release, resolve::Method method, const Machine& machine);

/// Whether what is fetched for a method, before apt or the runfile takes over, has a published digest: of its own, or
/// in the release's md5sum.txt (cuda-releases.json md5sum_list), which covers installers and runfiles.
bool has_digest(const manifest::CudaRelease& release, resolve::Method method, const Machine& machine);

/// The gcc majors, as bits, that nvcc of the release and the headers of the torch release compile with (null: asks
/// nothing): cuda-releases.json host_gcc, torch-releases.json min_gcc. 11.4.1 to 11.5.2 take gcc 11 "up to 11.1 only",
/// and Ubuntu's gcc-11 is a later one, so that 10 is their last.
std::uint64_t compilers_of(const manifest::CudaRelease* cuda, const manifest::TorchRelease* torch);

/// The majors, as bits, of the g++-N that the Ubuntu release has packages of (packages.ubuntu.com).
std::uint64_t packaged_compilers(const base::Version& ubuntu);

enum class Kernels { machine_code, compiled, none, unknown };

/// What a build has for a capability: a cubin of the same major and a minor not above, else PTX not above
/// (torch-releases.json pick_platform step 2). Cubins of other chips do not run on Jetson's 5.3, 6.2, 7.2, 8.7 and 10.1
/// (torch/gotchas.md 14). The wheels for arm64 have a list of their own (sm_aarch64_wheel). Nothing known: unknown. Not
/// to be asked of the CPU's builds.
Kernels kernels_of(const manifest::TorchBuild& build, base::ComputeCapability card, base::Arch arch);

/// Whether a build can be used with a toolkit: the same CUDA major (torch-releases.json toolkit_for_libtorch), and not
/// a newer minor (pick_platform step 3) unless the manifest pairs the two. The CPU's builds go with everything.
bool platform_fits(const manifest::Manifest& manifest,
                   const manifest::CudaRelease& cuda,
                   const manifest::TorchRelease& torch,
                   const manifest::TorchBuild& build);

/// torch until 2.7 links nvToolsExt, which toolkits from 12.9 on have no more: torch/gotchas.md 12. And torch from 2.13
/// demands CUDA 12.1: torch-releases.json toolkit_for_libtorch.
bool cmake_finds_it(const manifest::CudaRelease& cuda, const manifest::TorchRelease& torch);

/// The zip of the ABI; null on arm64, for which there are none (torch-releases.json libtorch_linux_arch).
const manifest::LibTorchZip* zip_of(const manifest::TorchBuild& build, manifest::Abi abi, const Machine& machine);

/// Whether pip has the wheel for arm64: CUDA ones begin with 2.4.0 (torch-releases.json aarch64_wheels); later, as the
/// record says. Unknown: true.
bool has_arm64_wheel(const manifest::TorchRelease& torch, const manifest::TorchBuild& build);

/// Whether the wheels are made for the machine's Python: torch-releases.json python. Unknown: true.
bool python_serves(const manifest::TorchRelease& torch, const Machine& machine);

/// The least driver of a release: minor version compatibility, or the driver documented for the release where that is
/// lower (11.0); 10.x has the documented one alone. cuda-releases.json driver, gpu/drivers.json compatibility_rules.
std::optional<base::Version> least_driver(const manifest::CudaRelease& release);

/// The least driver of both (null asks nothing): torch-releases.json min_driver_linux.
std::optional<base::Version> least_driver(const manifest::CudaRelease* release, const manifest::TorchBuild* build);

/// Whether drivers of a branch know a card: yes from the first list of GPUs on that has it (gpus.json
/// first_listed_branch, an upper bound); no up to the newest list before it; else perhaps (gpu/drivers.json
/// nvidia_lists names the sixteen lists that were read).
enum class Knows { no, perhaps, yes };
Knows knows(const base::Version& driver, const Card& card);

/// Whether the driver's branch perhaps knows the card and still drives it (gpu/gotchas.md 3 and 4). Unknown: true.
bool branch_drives(const base::Version& driver, const Card& card);

/// Whether no CUDA that is known here can ever run on it: the oldest, 10.0.130, needs driver 410.48
/// (cuda-releases.json), and Fermi's last is 390, older GPUs' 340 and below, three GRID cards' 367
/// (gpus_prekepler.json, gpus.json last_driver_branch).
bool is_too_old(const Card& card);

/// Open from 515 on, proprietary until 610: gpu/drivers.json kernel_modules, cuda/packages.md 4.
bool module_exists(const manifest::Manifest& manifest, std::uint32_t branch, host::ModuleFlavour module);
/// Whether packages of it are known: NVIDIA's of the open module from 560 on, where it became the default; earlier
/// names are a pattern alone (cuda/packages.md 4).
bool module_packaged(const manifest::Manifest& manifest, std::uint32_t branch, host::ModuleFlavour module);
/// gpu/gotchas.md 1 and 2.
bool module_drives(host::ModuleFlavour module, const Card& card);

/// Whether the driver with the module exists and drives every card.
bool drives_all(const base::Version& driver, host::ModuleFlavour module, const Machine& machine);
/// The same with either module, for the loaded driver with the loaded one: gpu/gotchas.md 6 for mixed cards.
bool drives_all(const base::Version& driver, const Machine& machine);

/// Whether there is any driver at all that drives every card with a module that was asked for: branches 300 to 999.
bool some_driver_drives_all(const Machine& machine, resolve::ModuleChoice asked);

/// Branches from 590 on whose pinning package was seen (gpu/drivers.json nvidia_repo_packages pin).
bool has_pin(std::uint32_t branch);

/// The drivers that come with a method: those of the releases in the network archive, all of whose old versions stay
/// (cuda/packages.md 6), and the latest of branches between them; the release's own for a local installer; none with a
/// runfile's toolkit or from 13.4's installer (cuda/gotchas.md 47). Without a toolkit: the network archive's.
std::vector<base::Version>
drivers_of(const manifest::CudaRelease* release, resolve::Method method, const Machine& machine);

/// Ubuntu's own drivers for the machine: gpu/drivers.json ubuntu_packages, whose indexes were those of amd64, without
/// the transitional ones. `prebuilt`: with modules for the kernels that Ubuntu has now (prebuilt_modules, verified).
/// None where apt uses no source of Ubuntu's archive.
struct UbuntuOffer {
  std::string package;
  base::Version version;
  host::ModuleFlavour module = host::ModuleFlavour::proprietary;
  bool prebuilt = false;
};
std::vector<UbuntuOffer> ubuntus_of(const Machine& machine);

/// Whether it drives every card, and the request names neither another driver nor the other module.
bool ubuntus_fits(const UbuntuOffer& offer, const Machine& machine, const resolve::Request& request);

/// Whether a package is the driver's or brings it: cuda, cuda-X-Y, cuda-runtime*, cuda-demo-suite*, cuda-drivers*,
/// nvidia-*, libnvidia-* (cuda/packages.md 1).
bool reaches_driver(std::string_view package);

} // namespace cudasetup::matrix
