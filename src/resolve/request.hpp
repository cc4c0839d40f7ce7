#pragma once

#include "base/hardware.hpp"
#include "base/url.hpp"
#include "base/version.hpp"
#include "host/facts.hpp"
#include "manifest/types.hpp"

#include <optional>
#include <string>
#include <vector>

namespace cudasetup::resolve {

/// How a version was asked for.
enum class Choice { automatic, latest, none, exact };

struct CudaRequest {
  Choice choice = Choice::automatic;
  std::optional<base::Version> version; ///< for exact: 11, 11.1 or 11.1.1
  bool operator==(const CudaRequest&) const = default;
};

struct TorchRequest {
  Choice choice = Choice::automatic;
  std::optional<base::Version> version;
  std::optional<std::string> platform; ///< cu110 of 1.7.1+cu110
  bool operator==(const TorchRequest&) const = default;
};

enum class DriverChoice { automatic, none, keep, exact };

struct DriverRequest {
  DriverChoice choice = DriverChoice::automatic;
  std::optional<base::Version> version; ///< a branch (455) or a version (455.32.00)
  bool operator==(const DriverRequest&) const = default;
};

enum class Method { automatic, network, local, runfile };
std::string_view name_of(Method method);

enum class ModuleChoice { automatic, open, proprietary };
enum class DriverPackages { automatic, desktop, headless, server };

/// What the user asked for: SELECTION of the command line.
struct Request {
  CudaRequest cuda;
  TorchRequest torch;
  manifest::Abi abi = manifest::Abi::cxx11;
  DriverRequest driver;
  ModuleChoice module = ModuleChoice::automatic;
  DriverPackages flavour = DriverPackages::automatic;
  manifest::Profile profile = manifest::Profile::full;
  Method method = Method::automatic;
  std::optional<std::string> python;       ///< directory of the virtual environment
  std::optional<std::string> libtorch_dir; ///< default /opt/libtorch/<version>+<platform>
  bool require_digests = false;
  bool operator==(const Request&) const = default;
};

} // namespace cudasetup::resolve
