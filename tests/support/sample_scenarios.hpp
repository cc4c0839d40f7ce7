#pragma once

#include "support/sample_plan.hpp"

#include <functional>

namespace cudasetup::test {

/// A host and a request with a name, for tests that hold for every plan and for the golden files.
struct Scenario {
  std::string name;
  std::function<SamplePtr()> make;
};

/// A T4 in Ubuntu 18.04, which has everything still to come.
inline SamplePtr seed_sample()
{
  SamplePtr sample = sample_ubuntu("18.04", "1.6.14", k_pin_1804);
  choose_cuda(*sample, "11.1.1", "455.32.00", resolve::Method::local);
  choose_driver(*sample, "455.32.00");
  choose_torch(*sample, "1.7.1", "cu110");
  add_gpu(*sample, "10de:1eb8");
  return sample;
}

inline SamplePtr network_sample(const std::string& ubuntu, const std::string& apt, const std::string& cuda)
{
  SamplePtr sample = sample_ubuntu(ubuntu, apt);
  choose_cuda(*sample, cuda, "550.54.15", resolve::Method::network);
  add_gpu(*sample, "10de:2204");
  return sample;
}

inline SamplePtr mirror_sample()
{
  SamplePtr sample = network_sample("24.04", "2.7.14", "12.8.1");
  choose_torch(*sample, "2.7.1", "cu128");
  sample->settings.nvidia_mirror = url("http://127.0.0.1:8080/nvidia");
  sample->settings.pytorch_mirror = url("http://127.0.0.1:8080/pytorch");
  return sample;
}

inline SamplePtr runfile_sample()
{
  SamplePtr sample = sample_ubuntu("22.04", "2.4.11");
  choose_cuda(*sample, "11.1.1", "455.32.00", resolve::Method::runfile);
  sample->resolution.cuda->host_gcc = 10;
  choose_torch(*sample, "1.10.1", "cu111");
  sample->resolution.cautions.push_back({"cuda", "the default gcc is too new for this nvcc: g++-10 comes beside it"});
  add_gpu(*sample, "10de:1eb8");
  return sample;
}

inline SamplePtr container_sample()
{
  SamplePtr sample = network_sample("22.04", "2.4.11", "12.4.1");
  sample->facts.container = host::Container::docker;
  sample->facts.gpus.clear();
  choose_torch(*sample, "2.6.0", "cu124");
  sample->torch.torchvision = "0.21.0";
  sample->torch.torchaudio = "2.6.0";
  sample->resolution.python = resolve::PythonChoice{"/opt/venv"};
  sample->request.python = "/opt/venv";
  sample->resolution.reasons.push_back({"driver", "none in a container: the host brings it"});
  return sample;
}

inline SamplePtr wsl_sample()
{
  SamplePtr sample = sample_ubuntu("22.04", "2.4.11", k_pin_1804);
  sample->ubuntu.os = "wsl-ubuntu";
  manifest::Archive& archive = sample->ubuntu.archives.front();
  const std::string base = "https://developer.download.nvidia.com/compute/cuda/repos/wsl-ubuntu/x86_64/";
  archive.os = "wsl-ubuntu";
  archive.url = url(base);
  archive.keyring->url = url(base + "cuda-keyring_1.1-1_all.deb");
  archive.pin_url = url(base + "cuda-wsl-ubuntu.pin");
  choose_cuda(*sample, "12.4.1", "550.54.15", resolve::Method::network);
  sample->facts.wsl = true;
  sample->facts.pci_readable = false;
  return sample;
}

inline SamplePtr local_from_11_7_sample()
{
  SamplePtr sample = sample_ubuntu("22.04", "2.4.11");
  choose_cuda(*sample, "12.4.1", "550.54.15", resolve::Method::local);
  add_gpu(*sample, "10de:2204");
  return sample;
}

/// NVIDIA's development image: no cuda-toolkit-X-Y, yet a whole toolkit; LibTorch and its files from an earlier run.
inline SamplePtr complete_sample()
{
  SamplePtr sample = network_sample("22.04", "2.4.11", "12.4.1");
  host::HostFacts& facts = sample->facts;
  facts.toolkits.push_back({"/usr/local/cuda-12.4", version("12.4.1"), true});
  for (const char* name : {"cuda-libraries-dev-12-4", "cuda-command-line-tools-12-4", "cuda-nvcc-12-4", "g++"}) {
    facts.packages[name] = {"12.4.1-1", true};
  }
  facts.driver = host::LoadedDriver{version("550.54.15"), host::ModuleFlavour::open};
  sample->resolution.driver.action = resolve::DriverAction::keep;
  sample->resolution.driver.version = facts.driver->version;
  return sample;
}

/// A zip that lacks libraries, with a toolkit that no archive has for this Ubuntu: the archive comes for them alone.
inline SamplePtr libraries_sample()
{
  SamplePtr sample = sample_ubuntu("22.04", "2.4.11");
  choose_cuda(*sample, "13.4.2", "610.43.02", resolve::Method::runfile);
  choose_torch(*sample, "2.14.0", "cu132");
  resolve::TorchChoice& torch = *sample->resolution.torch;
  torch.packages = {{"libcudnn9-cuda-13", "9.24.0.43-1"}, {"cuda-nvrtc-13-2", ""}};
  torch.directories = {"/usr/local/cuda-13.2/targets/x86_64-linux/lib"};
  add_gpu(*sample, "10de:2b85");
  sample->resolution.gpu_names["10de:2b85"] = "NVIDIA GeForce RTX 5090";
  return sample;
}

inline std::vector<Scenario> scenarios()
{
  return {{"seed-1804-local", seed_sample},
          {"network-2004-11.8", [] { return network_sample("20.04", "2.0.10", "11.8.0"); }},
          {"network-2204-12.4", [] { return network_sample("22.04", "2.4.11", "12.4.1"); }},
          {"network-2404-12.8-mirror", mirror_sample},
          {"local-2204-12.4", local_from_11_7_sample},
          {"runfile-2204-11.1", runfile_sample},
          {"container-2204-python", container_sample},
          {"wsl-12.4", wsl_sample},
          {"libraries-2204-13.4", libraries_sample},
          {"everything-there", complete_sample}};
}

} // namespace cudasetup::test
