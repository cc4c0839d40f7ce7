#include "host/json.hpp"

#include <gtest/gtest.h>

namespace cudasetup::host {
namespace {

HostFacts full_facts()
{
  HostFacts facts;
  facts.os = {"ubuntu", "debian", "22.04", "Ubuntu 22.04.5 LTS", "jammy"};
  facts.arch = base::Arch::amd64;
  facts.kernel = "6.8.0-41-generic";
  facts.gpus = {{"0000:01:00.0", base::PciId{0x10de, 0x1eb8}, std::nullopt, "nvidia"},
                {"", std::nullopt, base::ComputeCapability{7, 5}, ""}};
  facts.pci_readable = true;
  facts.driver = LoadedDriver{*base::Version::parse("455.32.00"), ModuleFlavour::proprietary};
  facts.toolkits = {{"/usr/local/cuda-11.1", base::Version::parse("11.1.1"), true}};
  facts.active_toolkit = "/usr/local/cuda-11.1";
  facts.libtorch = {{"/opt/libtorch/1.7.1+cu110", "1.7.1+cu110"}};
  facts.glibc = base::Version::parse("2.35");
  facts.packages = {{"cuda-toolkit-11-1", {"11.1.1-1", false}}};
  facts.nvidia_sources = {{"f", "deb u /", "u", "k"}};
  facts.nvidia_sources.front().is_gone = true;
  facts.keyrings = {{"k", {{"0123", base::Binding::sha1}}}};
  facts.apt_refuses_sha1 = true;
  facts.pins = {{"f", "*", "release l=NVIDIA CUDA", 600}};
  facts.holds = {"cuda-toolkit-11-1"};
  facts.container = Container::systemd_nspawn;
  facts.file_systems = {{"/", 1000, 7}};
  facts.memory_bytes = 2048;
  facts.files = {{"/etc/apt/preferences.d/cuda-repository-pin-600", "Package: *\n"}};
  return facts;
}

TEST(FactsJson, SaysEveryFact)
{
  EXPECT_EQ(
      json::write(to_json(full_facts()), json::Layout::compact),
      R"({"os":{"id":"ubuntu","id_like":"debian","version_id":"22.04","name":"Ubuntu 22.04.5 LTS","ubuntu_codename":"jammy"},)"
      R"("arch":"amd64","kernel":"6.8.0-41-generic",)"
      R"("gpus":[{"address":"0000:01:00.0","id":"10de:1eb8","capability":null,"bound_driver":"nvidia"},)"
      R"({"address":"","id":null,"capability":"7.5","bound_driver":""}],)"
      R"("pci_readable":true,"driver":{"version":"455.32.00","module":"proprietary"},)"
      R"("container":"systemd-nspawn","wsl":false,"jetson":false,)"
      R"("toolkits":[{"directory":"/usr/local/cuda-11.1","version":"11.1.1","has_nvcc":true}],)"
      R"("active_toolkit":"/usr/local/cuda-11.1",)"
      R"("libtorch":[{"directory":"/opt/libtorch/1.7.1+cu110","build_version":"1.7.1+cu110"}],"current_libtorch":null,)"
      R"("glibc":"2.35","gcc":null,"cmake":null,"python":null,"apt":null,"dpkg":null,)"
      R"("packages":{"cuda-toolkit-11-1":{"version":"11.1.1-1","configured":false}},)"
      R"("nvidia_sources":[{"file":"f","line":"deb u /","uri":"u","signed_by":"k","gone":true}],"nvidia_keyrings":[],)"
      R"("keyrings":[{"path":"k","keys":[{"fingerprint":"0123","sha1":true}]}],"apt_refuses_sha1":true,)"
      R"("pins":[{"file":"f","package":"*","pin":"release l=NVIDIA CUDA","priority":600}],)"
      R"("holds":["cuda-toolkit-11-1"],"dpkg_audit":[],)"
      R"("files":{"/etc/apt/preferences.d/cuda-repository-pin-600":"Package: *\n"},)"
      R"("is_root":false,"file_systems":[{"path":"/","free_bytes":1000,"device":7}],"memory_bytes":2048})");
}

TEST(FactsJson, EmptyCollectionsKeepTheirKind)
{
  const json::Value value = to_json({});
  EXPECT_EQ(value.find("packages")->type(), json::Type::object);
  EXPECT_EQ(value.find("gpus")->type(), json::Type::array);
  EXPECT_TRUE(value.find("driver")->is_null());
  EXPECT_TRUE(value.find("arch")->is_null());
  EXPECT_TRUE(value.find("memory_bytes")->is_null());
}

TEST(FactsJson, MeasuresCanBeLeftOut)
{
  HostFacts later = full_facts();
  later.file_systems[0].free_bytes = 5;
  later.memory_bytes = 1;
  later.is_root = true;
  EXPECT_NE(to_json(full_facts()), to_json(later));
  EXPECT_EQ(to_json(full_facts(), Measures::left_out), to_json(later, Measures::left_out));
}

} // namespace
} // namespace cudasetup::host
