#include "base/text.hpp"
#include "diagnose/rules.hpp"
#include "host/paths.hpp"
#include "resolve/driver_need.hpp"

#include <algorithm>
#include <array>

namespace cudasetup::diagnose {

namespace {

/// The active toolkit with what is known of it; null where either is not.
struct Active {
  const host::Toolkit* toolkit = nullptr;
  const manifest::CudaRelease* release = nullptr;
  explicit operator bool() const { return release != nullptr; }
};

Active active_of(const Case& at)
{
  Active active{active_toolkit(at)};
  active.release = active.toolkit != nullptr ? release_of(at, *active.toolkit) : nullptr;
  return active;
}

std::string label(const Active& active)
{
  return active.toolkit->directory + " (CUDA " + active.release->version.text() + ")";
}

Signs newer_than_driver(const Case& at)
{
  const Active active = active_of(at);
  if (!active || !at.facts.driver) {
    return {};
  }
  const resolve::DriverNeed need = resolve::need_of(*active.release);
  const bool suffices = !need.least || at.facts.driver->version >= *need.least;
  return suffices
             ? Signs{}
             : Signs{
                   {label(active) + " needs driver " + need.least->text() + " or later, loaded is " +
                        at.facts.driver->version.text(),
                    {hint(
                         "install a newer driver",
                         {"sudo", "cudasetup", "install", "--cuda", active.release->version.text(), "--torch", "none"}),
                     hint("or see which toolkits this driver runs", {"cudasetup", "list", "cuda", "--here"})},
                    need.source}};
}

Signs dropped_gpu(const Case& at)
{
  const Active active = active_of(at);
  Signs signs;
  for (const resolve::TargetGpu& gpu : at.target.gpus) {
    if (active && gpu.capability && active.release->least_capability &&
        *gpu.capability < *active.release->least_capability) {
      signs.push_back(
          {label(active) + " compiles for " + active.release->least_capability->sm() + " and later, " + gpu.label(),
           {hint("see which toolkits serve it", {"cudasetup", "list", "cuda", "--here"})}});
    }
  }
  return signs;
}

Signs unknown_gpu(const Case& at)
{
  const Active active = active_of(at);
  Signs signs;
  for (const resolve::TargetGpu& gpu : at.target.gpus) {
    const auto& most = active ? active.release->most_capability : std::nullopt;
    if (gpu.capability && most && most->major_part < gpu.capability->major_part) {
      signs.push_back({label(active) + " compiles up to " + most->sm() + ", " + gpu.label(),
                       {hint("see which toolkits know it", {"cudasetup", "list", "cuda", "--here"})}});
    }
  }
  return signs;
}

/// Whether our environment file, or NVIDIA's own, names nvcc a compiler.
bool names_compiler(const Case& at)
{
  const auto file = at.facts.files.find(std::string(host::k_environment_file));
  return (file != at.facts.files.end() && file->second.find("NVCC_PREPEND_FLAGS") != std::string::npos) ||
         at.details.variables.contains("NVCC_PREPEND_FLAGS") || at.details.variables.contains("NVCC_CCBIN");
}

Signs wrong_gcc(const Case& at)
{
  const Active active = active_of(at);
  if (!active || !active.toolkit->has_nvcc || !active.release->gcc || !at.facts.gcc || names_compiler(at)) {
    return {};
  }
  const std::uint32_t gcc = at.facts.gcc->major_part();
  const auto& range = *active.release->gcc;
  return range.least <= gcc && gcc <= range.most
             ? Signs{}
             : sign("gcc is " + at.facts.gcc->text() + ", " + label(active) + " takes " +
                        (gcc > range.most ? "up to gcc " + std::to_string(range.most)
                                          : "gcc " + std::to_string(range.least) + " and later"),
                    "have a compiler put beside it and named to nvcc",
                    {"sudo",
                     "cudasetup",
                     "install",
                     "--cuda",
                     active.release->version.text(),
                     "--driver",
                     "keep",
                     "--torch",
                     "none"});
}

Signs no_gcc(const Case& at)
{
  const host::Toolkit* toolkit = active_toolkit(at);
  const bool has_compiler = at.facts.gcc || has_package(at, "g++") || !package_with(at, "g++-").empty() ||
                            names_compiler(at) || at.facts.packages.empty();
  return toolkit != nullptr && toolkit->has_nvcc && !has_compiler
             ? sign(toolkit->directory + "/bin/nvcc is there, and no g++ is installed",
                    "install one",
                    {"sudo", "apt-get", "install", "g++"})
             : Signs{};
}

Signs new_glibc(const Case& at)
{
  const Active active = active_of(at);
  return active && active.toolkit->has_nvcc && active.release->glibc_below && at.facts.glibc &&
                 *at.facts.glibc >= *active.release->glibc_below
             ? sign("glibc is " + at.facts.glibc->text() + ", the headers of " + label(active) + " need one before " +
                        active.release->glibc_below->text(),
                    "see which toolkits serve this system",
                    {"cudasetup", "list", "cuda", "--here"})
             : Signs{};
}

Signs link_to_nowhere(const Case& at)
{
  return at.details.has_cuda_link && !at.facts.active_toolkit
             ? sign("/usr/local/cuda leads nowhere",
                    "have it lead to a toolkit that is there",
                    {"sudo", "update-alternatives", "--config", "cuda"})
             : Signs{};
}

Signs link_is_directory(const Case& at)
{
  return at.details.cuda_is_directory ? sign("/usr/local/cuda is a directory, no link",
                                             "see what is in it; toolkits lie in directories with their number",
                                             {"ls", "-l", "/usr/local/cuda"})
                                      : Signs{};
}

Signs no_headers(const Case& at)
{
  Signs signs;
  for (const host::Toolkit& toolkit : at.facts.toolkits) {
    if (toolkit.has_nvcc && toolkit.version && at.details.toolkits_without_headers.contains(toolkit.directory)) {
      signs.push_back({"no cuda_runtime_api.h in " + toolkit.directory + "/include",
                       {install_hint("install the toolkit again",
                                     {"--cuda", toolkit.version->text(), "--driver", "keep", "--torch", "none"})}});
    }
  }
  return signs;
}

Signs unknown_version(const Case& at)
{
  Signs signs;
  for (const host::Toolkit& toolkit : at.facts.toolkits) {
    if (!toolkit.version) {
      signs.push_back(
          {toolkit.directory + " has neither version.json nor version.txt nor headers that tell its release",
           {hint("see what is left of it", {"ls", "-l", toolkit.directory})}});
    }
  }
  return signs;
}

Signs old_gdb(const Case& at)
{
  Signs signs;
  static const base::Version k_without = base::Version::parse("11.4").value();
  for (const host::Toolkit& toolkit : at.facts.toolkits) {
    // A package of it names what it needs, and apt brings that.
    const bool has_gdb = at.details.toolkits_with_gdb.contains(toolkit.directory) && toolkit.version &&
                         !has_package(at, "cuda-gdb-" + base::replace_all(toolkit.version->prefix(2), ".", "-"));
    if (has_gdb && *toolkit.version < k_without && !has_package(at, "libtinfo5") && has_package(at, "libc6")) {
      signs.push_back({"cuda-gdb of " + toolkit.directory + " needs libtinfo.so.5, and libtinfo5 is not installed",
                       {hint("Ubuntu until 23.10 has it", {"sudo", "apt-get", "install", "libtinfo5"})}});
    }
  }
  return signs;
}

constexpr std::array k_rules = {
    Rule{"toolkit-newer-than-driver",
         Blocks::toolkit,
         "the driver is too old for this toolkit: \"CUDA driver version is insufficient\" (35)",
         "NVIDIA's release notes",
         newer_than_driver},
    Rule{"toolkit-dropped-gpu",
         Blocks::toolkit,
         "this toolkit compiles for this GPU no more",
         "NVIDIA's release notes",
         dropped_gpu},
    Rule{"toolkit-older-than-gpu",
         Blocks::toolkit,
         "this toolkit does not know this GPU yet: only PTX of it runs there",
         "NVIDIA's release notes",
         unknown_gpu},
    Rule{"gcc-out-of-range",
         Blocks::toolkit,
         "nvcc does not take this compiler: \"unsupported GNU version\"",
         "NVIDIA/cccl#10",
         wrong_gcc},
    Rule{"gcc-missing",
         Blocks::toolkit,
         "nvcc compiles nothing without g++",
         "NVIDIA's installation guide for Linux",
         no_gcc},
    Rule{"glibc-too-new",
         Blocks::toolkit,
         "this toolkit's headers contradict those of the C library: \"Incompatible exception specification\"",
         "spack/spack-packages, packages/cuda/package.py",
         new_glibc},
    Rule{"cuda-link-dangling",
         Blocks::toolkit,
         "/usr/local/cuda leads to no toolkit",
         "phohenecker/switch-cuda",
         link_to_nowhere},
    Rule{"cuda-link-is-directory",
         Blocks::toolkit,
         "/usr/local/cuda cannot be switched to another toolkit",
         "NVIDIA/libnvidia-container#117",
         link_is_directory},
    Rule{"toolkit-headers-missing",
         Blocks::toolkit,
         "a toolkit has nvcc and no headers",
         "NVIDIA's installation guide for Linux",
         no_headers},
    Rule{"toolkit-without-version",
         Blocks::toolkit,
         "what is left of a toolkit is no whole one",
         "NVIDIA's installation guide for Linux",
         unknown_version},
    Rule{"libtinfo5-missing",
         Blocks::nothing,
         "the debugger of this toolkit does not start",
         "spack/spack-packages, packages/cuda/package.py",
         old_gdb},
};

} // namespace

std::span<const Rule> toolkit_rules()
{
  return k_rules;
}

} // namespace cudasetup::diagnose
