#include "unit/diagnose/machine.hpp"

namespace cudasetup::diagnose::test {

const std::vector<RuleCase>& place_cases()
{
  static const std::vector<RuleCase> cases = {
      {"system-not-served",
       [](Machine& at) {
         at.facts.os = {"fedora", "", "43", "Fedora 43", ""};
       },
       [](Machine& at) { at.facts.os = {}; }},
      {"jetson", [](Machine& at) { at.facts.jetson = true; }, [](Machine& at) { at.facts.arch = base::Arch::arm64; }},
      {"wsl-1",
       [](Machine& at) {
         at.be_wsl();
         at.facts.kernel = "4.4.0-19041-Microsoft";
       },
       [](Machine& at) { at.be_wsl(); }},
      {"wsl-linux-driver",
       [](Machine& at) {
         at.be_wsl();
         at.install("libnvidia-compute-580", "580.95.05-0ubuntu0.22.04.1");
       },
       [](Machine& at) { at.be_wsl(); }},
      {"wsl-no-gpu",
       [](Machine& at) {
         at.be_wsl();
         at.details.device_files->clear();
       },
       [](Machine& at) {
         at.be_wsl();
         at.details.device_files.reset();
       }},
      {"wsl-system-libraries",
       [](Machine& at) {
         at.be_wsl();
         at.details.variables["LD_LIBRARY_PATH"] = "/opt/x/lib:/usr/lib/x86_64-linux-gnu";
       },
       [](Machine& at) { at.details.variables["LD_LIBRARY_PATH"] = "/usr/lib/x86_64-linux-gnu"; }},
      {"wsl-ubuntu-toolkit",
       [](Machine& at) {
         at.be_wsl();
         at.install("nvidia-cuda-toolkit", "11.5.1");
       },
       [](Machine& at) { at.install("nvidia-cuda-toolkit", "11.5.1"); }},
      {"container-kernel-driver",
       [](Machine& at) {
         at.be_container();
         at.install("nvidia-dkms-580", "580.95.05-0ubuntu0.22.04.1");
       },
       [](Machine& at) { at.be_given_gpu(); }},
      {"container-without-gpu",
       [](Machine& at) {
         at.be_container();
         at.facts.driver = host::LoadedDriver{version("580.95.05"), host::ModuleFlavour::open};
       },
       [](Machine& at) { at.be_container(); }},
      {"container-driver-library",
       [](Machine& at) {
         at.be_given_gpu();
         at.details.libraries = {{"/usr/lib/x86_64-linux-gnu/libcuda.so.535.309.01", version("535.309.01")}};
         at.install("libnvidia-compute-535", "535.309.01-0ubuntu0.22.04.1");
       },
       [](Machine& at) {
         at.be_given_gpu();
         at.install("libnvidia-compute-580", "580.95.05-0ubuntu0.22.04.1");
       }},
      {"docker-runtime-missing",
       [](Machine& at) { at.details.has_docker_nvidia = true; },
       [](Machine& at) {
         at.details.has_docker_nvidia = true;
         at.details.has_container_runtime = true;
       }},
  };
  return cases;
}

} // namespace cudasetup::diagnose::test
