#include "base/text.hpp"
#include "diagnose/rules.hpp"
#include "diagnose/torch_needs.hpp"
#include "resolve/driver_need.hpp"
#include "resolve/kernels.hpp"
#include "resolve/torch.hpp"

#include <algorithm>
#include <array>

namespace cudasetup::diagnose {

namespace {

base::Arch arch_of(const Case& at)
{
  return at.facts.arch.value_or(base::Arch::amd64);
}

base::Hint other_torch()
{
  return hint("see which releases run here", {"cudasetup", "list", "torch", "--here"});
}

Signs no_kernels(const Case& at)
{
  Signs signs;
  for (const Torch& torch : torches(at)) {
    for (const resolve::TargetGpu& gpu : at.target.gpus) {
      if (!torch.build->is_cpu() && gpu.capability &&
          resolve::kernels_for(*torch.build, *gpu.capability, arch_of(at)) == resolve::Kernels::missing) {
        signs.push_back({torch.where + " is " + torch.text + ", " + gpu.label(), {other_torch()}});
      }
    }
  }
  return signs;
}

Signs old_driver(const Case& at)
{
  Signs signs;
  for (const Torch& torch : torches(at)) {
    const resolve::DriverNeed need = resolve::need_of(nullptr, torch.release, torch.build);
    if (need.least && at.facts.driver && at.facts.driver->version < *need.least) {
      signs.push_back(
          {torch.where + " is " + torch.text + " and needs driver " + need.least->text() + " or later, loaded is " +
               at.facts.driver->version.text(),
           {hint("install a newer driver", {"sudo", "cudasetup", "install", "--cuda", "none", "--torch", torch.text}),
            other_torch()},
           need.source});
    }
  }
  return signs;
}

/// LibTorch trees with the active toolkit, that do not go together.
Signs badly_paired(const Case& at, resolve::Pairing pairing)
{
  const host::Toolkit* toolkit = active_toolkit(at);
  const host::LibTorchTree* tree = current_libtorch(at);
  const auto torch = tree == nullptr ? std::nullopt : find_torch(at, tree->directory, tree->build_version);
  if (!torch || toolkit == nullptr || !toolkit->version || !toolkit->has_nvcc ||
      resolve::pairing_of({torch->release, torch->build}, *toolkit->version) != pairing) {
    return {};
  }
  return sign(torch->where + " is " + torch->text + ", the active toolkit is CUDA " + toolkit->version->text(),
              "see which toolkits go with it",
              {"cudasetup", "why-not", "--torch", torch->text, "--cuda", toolkit->version->text()});
}

Signs toolkit_without_nvtx(const Case& at)
{
  return badly_paired(at, resolve::Pairing::nvtoolsext);
}

Signs toolkit_of_other_major(const Case& at)
{
  return badly_paired(at, resolve::Pairing::other);
}

Signs cpu_build(const Case& at)
{
  const host::LibTorchTree* tree = current_libtorch(at);
  const bool is_cpu = tree != nullptr && tree->build_version.ends_with("+cpu");
  return is_cpu && has_gpu(at) && at.facts.driver ? sign(tree->directory + " is " + tree->build_version + ", and " +
                                                             gpu_label(at, at.facts.gpus.front()) + " could compute",
                                                         "install a build for CUDA",
                                                         {"sudo", "cudasetup", "install", "--driver", "keep"})
                                                  : Signs{};
}

Signs about_trees(const Case& at, std::string (*look)(const Case&, const host::TorchTree&))
{
  Signs signs;
  for (const host::TorchTree& tree : at.details.torch) {
    if (const std::string evidence = look(at, tree); !evidence.empty()) {
      signs.push_back({evidence, {hint("remove it, then install one again", {"sudo", "cudasetup", "install"})}});
    }
  }
  return signs;
}

std::string text_of(const Case& at, const host::TorchTree& tree)
{
  for (const host::LibTorchTree& known : at.facts.libtorch) {
    if (known.directory == tree.directory) {
      return known.build_version;
    }
  }
  return "";
}

Signs damaged(const Case& at)
{
  return about_trees(at, [](const Case&, const host::TorchTree& tree) -> std::string {
    if (!tree.cut_libraries.empty()) {
      return tree.directory + "/lib: " + base::join(tree.cut_libraries, ", ") + " ends too early";
    }
    if (!tree.has_config) {
      return tree.directory + " has no share/cmake/Torch/TorchConfig.cmake";
    }
    for (const char* name : {"libc10.so", "libtorch.so", "libtorch_cpu.so"}) {
      if (!tree.libraries.contains(name)) {
        return tree.directory + "/lib has no " + name;
      }
    }
    return "";
  });
}

Signs no_cuda_library(const Case& at)
{
  return about_trees(at, [](const Case& machine, const host::TorchTree& tree) -> std::string {
    const auto torch = find_torch(machine, tree.directory, text_of(machine, tree));
    const bool lacks = torch && !torch->build->is_cpu() && !tree.libraries.contains("libtorch_cuda.so") &&
                       tree.libraries.contains("libtorch_cpu.so");
    return lacks ? tree.directory + " says that it is " + torch->text + ", and has no lib/libtorch_cuda.so" : "";
  });
}

Signs other_architecture(const Case& at)
{
  return about_trees(at, [](const Case& machine, const host::TorchTree& tree) -> std::string {
    return tree.arch && machine.facts.arch && *tree.arch != *machine.facts.arch
               ? tree.directory + " is made for " + std::string(base::name_of(*tree.arch)) + ", this machine is " +
                     std::string(base::name_of(*machine.facts.arch))
               : "";
  });
}

Signs old_abi(const Case& at)
{
  return about_trees(at, [](const Case&, const host::TorchTree& tree) -> std::string {
    // Whoever asked for that ABI has it in the directory's name.
    return tree.is_pre_cxx11 && !tree.directory.ends_with("-pre-cxx11")
               ? tree.directory + " sets _GLIBCXX_USE_CXX11_ABI=0"
               : "";
  });
}

Signs current_to_nowhere(const Case& at)
{
  return at.details.has_current_libtorch_link && !at.facts.current_libtorch
             ? sign("/opt/libtorch/current leads nowhere", "install one", {"sudo", "cudasetup", "install"})
             : Signs{};
}

/// What a build does not bring, no toolkit has, and no package brings either.
Signs lacking(const Case& at)
{
  Signs signs;
  const host::LibTorchTree* tree = current_libtorch(at);
  const auto torch = tree == nullptr ? std::nullopt : find_torch(at, tree->directory, tree->build_version);
  if (!torch || !torch->build->lacks) {
    return {};
  }
  for (const manifest::MissingLibraries& missing : *torch->build->lacks) {
    const bool is_brought =
        std::any_of(missing.packages.begin(), missing.packages.end(), [&](const manifest::AptPackage& package) {
          const std::size_t hole = package.name.find("{minor}");
          return !package_with(at, package.name.substr(0, hole)).empty();
        });
    if (missing.brought_by == manifest::Bringer::nobody && !missing.packages.empty() && !is_brought) {
      signs.push_back(
          {torch->where + " is " + torch->text + ", which has no " + missing.names + " of its own",
           {hint("have it completed", {"sudo", "cudasetup", "install", "--torch", torch->text, "--driver", "keep"})}});
    }
  }
  return signs;
}

Signs old_cmake(const Case& at)
{
  const host::LibTorchTree* tree = current_libtorch(at);
  const auto torch = tree == nullptr ? std::nullopt : find_torch(at, tree->directory, tree->build_version);
  const auto least = torch ? least_cmake(*torch->release, *torch->build) : std::nullopt;
  return least && at.facts.cmake && *at.facts.cmake < *least
             ? sign("CMake is " + at.facts.cmake->text() + ", " + torch->where + " is " + torch->text + " and needs " +
                        least->text() + " or later",
                    "install a newer one: the wheel index of Python has it",
                    {"python3", "-m", "pip", "install", "cmake"})
             : Signs{};
}

Signs old_gcc(const Case& at)
{
  const host::LibTorchTree* tree = current_libtorch(at);
  const auto torch = tree == nullptr ? std::nullopt : find_torch(at, tree->directory, tree->build_version);
  return torch && torch->release->gcc && at.facts.gcc && at.facts.gcc->major_part() < *torch->release->gcc
             ? sign("gcc is " + at.facts.gcc->text() + ", the headers of " + torch->text + " need " +
                        std::to_string(*torch->release->gcc) + " or later",
                    "install a newer one beside it",
                    {"sudo", "apt-get", "install", "g++-" + std::to_string(*torch->release->gcc)})
             : Signs{};
}

Signs old_glibc(const Case& at)
{
  Signs signs;
  for (const Torch& torch : torches(at)) {
    if (torch.release->glibc && at.facts.glibc && *at.facts.glibc < *torch.release->glibc) {
      signs.push_back({"glibc is " + at.facts.glibc->text() + ", " + torch.where + " (" + torch.text + ") needs " +
                           torch.release->glibc->text() + " or later",
                       {other_torch()}});
    }
  }
  return signs;
}

constexpr std::string_view k_build = "PyTorch's RELEASE.md and build scripts";

constexpr std::array k_rules = {
    Rule{"torch-without-kernels",
         Blocks::torch,
         "this torch has no code for this GPU, though is_available() says true: \"no kernel image is available\"",
         "pytorch/pytorch#167244, #54053",
         no_kernels},
    Rule{"torch-newer-than-driver",
         Blocks::torch,
         "the driver is too old for this torch: \"CUDA driver version is insufficient\" (35)",
         k_build,
         old_driver},
    Rule{"torch-toolkit-without-nvtx",
         Blocks::torch,
         "LibTorch until 2.7 asks the toolkit for nvToolsExt, which is gone from 12.9 on: CMake fails",
         "pytorch/pytorch#152756",
         toolkit_without_nvtx},
    Rule{"torch-toolkit-of-other-major",
         Blocks::torch,
         "LibTorch is made for another CUDA than the active toolkit's",
         k_build,
         toolkit_of_other_major},
    Rule{"torch-for-cpu",
         Blocks::torch,
         "the LibTorch in use computes on the CPU alone",
         "pytorch/pytorch#42018",
         cpu_build},
    Rule{"torch-damaged", Blocks::torch, "a LibTorch tree is not whole", k_build, damaged},
    Rule{"torch-cuda-library-missing",
         Blocks::torch,
         "a LibTorch for CUDA lacks its CUDA library",
         "pytorch/pytorch#36437",
         no_cuda_library},
    Rule{"torch-other-architecture",
         Blocks::torch,
         "a LibTorch is made for another processor",
         "LaurentMazare/tch-rs#963",
         other_architecture},
    Rule{"torch-old-abi",
         Blocks::torch,
         "a LibTorch of the old C++ ABI: \"undefined reference to … std::__cxx11\"",
         "pytorch/pytorch#13541, #19353",
         old_abi},
    Rule{"torch-current-dangling",
         Blocks::torch,
         "/opt/libtorch/current leads to no LibTorch",
         "cudasetup",
         current_to_nowhere},
    Rule{"torch-lacks-libraries",
         Blocks::torch,
         "this LibTorch comes without libraries that it loads at its first use",
         "NixOS/nixpkgs#474676, pytorch/pytorch#183971",
         lacking},
    Rule{"torch-cmake-too-old",
         Blocks::torch,
         "CMake is too old for this LibTorch",
         "pytorch/pytorch, cmake/public/cuda.cmake",
         old_cmake},
    Rule{"torch-gcc-too-old", Blocks::torch, "the compiler is too old for this LibTorch's headers", k_build, old_gcc},
    Rule{"torch-glibc-too-old",
         Blocks::torch,
         "this torch was built for a newer system",
         "pytorch/pytorch#56576",
         old_glibc},
};

} // namespace

std::span<const Rule> torch_rules()
{
  return k_rules;
}

} // namespace cudasetup::diagnose
