#pragma once

#include "diagnose/diagnose.hpp"

#include <optional>
#include <string>
#include <vector>

/// What people ask first about a machine.
namespace cudasetup::diagnose {

/// What code a torch has for a GPU.
enum class Code {
  machine_code,
  compiled, ///< PTX alone, which the driver compiles at first use
  missing,
  unknown,
  cpu ///< it is a build for the CPU
};
std::string_view name_of(Code code);

struct GpuStatus {
  std::string address; ///< empty where it was named by --gpu
  std::string id;      ///< 10de:1eb8
  std::string name;    ///< empty: not known
  std::optional<base::ComputeCapability> capability;
  std::string bound_driver;
};

struct DriverStatus {
  std::optional<base::Version> loaded;
  std::optional<host::ModuleFlavour> module;
  std::optional<base::Version> installed; ///< nullopt also where several are
  std::string package;                    ///< that brings it; empty: none is known
  /// Where Secure Boot is on, and DKMS has a key: what the firmware knows of it. "enrolled", "pending", "not-enrolled";
  /// empty: it does not matter, or is not known.
  std::string_view module_key;
  std::optional<base::Version> ceiling; ///< the newest CUDA that the loaded driver, else the installed one, runs
};

struct ToolkitStatus {
  std::string directory;
  std::optional<base::Version> version;
  bool is_active = false;
  bool has_nvcc = false;
};

struct TorchStatus {
  std::string directory;
  std::string text; ///< 2.6.0+cu124; empty: not known
  bool is_current = false;
  std::vector<std::pair<std::string, Code>> code; ///< by sm_75; empty where no GPU is known
};

/// The newest transaction.
struct LastTransaction {
  std::string id;
  std::string started; ///< UTC, ISO 8601
  std::string words;   ///< install --cuda 11.1
  std::string outcome; ///< done, unfinished, …
  std::string reboot;  ///< what is to be known of the reboot it needs; empty: none
};

struct Status {
  std::string system; ///< Ubuntu 22.04.5 LTS
  std::string arch;
  std::string kernel;
  std::string place; ///< "a docker container", "WSL"; empty: neither
  bool gpus_known = false;
  bool modules_known = false; ///< whether those that are loaded were looked at
  std::vector<GpuStatus> gpus;
  std::size_t other_displays = 0;
  DriverStatus driver;
  std::vector<ToolkitStatus> toolkits;
  std::string active_because;              ///< a clause
  std::optional<std::string> nvcc_in_path; ///< only where that was looked at
  std::vector<TorchStatus> libtorch;
  std::vector<TorchStatus> python;
  std::vector<host::Pin> pins;
  std::vector<std::string> holds;
  std::optional<LastTransaction> last;
  std::vector<std::string> reboot_because; ///< why one is needed; empty: none is
  std::size_t faults = 0;
};

Status status_of(const Known& known, const std::vector<Finding>& findings, std::optional<LastTransaction> last);

} // namespace cudasetup::diagnose
