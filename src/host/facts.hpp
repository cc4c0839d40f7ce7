#pragma once

#include "base/hardware.hpp"
#include "base/openpgp.hpp"
#include "base/version.hpp"
#include "host/ground.hpp"
#include "host/ubuntu_archive.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// What is known of the machine, as values. A fact nobody could find out is nullopt; that is no failure.
namespace cudasetup::host {

struct OsRelease {
  std::string id;              ///< ID=: ubuntu, linuxmint, debian
  std::string id_like;         ///< ID_LIKE=
  std::string version_id;      ///< VERSION_ID=: 22.04
  std::string name;            ///< PRETTY_NAME=
  std::string ubuntu_codename; ///< UBUNTU_CODENAME=
  bool operator==(const OsRelease&) const = default;
};

/// An NVIDIA display device on the PCI bus.
struct GpuDevice {
  std::string address;                               ///< 0000:01:00.0; empty when named by --gpu
  std::optional<base::PciId> id;                     ///< nullopt when named by compute capability alone
  std::optional<base::ComputeCapability> capability; ///< set when named as sm_XX
  std::string bound_driver;                          ///< nvidia, nouveau, NovaCore, vfio-pci or empty
  std::optional<base::PciId> subsystem = {};         ///< the board; in a guest with a part of a GPU, that part
};

enum class ModuleFlavour { open, proprietary };

struct LoadedDriver {
  base::Version version;
  std::optional<ModuleFlavour> flavour;
};

struct Toolkit {
  std::string directory;                ///< /usr/local/cuda-11.1
  std::optional<base::Version> version; ///< from version.json, version.txt or the headers; the patch may be unknown
  bool has_nvcc = false;
};

struct LibTorchTree {
  std::string directory;     ///< /opt/libtorch/1.7.1+cu110
  std::string build_version; ///< first line of build-version; empty when there is no such file
};

/// Lines of a file that follow each other: a one-line source, or a stanza.
struct FilePart {
  std::size_t first_line = 0; ///< from 1; 0: not known
  std::vector<std::string> lines;
  bool operator==(const FilePart&) const = default;
};

struct AptSource {
  std::string file;
  std::string line; ///< the one-line form, also where the file is deb822
  std::string uri;
  std::string signed_by;
  FilePart part = {};       ///< what names it in the file
  bool shares_part = false; ///< the part names addresses that are not NVIDIA's too
  bool shares_file = false; ///< the file has other sources that are not NVIDIA's
  bool trusted = false;     ///< apt was told to believe it without any key
  bool is_gone = false;     ///< a directory of this machine, which is not there
};

/// A keyring that apt believes: one that a source of NVIDIA's names, or one of those that hold for every source.
struct Keyring {
  std::string path;
  std::vector<base::PublicKey> keys;
};

struct Pin {
  std::string file;
  std::string package;
  std::string pin;
  int priority = 0;
};

enum class Container { none, docker, podman, lxc, systemd_nspawn, other };

struct FileSystem {
  std::string path; ///< the directory asked about: /, /var, /tmp, /usr/local, /opt, /boot
  std::uint64_t free_bytes = 0;
  std::uint64_t device = 0;
};

struct InstalledPackage {
  std::string version;
  bool configured = true; ///< false: half-installed, half-configured, unpacked
};

/// A package whose unpacking was cut off: dpkg configures it only once it was installed again.
struct CutOffPackage {
  std::string name;
  bool automatic = false; ///< apt's mark
  bool operator==(const CutOffPackage&) const = default;
};

/// In HostFacts::dpkg_audit: dpkg was cut off while it changed its database.
inline constexpr std::string_view k_dpkg_interrupted = "dpkg was interrupted: /var/lib/dpkg/updates is not empty";

struct HostFacts {
  OsRelease os;
  std::optional<base::Arch> arch;
  std::string kernel; ///< uname -r; empty when unknown
  Ground ground;
  std::vector<GpuDevice> gpus;
  /// Whether the PCI bus could be read at all: without it, no GPU found means unknown.
  bool pci_readable = false;
  std::optional<LoadedDriver> driver;
  /// The driver that packages brought since the machine was started, with a module for the kernel that boots next: with
  /// none loaded, a reboot loads it.
  std::optional<LoadedDriver> waiting_driver;
  std::vector<Toolkit> toolkits;
  std::optional<std::string> active_toolkit; ///< what /usr/local/cuda resolves to
  std::vector<LibTorchTree> libtorch;
  std::optional<std::string> current_libtorch; ///< what /opt/libtorch/current resolves to
  std::optional<base::Version> glibc;
  std::optional<base::Version> gcc;
  std::optional<base::Version> cmake;
  std::optional<base::Version> python;
  std::optional<base::Version> apt;
  std::optional<base::Version> dpkg;
  /// Packages whose name matters here: cuda*, libcu*, libnv*, libnpp*, nvidia*, nsight*, g++*, gcc*, cmake, make,
  /// unzip, python3*, ca-certificates, libxml2, pkg-config, linux-headers*, dkms and the like.
  std::map<std::string, InstalledPackage> packages;
  std::vector<AptSource> nvidia_sources;
  UbuntuArchive ubuntu_archive;
  std::vector<std::string> nvidia_keyrings; ///< files under /usr/share/keyrings and trusted.gpg.d
  std::vector<Keyring> keyrings;            ///< in order of their paths
  /// Whether apt checks signatures with Sequoia under its own policy, which takes no SHA-1 since 2026-02-01 (Debian's
  /// default-sequoia.config). Not where somebody wrote another policy for it.
  bool apt_refuses_sha1 = false;
  /// Files that were switched off: those with the ending .disabled beside apt's sources and keys.
  std::vector<std::string> switched_off;
  std::vector<Pin> pins;
  std::vector<std::string> holds;
  /// What dpkg has not finished, "name: state" a package, and k_dpkg_interrupted; empty when it is healthy.
  std::vector<std::string> dpkg_audit;
  std::vector<CutOffPackage> cut_off_packages; ///< those of them that must be installed again
  Container container = Container::none;
  bool wsl = false;
  bool jetson = false;
  bool is_root = false;
  std::vector<FileSystem> file_systems;
  std::optional<std::uint64_t> memory_bytes;
  /// Small files of ours or of NVIDIA's that a plan compares with: path → content (pin, sources, ldconfig,
  /// environment).
  std::map<std::string, std::string> files;
};

} // namespace cudasetup::host
