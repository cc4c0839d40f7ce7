#include "unit/diagnose/machine.hpp"

#include "host/paths.hpp"

namespace cudasetup::diagnose::test {

namespace {

void add_other_toolkit(Machine& at)
{
  at.facts.toolkits.push_back({"/usr/local/cuda-11.8", version("11.8.0"), true});
}

void use_toolkit(Machine& at, const std::string& minor, std::string_view number)
{
  at.facts.toolkits = {{"/usr/local/cuda-" + minor, version(number), true}};
  at.facts.active_toolkit = "/usr/local/cuda-" + minor;
}

} // namespace

const std::vector<RuleCase>& toolkit_cases()
{
  static const std::vector<RuleCase> cases = {
      {"toolkit-newer-than-driver",
       [](Machine& at) { at.use_driver("470.256.02"); },
       [](Machine& at) { at.use_driver("525.60.13"); }},
      {"toolkit-dropped-gpu",
       [](Machine& at) {
         at.use_gpu("10de:1db1");
         use_toolkit(at, "13.0", "13.0.2");
       },
       [](Machine& at) { use_toolkit(at, "13.0", "13.0.2"); }},
      {"toolkit-older-than-gpu",
       [](Machine& at) { at.use_gpu("10de:2b85"); },
       [](Machine& at) { at.use_gpu("10de:2335"); }},
      {"gcc-out-of-range",
       [](Machine& at) { at.facts.gcc = version("14.2.0"); },
       [](Machine& at) {
         at.facts.gcc = version("14.2.0");
         at.facts.files[std::string(host::k_environment_file)] = "export NVCC_PREPEND_FLAGS='-ccbin /usr/bin/g++-13'\n";
       }},
      {"gcc-missing",
       [](Machine& at) {
         at.facts.gcc.reset();
         at.facts.packages.erase("g++");
       },
       [](Machine& at) {
         at.facts.gcc.reset();
         at.facts.toolkits.front().has_nvcc = false;
       }},
      {"glibc-too-new",
       [](Machine& at) { at.facts.glibc = version("2.42"); },
       [](Machine& at) { at.facts.glibc = version("2.41"); }},
      {"cuda-link-dangling",
       [](Machine& at) { at.facts.active_toolkit.reset(); },
       [](Machine& at) {
         at.facts.active_toolkit.reset();
         at.details.has_cuda_link = false;
       }},
      {"cuda-link-is-directory",
       [](Machine& at) { at.details.cuda_is_directory = true; },
       [](Machine& at) { at.facts.active_toolkit = "/usr/local/cuda"; }},
      {"toolkit-headers-missing",
       [](Machine& at) { at.details.toolkits_without_headers = {"/usr/local/cuda-12.4"}; },
       [](Machine& at) {
         at.details.toolkits_without_headers = {"/usr/local/cuda-12.4"};
         at.facts.toolkits.front().has_nvcc = false;
       }},
      {"toolkit-without-version",
       [](Machine& at) { at.facts.toolkits.front().version.reset(); },
       [](Machine& at) { at.facts.toolkits.front().version = version("99.1"); }},
      {"libtinfo5-missing",
       [](Machine& at) {
         add_other_toolkit(at);
         at.facts.toolkits.back() = {"/usr/local/cuda-11.1", version("11.1.1"), true};
         at.details.toolkits_with_gdb = {"/usr/local/cuda-11.1"};
       },
       [](Machine& at) {
         add_other_toolkit(at);
         at.facts.toolkits.back() = {"/usr/local/cuda-11.1", version("11.1.1"), true};
         at.details.toolkits_with_gdb = {"/usr/local/cuda-11.1", "/usr/local/cuda-12.4"};
         at.install("cuda-gdb-11-1", "11.1.105-1");
       }},
      {"path-other-toolkit",
       [](Machine& at) {
         add_other_toolkit(at);
         at.details.nvcc_in_path = "/usr/local/cuda-11.8/bin/nvcc";
       },
       add_other_toolkit},
      {"path-without-nvcc",
       [](Machine& at) {
         at.details.nvcc_in_path.reset();
         at.details.named.clear();
       },
       [](Machine& at) { at.details.nvcc_in_path.reset(); }},
      {"library-path-other-toolkit",
       [](Machine& at) {
         add_other_toolkit(at);
         at.details.variables["LD_LIBRARY_PATH"] = "/opt/x:/usr/local/cuda-11.8/lib64";
       },
       [](Machine& at) { at.details.variables["LD_LIBRARY_PATH"] = "/opt/x:/usr/local/cuda-12.4/lib64"; }},
      {"library-path-stubs",
       [](Machine& at) { at.details.variables["LD_LIBRARY_PATH"] = "/usr/local/cuda/lib64/stubs"; },
       [](Machine& at) { at.details.variables["LD_LIBRARY_PATH"] = "/usr/local/cuda/lib64"; }},
      {"cuda-home-other-toolkit",
       [](Machine& at) { at.details.variables["CUDA_HOME"] = "/usr/local/cuda-11.8"; },
       [](Machine& at) { at.details.variables["CUDA_HOME"] = "/usr/local/cuda"; }},
      {"profile-names-missing",
       [](Machine& at) {
         at.details.named.push_back({"/etc/profile.d/c.sh", "/usr/local/cuda-9.0", false});
       },
       [](Machine& at) {
         at.details.named.push_back({"/etc/ld.so.conf.d/c.conf", "/usr/local/cuda-9.0", false});
       }},
      {"loader-names-missing",
       [](Machine& at) {
         at.details.named.push_back({"/etc/ld.so.conf.d/c.conf", "/usr/local/cuda-9.0", false});
       },
       [](Machine& at) {
         at.details.named.push_back({"/etc/ld.so.conf.d/c.conf", "/usr/local/cuda-12.4", true});
       }},
  };
  return cases;
}

const std::vector<RuleCase>& torch_cases()
{
  static const std::vector<RuleCase> cases = {
      {"torch-without-kernels",
       [](Machine& at) {
         at.use_gpu("10de:2204");
         at.use_torch("1.7.1+cu102");
       },
       [](Machine& at) {
         at.use_gpu("10de:2204");
         at.use_torch("1.7.1+cu110");
       }},
      {"torch-newer-than-driver",
       [](Machine& at) { at.use_driver("520.61.05"); },
       [](Machine& at) { at.use_driver("525.60.13"); }},
      {"torch-toolkit-without-nvtx",
       [](Machine& at) { use_toolkit(at, "12.9", "12.9.1"); },
       [](Machine& at) { use_toolkit(at, "12.8", "12.8.1"); }},
      {"torch-toolkit-of-other-major",
       [](Machine& at) { at.use_torch("2.6.0+cu118"); },
       [](Machine& at) {
         at.use_torch("2.6.0+cu118");
         at.facts.toolkits.front().has_nvcc = false;
       }},
      {"torch-for-cpu",
       [](Machine& at) { at.use_torch("1.7.1+cpu"); },
       [](Machine& at) {
         at.use_torch("1.7.1+cpu");
         at.be_container();
       }},
      {"torch-damaged",
       [](Machine& at) { at.details.torch.front().libraries.erase("libc10.so"); },
       [](Machine& at) { at.details.torch.front().libraries.erase("libtorch_cuda.so"); }},
      {"torch-cuda-library-missing",
       [](Machine& at) { at.details.torch.front().libraries.erase("libtorch_cuda.so"); },
       [](Machine& at) {
         at.details.torch.front().libraries.erase("libtorch_cuda.so");
         at.use_torch("1.7.1+cpu");
       }},
      {"torch-other-architecture",
       [](Machine& at) { at.details.torch.front().arch = base::Arch::arm64; },
       [](Machine& at) { at.details.torch.front().arch.reset(); }},
      {"torch-old-abi",
       [](Machine& at) { at.details.torch.front().is_pre_cxx11 = true; },
       [](Machine& at) {
         at.details.torch.front().is_pre_cxx11 = true;
         at.details.torch.front().directory += "-pre-cxx11";
       }},
      {"torch-current-dangling",
       [](Machine& at) { at.facts.current_libtorch.reset(); },
       [](Machine& at) {
         at.facts.current_libtorch.reset();
         at.details.has_current_libtorch_link = false;
       }},
      {"torch-lacks-libraries",
       [](Machine& at) {
         manifest::MissingLibraries missing;
         missing.names = "cuDNN";
         missing.packages = {{"libcudnn9-cuda-12", ""}};
         at.manifest.torch[2].builds[0].lacks = {{missing}};
       },
       [](Machine& at) {
         manifest::MissingLibraries missing;
         missing.names = "cuDNN";
         missing.packages = {{"libcudnn9-cuda-12", ""}};
         at.manifest.torch[2].builds[0].lacks = {{missing}};
         at.install("libcudnn9-cuda-12", "9.1.0");
       }},
      {"torch-cmake-too-old",
       [](Machine& at) { at.facts.cmake = version("3.16.3"); },
       [](Machine& at) {
         at.facts.cmake = version("3.16.3");
         at.use_torch("1.7.1+cu110");
       }},
      {"torch-gcc-too-old",
       [](Machine& at) {
         at.manifest.torch[2].gcc = 11;
         at.facts.gcc = version("9.4.0");
       },
       [](Machine& at) { at.manifest.torch[2].gcc = 11; }},
      {"torch-glibc-too-old",
       [](Machine& at) {
         at.use_torch("2.7.1+cu128");
         at.facts.glibc = version("2.27");
       },
       [](Machine& at) {
         at.use_torch("2.7.1+cu128");
         at.facts.glibc = version("2.28");
       }},
  };
  return cases;
}

} // namespace cudasetup::diagnose::test
