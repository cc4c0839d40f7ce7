#pragma once

#include "base/digest.hpp"
#include "base/hardware.hpp"
#include "base/url.hpp"
#include "base/version.hpp"
#include "manifest/sources.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

/// The types of `manifests/`. JSON members have the names of these members; their shape is in `manifests/schema/`.
/// Unknown is nullopt (null in JSON): nothing is invented.
namespace cudasetup::manifest {

/// How a record is known: a public source showed exactly this, or a stated rule gave it.
enum class Evidence { seen, derived };

/// An apt package at a version, as apt-get takes it. A version that ends with `*` stands for all that begin so: one
/// whose Debian revision is not known. Without a version any will do.
struct AptPackage {
  std::string name;
  std::string version;
  /// Whether a package of that name at @p other is what is meant.
  bool has_version(std::string_view other) const;
  bool operator==(const AptPackage&) const = default;
};

/// A file to fetch. Without a sha256, md5 or an md5 list (see CudaRelease::md5_list) vouches for it, else nothing does.
struct RemoteFile {
  base::Url url;
  std::optional<base::Digest> sha256;
  std::optional<base::Digest> md5;
  std::optional<std::uint64_t> bytes;
  Evidence evidence = Evidence::derived;
  Sources sources;

  /// sha256 where known, else md5 where known.
  std::optional<base::Digest> digest() const { return sha256 ? sha256 : md5; }
  bool operator==(const RemoteFile&) const = default;
};

enum class Profile { full, build, runtime };
std::string_view name_of(Profile profile);

/// The installer .deb that carries a release's whole archive.
struct LocalInstaller {
  std::string os; ///< NVIDIA's directory name, e.g. ubuntu1804
  base::Arch arch = base::Arch::amd64;
  RemoteFile file;
  bool operator==(const LocalInstaller&) const = default;
};

struct Runfile {
  base::Arch arch = base::Arch::amd64;
  RemoteFile file;
  bool operator==(const Runfile&) const = default;
};

/// What a local installer unpacks. `{os}` stands for the directory name.
struct LocalRepository {
  std::string directory; ///< e.g. /var/cuda-repo-{os}-11-1-local
  std::string list;      ///< the sources file it adds, e.g. /etc/apt/sources.list.d/cuda-{os}-11-1-local.list
  /// File name pattern of its key in the directory: `7fa2af80.pub` (armored, until 11.6) or `cuda-*-keyring.gpg`.
  std::string key;
  bool operator==(const LocalRepository&) const = default;
};

struct CudaRelease {
  base::Version version;                          ///< 11.1.1
  std::optional<base::Version> bundled_driver;    ///< 455.32.00; null from 13.4 on
  std::optional<base::Version> minimum_driver;    ///< documented "corresponding" driver of this release
  std::optional<base::Version> compatible_driver; ///< least driver by minor version compatibility; null: none
  /// Packages of each profile at exact versions. Never one that reaches the driver.
  std::map<Profile, std::vector<AptPackage>> packages;
  Evidence packages_evidence = Evidence::derived;
  std::vector<LocalInstaller> local_installers;
  std::optional<LocalRepository> local_repository;
  std::vector<Runfile> runfiles;
  std::optional<base::Url> md5_list; ///< NVIDIA's md5sum.txt of the release
  struct GccRange {
    std::uint32_t least = 0; ///< 0: no lower bound is known
    std::uint32_t most = 0;
    bool operator==(const GccRange&) const = default;
  };
  std::optional<GccRange> gcc; ///< host gcc majors that nvcc takes
  std::optional<base::ComputeCapability> least_capability;
  std::optional<base::ComputeCapability> most_capability;
  std::optional<base::Version> glibc_below; ///< headers do not compile from this glibc on
  std::vector<std::string> notes;
  Sources sources;

  std::string minor() const { return version.prefix(2); } ///< "11.1"
  bool operator==(const CudaRelease&) const = default;
};

/// A driver and a torch build that belong to a CUDA release; first is preferred.
struct Pair {
  base::Version cuda;
  std::optional<base::Version> driver; ///< null: the release bundles none and any that suffices will do
  base::Version torch;
  std::string platform; ///< cu110
  Sources sources;
  bool operator==(const Pair&) const = default;
};

struct SigningKey {
  std::string id;          ///< 3BF863CC
  std::string fingerprint; ///< 40 hexadecimal digits
  std::string file;        ///< 3bf863cc.pub
  Sources sources;
  bool operator==(const SigningKey&) const = default;
};

/// One directory of NVIDIA's network archive.
struct Archive {
  std::string os; ///< ubuntu1804
  base::Arch arch = base::Arch::amd64;
  base::Url url;                     ///< ends with /
  std::optional<RemoteFile> keyring; ///< cuda-keyring_1.1-1_all.deb
  std::string key;                   ///< SigningKey::id
  base::Url pin_url;
  /// The pin file's text; null where it was never evidenced (the pin of 18.04's is then used, and the plan says so).
  std::optional<std::string> pin_text;
  std::optional<base::Version> oldest_cuda; ///< first toolkit it carries: 11.7, or with the patch 13.3.1
  std::optional<base::Version> newest_cuda; ///< last toolkit minor it carries
  Sources sources;
  bool operator==(const Archive&) const = default;
};

/// The kernel that a linux-image-<flavour> of Ubuntu's installs.
struct UbuntuKernel {
  std::string flavour; ///< generic-hwe-24.04
  std::string release; ///< 7.0.0-43-generic
  bool operator==(const UbuntuKernel&) const = default;
};

/// An Ubuntu LTS release (or WSL's directory, with version 0).
struct UbuntuRelease {
  base::Version version; ///< 18.04
  std::string codename;  ///< bionic
  std::string os;        ///< ubuntu1804
  std::optional<base::Version> glibc;
  std::optional<base::Version> gcc;
  std::optional<base::Version> apt;
  std::optional<base::Version> python; ///< of its python3 package: 3.10
  /// The majors N for which its archive has g++-N, universe included.
  std::optional<CudaRelease::GccRange> gcc_packages;
  std::vector<UbuntuKernel> kernels; ///< those it has now, as far as they are known
  std::vector<Archive> archives;
  Sources sources;
  bool operator==(const UbuntuRelease&) const = default;
};

enum class KernelModule { proprietary_only, either, open_only };
std::string_view name_of(KernelModule module);

struct Gpu {
  base::PciId id;
  std::string name;
  std::string chip;
  std::string architecture; ///< Turing
  std::optional<base::ComputeCapability> compute_capability;
  KernelModule module = KernelModule::either;
  std::optional<std::uint32_t> first_branch; ///< first branch whose list has it: an upper bound
  std::optional<std::uint32_t> last_branch;  ///< null: still supported
  Sources sources;
  bool operator==(const Gpu&) const = default;
};

/// Ubuntu's own package of a driver.
struct UbuntuPackage {
  std::string name;                   ///< nvidia-driver-580-server-open
  std::string version;                ///< 580.178.04-0ubuntu0.24.04.1
  std::string component;              ///< restricted, multiverse
  std::optional<std::string> becomes; ///< of a transitional package: what it installs instead
  bool prebuilt = false;              ///< whether Ubuntu builds and signs its modules for the kernels it has now
  bool operator==(const UbuntuPackage&) const = default;
};

struct DriverBranch {
  std::uint32_t branch = 0;          ///< 580
  std::string type;                  ///< production, new-feature, long-term-support, legacy
  std::optional<base::Version> cuda; ///< the driver's CUDA ceiling
  std::vector<std::string> modules;  ///< open, proprietary
  std::optional<base::Version> latest;
  std::optional<std::string> end_of_life; ///< date
  /// NVIDIA's package of the whole driver, by kernel module; null: it has none with that module, or none is known.
  std::optional<std::string> open_package;        ///< nvidia-open-570
  std::optional<std::string> proprietary_package; ///< cuda-drivers-570
  /// NVIDIA's package that keeps apt on this branch; it goes before the driver's. null: none is known.
  std::optional<std::string> pin; ///< nvidia-driver-pinning-610
  /// The driver of this branch whose list of GPUs was read: what is not in it, no driver of the branch knows.
  std::optional<base::Version> device_list;
  /// Ubuntu's own packages of this branch by release ("22.04").
  std::map<std::string, std::vector<UbuntuPackage>> ubuntu_packages;
  Sources sources;
  bool operator==(const DriverBranch&) const = default;
};

enum class Abi { cxx11, pre_cxx11 };
std::string_view name_of(Abi abi);

struct LibTorchZip {
  Abi abi = Abi::cxx11;
  RemoteFile file;
  bool operator==(const LibTorchZip&) const = default;
};

/// What else brings libraries that a LibTorch zip lacks.
enum class Bringer {
  toolkit,      ///< every toolkit of the CUDA major, whatever its profile
  full_toolkit, ///< the same, where its profile is full
  same_minor,   ///< a toolkit of the very minor that the platform names, whatever its profile
  nobody,       ///< no toolkit
};

std::string_view name_of(Bringer bringer);

/// Libraries of NVIDIA's that a LibTorch zip asks for without holding them.
struct MissingLibraries {
  std::string names; ///< for people: "cuFFT and cuRAND"
  Bringer brought_by = Bringer::nobody;
  /// What of the network archive holds them. `{minor}` in a name stands for a CUDA minor (13-0); an empty version: none
  /// is known, and the archive's is taken.
  std::vector<AptPackage> packages;
  /// Where they lie when that is no place of the loader's; `{minor}` stands for 13.0.
  std::optional<std::string> directory;
  Evidence evidence = Evidence::derived;
  Sources sources;
  bool operator==(const MissingLibraries&) const = default;
};

/// The wheel of a build for arm64.
struct Arm64Wheel {
  enum class Existence { no, yes };
  Existence exists = Existence::no;
  std::vector<base::ComputeCapability> sm;  ///< cubins in it; with `ptx` empty as well: not known
  std::vector<base::ComputeCapability> ptx; ///< PTX in it
  Evidence evidence = Evidence::derived;
  Sources sources;
  bool operator==(const Arm64Wheel&) const = default;
};
std::string_view name_of(Arm64Wheel::Existence existence);

/// One platform of a torch release.
struct TorchBuild {
  std::string platform;                     ///< cu110, cpu
  std::optional<base::Version> cuda;        ///< toolkit it was built with; null for cpu
  std::vector<base::ComputeCapability> sm;  ///< cubins in it
  std::vector<base::ComputeCapability> ptx; ///< PTX in it
  std::optional<base::Version> minimum_driver;
  std::optional<std::string> cudnn;
  /// What the zips lack; null: not known.
  std::optional<std::vector<MissingLibraries>> lacks;
  std::optional<Arm64Wheel> arm64_wheel; ///< null: whether there is one is not known
  std::vector<LibTorchZip> zips;         ///< amd64 only: there are no others
  Sources sources;
  bool is_cpu() const { return platform == "cpu"; }
  bool operator==(const TorchBuild&) const = default;
};

/// How pip finds the wheels of a release.
enum class PipForm {
  find_links,              ///< -f …/whl/torch_stable.html
  find_links_per_platform, ///< -f …/whl/<platform>/torch_stable.html
  extra_index,             ///< --extra-index-url …/whl/<platform>
  index,                   ///< --index-url …/whl/<platform>
  long_term_support,       ///< -f …/whl/lts/1.8/torch_lts.html
};

std::string_view name_of(PipForm form);

struct TorchRelease {
  base::Version version;
  std::optional<std::string> torchvision;
  std::optional<std::string> torchaudio;
  std::optional<base::Version> least_python;
  std::optional<base::Version> most_python;
  PipForm pip = PipForm::index;
  bool audio_has_platform = true; ///< whether torchaudio's version carries +<platform>
  /// The platform whose wheels carry no +<platform> (the then default on PyPI); null: all carry it.
  std::optional<std::string> unmarked_platform;
  std::uint32_t cxx_standard = 17;
  std::optional<base::Version> glibc; ///< least
  std::optional<std::uint32_t> gcc;   ///< least major
  std::vector<TorchBuild> builds;     ///< in order of preference, newest CUDA first
  Sources sources;
  bool operator==(const TorchRelease&) const = default;
};

/// All that is known. Vectors are sorted (versions ascending, ids ascending) by the loader.
struct Manifest {
  std::vector<CudaRelease> cuda;
  std::map<std::string, std::vector<Pair>> pairs; ///< by CUDA version text
  std::vector<UbuntuRelease> ubuntu;
  std::vector<SigningKey> keys;
  std::vector<Gpu> gpus;
  std::vector<DriverBranch> drivers;
  std::vector<TorchRelease> torch;
  std::string digest; ///< sha256 over every file that was read, for plans

  const CudaRelease* find_cuda(const base::Version& version) const;
  const TorchRelease* find_torch(const base::Version& version) const;
  const Gpu* find_gpu(base::PciId id) const;
  const UbuntuRelease* find_ubuntu(const base::Version& version) const;
  const Archive* find_archive(std::string_view os, base::Arch arch) const;
  const DriverBranch* find_branch(std::uint32_t branch) const;
  bool operator==(const Manifest&) const = default;
};

} // namespace cudasetup::manifest
