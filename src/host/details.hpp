#pragma once

#include "base/hardware.hpp"
#include "base/version.hpp"
#include "host/ground.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

/// What only `status`, `doctor` and `verify` ask about a machine, beside its HostFacts. A nullopt: not found out.
namespace cudasetup::host {

/// A build of the driver's module that DKMS did not finish.
struct FailedBuild {
  std::string version; ///< of the driver
  std::string kernel;  ///< empty where the log does not say
  std::string log;
  std::string error; ///< its first line that tells of an error; empty where none does
};

/// A copy of the driver's library libcuda.
struct DriverLibrary {
  std::string path;
  base::Version version;
};

/// A directory of CUDA's or LibTorch's that a file of the loader's or of the shells' names.
struct NamedDirectory {
  std::string file;
  std::string directory;
  bool exists = false;
};

/// What is in a directory that should hold a LibTorch.
struct TorchTree {
  std::string directory;
  bool has_config = false; ///< share/cmake/Torch/TorchConfig.cmake
  std::optional<base::Arch> arch;
  std::set<std::string> libraries;        ///< file names of lib
  std::vector<std::string> cut_libraries; ///< those that end before their own header says
  bool is_pre_cxx11 = false;
};

/// A virtual environment and the torch in it.
struct PythonEnvironment {
  std::string directory;
  std::string torch; ///< "2.6.0+cu124"; empty: none
  bool is_ours = false;
};

/// A line of modprobe's configuration that keeps a module from being loaded.
struct Blacklisted {
  std::string file;
  std::string module;
};

/// With the Ground of the facts, so that a rule has all of it in one hand.
struct Details : Ground {
  // The kernel and what it loads.
  std::vector<FailedBuild> failed_builds;
  std::vector<Blacklisted> blacklisted; ///< nvidia and nouveau
  std::string command_line;             ///< of the kernel
  /// What the kernel said of the GPU since it was started; empty also where its log may not be read.
  std::vector<std::string> driver_log;
  // The GPU and its surroundings.
  std::vector<std::string> gpus_without_memory; ///< addresses of those that the firmware gave no memory window
  std::optional<std::string> prime_mode;        ///< on, off or on-demand
  std::optional<std::map<std::string, unsigned>> device_files; ///< modes of /dev/nvidia* and /dev/dxg
  // The driver's own files.
  std::vector<DriverLibrary> libraries;
  bool has_nvidia_smi = false;
  bool has_nvidia_modprobe = false;
  bool has_wsl_library = false;    ///< what Windows' driver gives to WSL
  std::set<std::string> automatic; ///< packages of the driver that apt may remove once nothing needs them
  // The system.
  bool has_reboot_file = false; ///< a package asked for a reboot
  std::vector<std::string> reboot_packages;
  std::optional<std::uint64_t> largest_initrd; ///< bytes, in /boot
  std::optional<unsigned> installer_log_owner; ///< of /tmp/cuda-installer.log
  bool has_docker_nvidia = false;              ///< Docker is told to use NVIDIA's runtime
  bool has_container_runtime = false;
  // Toolkits and what leads to them.
  bool has_cuda_link = false;             ///< something has the name /usr/local/cuda
  bool cuda_is_directory = false;         ///< and it is no link
  std::string cuda_alternative;           ///< how update-alternatives has it: auto or manual; empty: not at all
  bool has_current_libtorch_link = false; ///< something has the name /opt/libtorch/current
  std::vector<NamedDirectory> named;
  std::set<std::string> toolkits_with_gdb; ///< directories
  std::set<std::string> toolkits_without_headers;
  std::vector<TorchTree> torch;
  std::vector<PythonEnvironment> python;
  // What the caller's own environment says; empty where it is another system's, or another user's (sudo).
  std::map<std::string, std::string> variables;
  std::optional<std::string> nvcc_in_path; ///< resolved
};

} // namespace cudasetup::host
