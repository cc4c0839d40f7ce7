#include "diagnose/symptoms.hpp"

#include <array>

namespace cudasetup::diagnose {

namespace {

using base::ErrorKind;
using enum Rank;

constexpr std::string_view k_doctor = "cudasetup doctor";
constexpr std::string_view k_list_torch = "cudasetup list torch --here";
constexpr std::string_view k_list_cuda = "cudasetup list cuda --here";
constexpr std::string_view k_see_here = "see what is loaded and what is installed here";
constexpr std::string_view k_mismatch = "the driver was upgraded, and its former module is still loaded";
constexpr std::string_view k_reboot = "a reboot loads the new module";
constexpr std::string_view k_open = "this GPU needs the open kernel module";
constexpr std::string_view k_no_nvtx =
    "LibTorch until 2.7 asks the toolkit for nvToolsExt, which CUDA has no more from 12.9 on";
constexpr std::string_view k_nvtx_hint = "take a LibTorch from 2.8 on, or a toolkit until 12.8; see which go together";
constexpr std::string_view k_two_toolkits =
    "two CUDA toolkits are mixed: nvcc is of one, headers or libraries of another";
constexpr std::string_view k_two_hint = "see which one is in use, and what PATH and CUDA_HOME say";
constexpr std::string_view k_status = "cudasetup status";
constexpr std::string_view k_no_code = "this torch has no code for this GPU";
constexpr std::string_view k_run_here = "see which releases run on this machine";
constexpr std::string_view k_old_driver = "the driver is too old for the CUDA that this program was built with";
constexpr std::string_view k_cpu_libraries =
    "the program was linked without LibTorch's CUDA library, which linkers leave out by default";
constexpr std::string_view k_as_needed =
    "link with -Wl,--no-as-needed -ltorch_cuda, or by find_package(Torch) in CMake";
constexpr std::string_view k_no_smi =
    "there is no nvidia-smi: no driver is installed, or not the package that has it (nvidia-utils)";
constexpr std::string_view k_cpu_torch = "this torch is a build for the CPU alone";
constexpr std::string_view k_cuda_torch = "install one for CUDA in its place; see which run on this machine";
constexpr std::string_view k_old_gcc = "gcc is older than the kernel's own compiler, and does not know its options";
constexpr std::string_view k_kernel_gcc = "install the compiler that /proc/version names";
constexpr std::string_view k_lists_libraries = "ldconfig -p";
constexpr std::string_view k_not_carried = "a library of CUDA's is not found, which this build does not carry itself";
constexpr std::string_view k_with_toolkit =
    "see which libraries the loader knows; the toolkit of the same major has it";

constexpr Symptom cause_of(std::string_view text,
                           std::string_view and_text,
                           std::string_view cause_text,
                           std::string_view hint,
                           std::string_view command)
{
  return {text, and_text, cause, ErrorKind::refused, cause_text, hint, command};
}

constexpr Symptom consequence_of(std::string_view text,
                                 std::string_view and_text,
                                 std::string_view cause_text,
                                 std::string_view hint,
                                 std::string_view command)
{
  return {text, and_text, consequence, ErrorKind::refused, cause_text, hint, command};
}

constexpr std::array k_symptoms = {
    // The driver: nvidia-smi and the kernel's log.
    cause_of("Driver/library version mismatch", "", k_mismatch, k_reboot, "reboot"),
    cause_of("API mismatch: the client", "", k_mismatch, k_reboot, "reboot"),
    cause_of("forward compatibility was attempted on non supported HW", "", k_mismatch, k_reboot, "reboot"),
    cause_of("requires use of the NVIDIA open kernel modules",
             "",
             k_open,
             "install the driver with it",
             "cudasetup install --module open"),
    cause_of("installed in this system is not supported by open",
             "",
             "the open kernel module does not drive a GPU before Turing",
             "install the driver with the proprietary one",
             "cudasetup install --module proprietary"),
    cause_of("supported through the NVIDIA",
             "Legacy drivers",
             "the driver has dropped this GPU",
             "install the branch that the line names; 580 for Maxwell, Pascal and Volta, 470 for Kepler",
             "cudasetup list drivers"),
    cause_of("installed in this system is not supported by the",
             "",
             "the driver is older than the GPU, and does not know it",
             "see which branches do",
             "cudasetup list drivers --here"),
    cause_of("already bound to NovaCore",
             "",
             "nova_core holds the GPU",
             "a reboot after the installation loads NVIDIA's module in its place",
             "reboot"),
    cause_of("This PCI I/O region assigned to your NVIDIA device is invalid",
             "",
             "the firmware gave the GPU no memory window",
             "in the firmware's settings, switch \"Above 4G Decoding\" and \"Resizable BAR\" on",
             ""),
    cause_of(
        "Cannot initialize GSP firmware RM",
        "",
        "the GPU's own processor does not start: firmware, hardware or passing it to a virtual machine, no package",
        "update the machine's firmware; see what else the kernel says",
        "dmesg"),
    cause_of("failed to wait for GFW_BOOT",
             "",
             "the GPU's own firmware does not start: hardware, no package",
             "see what else the kernel says",
             "dmesg"),
    cause_of("fallen off the bus",
             "",
             "the GPU does not answer any more: power, riser or cable, no package",
             "see what the bus says",
             "lspci -vv"),
    cause_of("Loading of unsigned module is rejected",
             "",
             "Secure Boot refuses a module without a signature",
             "take Ubuntu's signed modules, or enrol a key",
             "mokutil --sb-state"),
    cause_of("fabric manager",
             "don't match with driver version",
             "NVIDIA's fabric manager is of another version than the driver",
             "bring both to one version",
             "dpkg -l *fabricmanager*"),
    cause_of("system not yet initialized",
             "",
             "GPUs behind NVSwitches wait for NVIDIA's fabric manager",
             "see whether it runs",
             "systemctl status nvidia-fabricmanager"),
    cause_of("Failed to initialize NVML: Unknown Error",
             "",
             "the driver cannot be reached: in WSL, LD_LIBRARY_PATH with system folders hides it",
             k_see_here,
             k_doctor),
    // Building the kernel's module.
    cause_of("unrecognized command", "-mharden-sls", k_old_gcc, k_kernel_gcc, "cat /proc/version"),
    cause_of("unrecognized command", "-ftrivial-auto-var-init", k_old_gcc, k_kernel_gcc, "cat /proc/version"),
    // nvcc.
    cause_of("unsupported GNU version!",
             "",
             "gcc is newer than this nvcc takes",
             "have an older one put beside it and named to nvcc",
             "cudasetup install --driver keep --torch none"),
    cause_of("exception specification is incompatible with that of previous function",
             "",
             "this toolkit's headers contradict those of the C library, which is newer",
             "see which toolkits serve this system",
             k_list_cuda),
    cause_of("Unsupported gpu architecture",
             "",
             "this nvcc does not know the GPU's architecture: it is too old for it, or so new that it has dropped it",
             "see which toolkits serve this GPU",
             k_list_cuda),
    cause_of(
        "nvcc", "command not found", "no nvcc is in PATH", "see whether a toolkit is installed, and where", k_status),
    cause_of("nvcc", ": not found", "no nvcc is in PATH", "see whether a toolkit is installed, and where", k_status),
    cause_of("nvidia-smi", "command not found", k_no_smi, k_see_here, k_doctor),
    cause_of("nvidia-smi", ": not found", k_no_smi, k_see_here, k_doctor),
    // CMake with LibTorch.
    cause_of("Failed to find nvToolsExt", "", k_no_nvtx, k_nvtx_hint, k_list_torch),
    cause_of("torch::nvtoolsext", "", k_no_nvtx, k_nvtx_hint, k_list_torch),
    cause_of("No rule to make target", "libnvToolsExt.so", k_no_nvtx, k_nvtx_hint, k_list_torch),
    cause_of("FindCUDA says CUDA version is", "", k_two_toolkits, k_two_hint, k_status),
    cause_of("Found two conflicting CUDA versions", "", k_two_toolkits, k_two_hint, k_status),
    cause_of("PyTorch requires CUDA",
             "or above",
             "the toolkit is too old for this LibTorch",
             "see which go together",
             "cudasetup list pairs --here"),
    cause_of("Caffe2: CUDA cannot be found",
             "",
             "LibTorch's CMake files need a CUDA toolkit, and found none",
             "install one, or name it with -DCUDA_TOOLKIT_ROOT_DIR",
             "cudasetup install --driver keep"),
    cause_of("Your installed Caffe2 version uses CUDA but I cannot find the CUDA",
             "",
             "LibTorch's CMake files need a CUDA toolkit, and found none",
             "install one, or name it with -DCUDA_TOOLKIT_ROOT_DIR",
             "cudasetup install --driver keep"),
    cause_of("\"FindTorch.cmake\"",
             "",
             "CMake does not know where LibTorch is",
             "name it with -DCMAKE_PREFIX_PATH=/opt/libtorch/current, or log in anew after an installation",
             k_status),
    cause_of("undefined reference",
             "nvshmem",
             "this LibTorch (2.12.0+cu132) comes without NVSHMEM",
             "install it, or take another build",
             k_list_torch),
    cause_of("undefined reference",
             "std::__cxx11",
             "code of two C++ ABIs is linked: LibTorch's old ABI with Ubuntu's own",
             "take the LibTorch with \"cxx11-abi\" in its name",
             "cudasetup install --abi cxx11 --driver keep"),
    cause_of("skipping incompatible",
             "libtorch",
             "this LibTorch is made for another processor: for arm64 there are wheels alone",
             "install torch in a virtual environment",
             "cudasetup install --python"),
    // At run time.
    cause_of("no kernel image is available for execution on the device", "", k_no_code, k_run_here, k_list_torch),
    cause_of("is not compatible with the current PyTorch installation", "", k_no_code, k_run_here, k_list_torch),
    cause_of(
        "CUDA driver version is insufficient for CUDA runtime version", "", k_old_driver, k_run_here, k_list_torch),
    cause_of("The NVIDIA driver on your system is too old", "", k_old_driver, k_run_here, k_list_torch),
    cause_of("Torch not compiled with CUDA enabled", "", k_cpu_torch, k_cuda_torch, k_list_torch),
    cause_of("Torch not linked with CUDA", "", k_cpu_torch, k_cuda_torch, k_list_torch),
    cause_of("Cannot initialize CUDA without ATen_cuda library", "", k_cpu_libraries, k_as_needed, ""),
    cause_of("PyTorch is not linked with support for cuda devices", "", k_cpu_libraries, k_as_needed, ""),
    cause_of("Could not run 'aten::", "'CUDA' backend", k_cpu_libraries, k_as_needed, ""),
    cause_of("failed to open libnvrtc-builtins",
             "",
             "this LibTorch has its libnvrtc-builtins under another name",
             "put the toolkit's library directory on the loader's path",
             k_lists_libraries),
    cause_of("libcuda.so.1",
             "cannot open shared object file",
             "the driver's own library is not here: no driver is installed, or this container was not given the GPU",
             k_see_here,
             k_doctor),
    cause_of("libcusparse.so", "cannot open shared object file", k_not_carried, k_with_toolkit, k_lists_libraries),
    cause_of("libcufft.so", "cannot open shared object file", k_not_carried, k_with_toolkit, k_lists_libraries),
    cause_of("libcurand.so", "cannot open shared object file", k_not_carried, k_with_toolkit, k_lists_libraries),
    cause_of("libnvshmem_host.so", "cannot open shared object file", k_not_carried, k_with_toolkit, k_lists_libraries),
    cause_of("libcudart.so",
             "cannot open shared object file",
             "the toolkit's libraries are not found by the loader",
             "see which it knows",
             k_lists_libraries),
    cause_of("GLIBCXX_",
             "not found",
             "a library was built with a newer C++ library than this system's",
             "take a build for this system",
             k_list_torch),
    cause_of("GLIBC_",
             "not found",
             "a library was built for a newer system than this one",
             "take a build for this system",
             k_list_torch),
    // Packages, beside what apt's own table says.
    cause_of("xorg-video-abi",
             "",
             "a driver made for another Ubuntu is asked for",
             "see which sources there are, and have those of other releases switched off",
             k_doctor),
    cause_of("libtinfo5",
             "not installable",
             "a package made for another Ubuntu is asked for: this one has no libtinfo5 any more",
             "take a toolkit that is made for this release",
             k_list_cuda),
    cause_of("Sources disagree on hashes",
             "",
             "a local installer and NVIDIA's network archive are both in use, and one has been built anew",
             "keep one of the two",
             k_doctor),
    cause_of("apt-key: command not found",
             "",
             "this apt has no apt-key any more: keys are files that a source names",
             "have NVIDIA's source made as it is today",
             "cudasetup repair repo"),
    // What many causes lead to.
    consequence_of(
        "couldn't communicate with the NVIDIA driver", "", "NVIDIA's module is not loaded", "see why", k_doctor),
    consequence_of("RmInitAdapter failed!",
                   "",
                   "the module is loaded, and the GPU does not start with it",
                   "see whether this GPU needs the other kernel module; else it is its firmware or hardware",
                   k_doctor),
    consequence_of("No devices were found",
                   "",
                   "the module is loaded, and drives no GPU",
                   "see why; the kernel's log tells more",
                   k_doctor),
    consequence_of("could not insert 'nvidia': No such device",
                   "",
                   "the module finds no GPU that is free for it",
                   "see what holds it",
                   k_doctor),
    consequence_of("No NVIDIA GPU found", "", "the driver knows no GPU of this machine", "see which it is", k_status),
};

} // namespace

std::span<const Symptom> program_symptoms()
{
  return k_symptoms;
}

} // namespace cudasetup::diagnose
