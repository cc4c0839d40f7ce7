#pragma once

#include "host/facts.hpp"
#include "support/sample_knowledge.hpp"

#include <initializer_list>
#include <string>
#include <string_view>

namespace cudasetup::test::knowledge {

/// An amd64 Ubuntu machine without driver, with the GPUs named by PCI id or as sm_XX.
inline host::HostFacts sample_host(const std::string& ubuntu, std::initializer_list<std::string_view> gpus = {})
{
  host::HostFacts facts;
  facts.os.id = "ubuntu";
  facts.os.version_id = ubuntu;
  facts.os.name = "Ubuntu " + ubuntu;
  facts.arch = base::Arch::amd64;
  facts.pci_readable = true;
  for (const std::string_view name : gpus) {
    host::GpuDevice device;
    if (const auto sm = base::ComputeCapability::parse_sm(name)) {
      device.capability = sm;
    } else {
      device.id = pci_id(name);
      device.address = "0000:01:00.0";
    }
    facts.gpus.push_back(std::move(device));
  }
  return facts;
}

} // namespace cudasetup::test::knowledge
