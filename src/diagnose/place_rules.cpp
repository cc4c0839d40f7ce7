#include "base/text.hpp"
#include "diagnose/rules.hpp"
#include "host/os_support.hpp"
#include "host/package_names.hpp"

#include <algorithm>
#include <array>

namespace cudasetup::diagnose {

namespace {

Signs not_served(const Case& at)
{
  const auto served = host::check_os(at.facts.os);
  return served || at.facts.os.id.empty() ? Signs{} : Signs{{served.error().message, served.error().hints}};
}

Signs jetson(const Case& at)
{
  return at.facts.jetson ? sign("the kernel or /etc/nv_tegra_release says so",
                                "driver and toolkit of a Jetson come with JetPack: use NVIDIA's SDK manager")
                         : Signs{};
}

Signs driver_in_wsl(const Case& at)
{
  const std::string package = at.facts.wsl ? package_with(at, "libnvidia-compute") : "";
  const std::string driver = package.empty() && at.facts.wsl ? driver_package(at) : package;
  return driver.empty() ? Signs{}
                        : sign(driver + " is installed",
                               "remove it; Windows' own driver serves WSL",
                               {"sudo", "apt-get", "purge", driver});
}

Signs first_wsl(const Case& at)
{
  // "4.4.0-19041-Microsoft" is WSL 1, "5.15.90.1-microsoft-standard-WSL2" is WSL 2.
  return at.facts.wsl && at.facts.kernel.find("WSL2") == std::string::npos && at.facts.kernel.ends_with("-Microsoft")
             ? sign("the kernel is " + at.facts.kernel,
                    "in Windows, make it WSL 2",
                    {"wsl.exe", "--set-version", "NAME-OF-DISTRIBUTION", "2"})
             : Signs{};
}

bool is_second_wsl(const Case& at)
{
  return at.facts.wsl && !at.facts.kernel.ends_with("-Microsoft");
}

Signs no_gpu_in_wsl(const Case& at)
{
  if (!is_second_wsl(at) || !at.details.device_files) {
    return {};
  }
  const bool has_device = at.details.device_files->contains("/dev/dxg");
  if (has_device && at.details.has_wsl_library) {
    return {};
  }
  return sign(has_device ? "/usr/lib/wsl/lib/libcuda.so.1 is not there" : "/dev/dxg is not there",
              "install or update NVIDIA's driver in Windows, then end WSL there",
              {"wsl.exe", "--shutdown"});
}

Signs system_libraries_in_wsl(const Case& at)
{
  const auto path = at.details.variables.find("LD_LIBRARY_PATH");
  if (!at.facts.wsl || path == at.details.variables.end()) {
    return {};
  }
  for (const std::string_view directory : base::split(path->second, ':')) {
    if (directory.starts_with("/usr/lib/x86_64-linux-gnu") || directory == "/usr/lib" || directory == "/lib") {
      return sign("LD_LIBRARY_PATH has " + std::string(directory), "take system folders out of it");
    }
  }
  return {};
}

Signs ubuntus_toolkit_in_wsl(const Case& at)
{
  return at.facts.wsl && has_package(at, "nvidia-cuda-toolkit")
             ? sign("nvidia-cuda-toolkit is installed",
                    "remove it, and install NVIDIA's toolkit for WSL",
                    {"sudo", "apt-get", "purge", "nvidia-cuda-toolkit", "libnvidia-compute-*"})
             : Signs{};
}

bool is_in_container(const Case& at)
{
  return at.facts.container != host::Container::none && !at.facts.wsl;
}

Signs driver_in_container(const Case& at)
{
  const auto kernel_part = [](const std::string& name) {
    return name.starts_with("nvidia-dkms") || name.starts_with("linux-modules-nvidia") ||
           name.starts_with("nvidia-kernel-source");
  };
  for (const auto& [name, package] : at.facts.packages) {
    if (is_in_container(at) && kernel_part(name)) {
      return sign(name + " is installed",
                  "remove it: a container uses the kernel of its host",
                  {"sudo", "apt-get", "purge", name});
    }
  }
  return {};
}

Signs container_without_gpu(const Case& at)
{
  const bool has_device = !at.details.device_files ||
                          std::any_of(at.details.device_files->begin(),
                                      at.details.device_files->end(),
                                      [](const auto& device) { return device.first.starts_with("/dev/nvidia"); });
  if (!is_in_container(at) || !at.facts.driver || has_device) {
    return {};
  }
  return sign("the host has loaded driver " + at.facts.driver->version.text() + ", and there is no /dev/nvidia*",
              "start the container with the GPUs; the host needs NVIDIA's container toolkit",
              {"docker", "run", "--gpus", "all", "IMAGE"});
}

Signs container_library(const Case& at)
{
  const auto installed = installed_driver(at);
  if (!is_in_container(at) || !at.facts.driver || !installed || *installed == at.facts.driver->version) {
    return {};
  }
  const std::string package = package_with(at, "libnvidia-compute");
  if (package.empty()) {
    return {};
  }
  return sign(package + " is " + installed->text() + ", the host's driver is " + at.facts.driver->version.text(),
              "remove it: the container's own run time brings the host's libraries",
              {"sudo", "apt-get", "purge", package});
}

Signs docker_without_runtime(const Case& at)
{
  return at.details.has_docker_nvidia && !at.details.has_container_runtime
             ? sign("/etc/docker/daemon.json names nvidia-container-runtime, which is not there",
                    "install it",
                    {"sudo", "apt-get", "install", "nvidia-container-toolkit"})
             : Signs{};
}

constexpr std::string_view k_wsl = "NVIDIA's guide for CUDA on WSL; microsoft/WSL#6582";

constexpr std::array k_rules = {
    Rule{"system-not-served", Blocks::packages, "cudasetup does not serve this system", "cudasetup", not_served},
    Rule{"jetson",
         Blocks::packages,
         "this is a Jetson: packages for servers replace those of its own",
         "NVIDIA/nvidia-container-toolkit#883",
         jetson},
    Rule{"wsl-1", Blocks::gpu, "WSL 1 has no GPU at all", "microsoft/WSL#5554", first_wsl},
    Rule{"wsl-linux-driver",
         Blocks::gpu,
         "a Linux driver is installed in WSL, and hides Windows' own",
         k_wsl,
         driver_in_wsl},
    Rule{"wsl-no-gpu", Blocks::gpu, "Windows gives WSL no GPU", k_wsl, no_gpu_in_wsl},
    Rule{"wsl-system-libraries",
         Blocks::gpu,
         "LD_LIBRARY_PATH hides the driver that Windows gives to WSL: \"Failed to initialize NVML: Unknown Error\"",
         "microsoft/WSL#9099",
         system_libraries_in_wsl},
    Rule{"wsl-ubuntu-toolkit",
         Blocks::gpu,
         "Ubuntu's own CUDA toolkit brings libraries of a Linux driver into WSL",
         "microsoft/WSL#11888",
         ubuntus_toolkit_in_wsl},
    Rule{"container-kernel-driver",
         Blocks::nothing,
         "a kernel driver is installed in a container, where it can drive nothing",
         "usnistgov/ARIAC#355, NVIDIA/hpc-container-maker#177",
         driver_in_container},
    Rule{"container-without-gpu",
         Blocks::gpu,
         "the host has a GPU that this container was not given",
         "NVIDIA container toolkit, user guide",
         container_without_gpu},
    Rule{"container-driver-library",
         Blocks::gpu,
         "the driver's library in this container is of another version than the host's driver",
         "NVIDIA/libnvidia-container#117",
         container_library},
    Rule{"docker-runtime-missing",
         Blocks::gpu,
         "Docker is told to use NVIDIA's run time, which is not installed",
         "NVIDIA container toolkit, installation guide",
         docker_without_runtime},
};

} // namespace

std::span<const Rule> place_rules()
{
  return k_rules;
}

} // namespace cudasetup::diagnose
