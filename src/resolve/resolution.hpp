#pragma once

#include "manifest/types.hpp"
#include "resolve/request.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace cudasetup::resolve {

/// Why something was chosen or passed over, or what to be careful of. `about` is cuda, driver, torch, python, method or
/// host.
struct Reason {
  std::string about;
  std::string text;
  bool operator==(const Reason&) const = default;
};

struct ToolkitChoice {
  const manifest::CudaRelease* release = nullptr;
  Method method = Method::network;
  manifest::Profile profile = manifest::Profile::full;
  std::vector<manifest::AptPackage> packages; ///< empty for the runfile
  const manifest::LocalInstaller* local_installer = nullptr;
  const manifest::Runfile* runfile = nullptr;
  /// gcc major to install beside the default and to name to nvcc; nullopt: the default one is in range.
  std::optional<std::uint32_t> host_gcc;
};

enum class DriverAction { install, keep, none };

/// Where a driver comes from, and how its kernel module does.
enum class DriverOrigin {
  nvidia_archive,  ///< DKMS builds the module
  local_installer, ///< of a CUDA release; DKMS builds the module
  ubuntu_prebuilt, ///< modules that Ubuntu has built and signed for the kernel
  ubuntu_dkms,
};
std::string_view name_of(DriverOrigin origin);
bool is_ubuntus(DriverOrigin origin);

struct DriverSelection {
  DriverAction action = DriverAction::none;
  std::optional<base::Version> version;
  std::optional<host::ModuleFlavour> module;
  std::vector<manifest::AptPackage> packages;
  DriverOrigin origin = DriverOrigin::nvidia_archive; ///< of one that is installed
  /// The component of Ubuntu's archive that has to be added to apt's sources first; empty: none.
  std::string component = {};
};

struct TorchChoice {
  const manifest::TorchRelease* release = nullptr;
  const manifest::TorchBuild* build = nullptr;
  /// Null on arm64, for which there are wheels alone (then there is a PythonChoice and `prefix` is empty).
  const manifest::LibTorchZip* zip = nullptr;
  std::string prefix; ///< /opt/libtorch/1.7.1+cu110
  /// What the zip lacks and no toolkit of the resolution brings, from NVIDIA's network archive; without a version: the
  /// one that is there.
  std::vector<manifest::AptPackage> packages;
  std::vector<std::string> directories; ///< where the loader has to look as well
  /// "1.7.1+cu110"
  std::string text() const { return release->version.text() + "+" + build->platform; }
};

struct PythonChoice {
  std::string directory;
};

/// Everything settled. Points into the Manifest it was made from, which must outlive it.
struct Resolution {
  const manifest::UbuntuRelease* ubuntu = nullptr;
  base::Arch arch = base::Arch::amd64;
  /// The archive for the network method, where there is one.
  const manifest::Archive* archive = nullptr;
  std::optional<ToolkitChoice> cuda;
  DriverSelection driver;
  std::optional<TorchChoice> torch;
  std::optional<PythonChoice> python;
  std::map<std::string, std::string> gpu_names; ///< by PCI id (10de:1eb8): what the GPUs that count are called
  std::vector<Reason> reasons;
  std::vector<Reason> cautions;
  std::vector<Reason> doubts; ///< those of the cautions by which it is not known whether it works here

  /// Whether a LibTorch tree is part of it; without a zip (arm64) torch comes as wheels alone.
  bool has_libtorch() const { return torch && torch->zip != nullptr; }
};

struct Constraint {
  std::string
      constraint; ///< a word: os, architecture, gpu, driver, cuda, method, torch, glibc, gcc, python, container, digest
  std::string text;
  std::string source;
};

struct Alternative {
  std::string selection; ///< "CUDA 11.8.0 with torch 2.1.2+cu118"
  std::string text;
  /// Of `cudasetup install`; resolves on the same host, or on the one that HOST options among them make of it.
  std::vector<std::string> arguments;
  std::vector<Reason> doubts = {}; ///< of its resolution
};

/// It cannot be; every reason, and what can.
struct Refusal {
  std::vector<Constraint> reasons;
  std::vector<Alternative> alternatives;
};

using Outcome = std::variant<Resolution, Refusal>;

/// Settles @p request on a machine. Pure: the same input gives the same outcome.
Outcome resolve(const Request& request, const manifest::Manifest& manifest, const host::HostFacts& facts);

} // namespace cudasetup::resolve
