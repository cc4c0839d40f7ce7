#include "base/text.hpp"
#include "diagnose/rules.hpp"
#include "diagnose/tool_errors.hpp"

#include <algorithm>
#include <array>

namespace cudasetup::diagnose {

namespace {

Signs mismatch(const Case& at)
{
  const auto installed = installed_driver(at);
  const bool differs = installed && at.facts.driver && *installed != at.facts.driver->version;
  if (!differs || !owns_kernel(at)) {
    return {};
  }
  const bool may_recur = !holds_driver(at) && !driver_package(at).empty();
  return sign(
      "the loaded module is " + at.facts.driver->version.text() + ", the installed libraries are " + installed->text(),
      "a reboot loads the new module" +
          std::string(may_recur ? "; then `sudo cudasetup install --cuda none --torch none --driver keep --hold` has "
                                  "upgrades, unattended ones too, leave the driver alone"
                                : ""),
      {"sudo", "reboot"});
}

/// Whether packages bring the driver's libraries, too.
std::string library_package(const Case& at)
{
  return package_with(at, "libnvidia-compute");
}

Signs runfile_beside_packages(const Case& at)
{
  const std::string package = library_package(at);
  return at.details.has_runfile_driver && !package.empty()
             ? sign("/usr/bin/nvidia-uninstall of a runfile, and the package " + package,
                    "take the runfile's driver away, then have the packages put their files back",
                    {"sudo", "nvidia-uninstall"})
             : Signs{};
}

Signs several_libraries(const Case& at)
{
  std::vector<std::string> paths;
  for (const host::DriverLibrary& library : at.details.libraries) {
    if (library.version != at.details.libraries.front().version) {
      paths = {at.details.libraries.front().path, library.path};
    }
  }
  if (paths.empty() || at.details.has_runfile_driver) {
    return {};
  }
  return sign(base::join(paths, " and "),
              "see whose they are; what no package owns is left over",
              {"dpkg", "-S", paths[0], paths[1]});
}

Signs no_library(const Case& at)
{
  return at.facts.driver && owns_kernel(at) && at.details.libraries.empty() && has_driver(at)
             ? sign("module " + at.facts.driver->version.text() + " is loaded, and there is no libcuda.so." +
                        at.facts.driver->version.text(),
                    "install the driver's libraries",
                    {"sudo",
                     "apt-get",
                     "install",
                     "libnvidia-compute-" + std::to_string(at.facts.driver->version.major_part())})
             : Signs{};
}

Signs no_smi(const Case& at)
{
  return at.facts.driver && owns_kernel(at) && !at.details.libraries.empty() && !at.details.has_nvidia_smi &&
                 !library_package(at).empty()
             ? sign("there is no /usr/bin/nvidia-smi",
                    "install it",
                    {"sudo",
                     "apt-get",
                     "install",
                     "nvidia-utils-" + std::to_string(at.facts.driver->version.major_part())})
             : Signs{};
}

Signs no_xorg(const Case& at)
{
  const std::string driver = package_with(at, "cuda-drivers");
  const bool has_x = has_package(at, "xserver-xorg-core") && has_package(at, "gdm3");
  return !driver.empty() && has_x && package_with(at, "xserver-xorg-video-nvidia").empty() && owns_kernel(at)
             ? sign(driver + " is installed, and no xserver-xorg-video-nvidia",
                    "install that of the driver's branch; apt knows the names",
                    {"apt-cache", "search", "--names-only", "xserver-xorg-video-nvidia"})
             : Signs{};
}

/// What the kernel said of the GPU, where that is known to be bad, and nothing else says what is wrong.
Signs told_by_kernel(const Case& at)
{
  Signs signs;
  if (!owns_kernel(at) || !has_gpu(at)) {
    return signs;
  }
  // Of what else it may tell (who holds the GPU, which versions) the machine's present state has the last word.
  std::vector<std::string> lines;
  for (const std::string& line : at.details.driver_log) {
    for (const char* word : {"fallen off the bus", "RmInitAdapter", "GFW_BOOT", "GSP firmware"}) {
      if (line.find(word) != std::string::npos) {
        lines.push_back(line);
        break;
      }
    }
  }
  for (const Explained& told : explain(base::join(lines, "\n"))) {
    signs.push_back({told.line + ": " + told.failure.cause, told.failure.hints});
  }
  return signs;
}

constexpr std::array k_rules = {
    Rule{"driver-version-mismatch",
         Blocks::gpu,
         "the driver was upgraded, and its former module is still loaded: \"Driver/library version mismatch\"",
         "lyulyul/shine-cluster#30; NVIDIA/open-gpu-kernel-modules, osapi.c",
         mismatch},
    Rule{"driver-runfile-beside-packages",
         Blocks::gpu,
         "a driver of NVIDIA's runfile lies under one of packages",
         "NVIDIA's installation guide for Linux, handling conflicting methods",
         runfile_beside_packages},
    Rule{"driver-several-libraries",
         Blocks::gpu,
         "there are libraries of several drivers, and only one fits the module",
         "NVIDIA's installation guide for Linux, handling conflicting methods",
         several_libraries},
    Rule{"driver-library-missing",
         Blocks::gpu,
         "the module is loaded, but the driver's library for CUDA is not installed",
         "NVIDIA driver README 595, chapter 5",
         no_library},
    Rule{"nvidia-smi-missing",
         Blocks::nothing,
         "the driver is there without nvidia-smi",
         "Ubuntu's nvidia-utils",
         no_smi},
    Rule{"kernel-log",
         Blocks::gpu,
         "the kernel's log tells of a fault of the GPU or its driver",
         "/var/log/kern.log; NVIDIA/open-gpu-kernel-modules",
         told_by_kernel,
         Fix::by_hand,
         Order::last},
    Rule{"xorg-driver-missing",
         Blocks::later,
         "the display server has no driver for this GPU, and may not start",
         "NVIDIA's packages of CUDA's archive",
         no_xorg},
};

} // namespace

std::span<const Rule> driver_rules()
{
  return k_rules;
}

} // namespace cudasetup::diagnose
