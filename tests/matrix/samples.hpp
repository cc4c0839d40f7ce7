#pragma once

#include "built_in/built_in.hpp"
#include "matrix/check.hpp"

#include <set>
#include <string>

/// What the oracle's own tests are made of.
namespace cudasetup::matrix {

using Rules = std::set<std::string>;

inline Rules rules_of(const std::vector<Breach>& breaches)
{
  Rules rules;
  for (const Breach& breach : breaches) {
    rules.insert(breach.rule);
  }
  return rules;
}

inline base::Version v(std::string_view text)
{
  return *base::Version::parse(text);
}

inline const manifest::Manifest& known()
{
  static const manifest::Manifest k_manifest = built_in::manifest();
  return k_manifest;
}

inline const manifest::CudaRelease* cuda(std::string_view version)
{
  return known().find_cuda(v(version));
}

inline const manifest::TorchBuild* build(std::string_view version, std::string_view platform)
{
  for (const manifest::TorchBuild& candidate : known().find_torch(v(version))->builds) {
    if (candidate.platform == platform) {
      return &candidate;
    }
  }
  return nullptr;
}

/// An Ubuntu on amd64 with one GPU, or none. Its apt uses no archive of Ubuntu's, so that drivers are NVIDIA's.
inline host::HostFacts facts_of(const std::string& ubuntu, const std::string& gpu)
{
  host::HostFacts facts;
  facts.os = {"ubuntu", "", ubuntu, "Ubuntu " + ubuntu, ""};
  facts.arch = base::Arch::amd64;
  facts.pci_readable = true;
  facts.ubuntu_archive.is_known = true;
  if (!gpu.empty()) {
    facts.gpus.push_back({"", base::PciId::parse(gpu), base::ComputeCapability::parse_sm(gpu), ""});
  }
  return facts;
}

} // namespace cudasetup::matrix
