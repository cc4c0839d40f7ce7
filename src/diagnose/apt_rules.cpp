#include "diagnose/rules.hpp"

#include <algorithm>
#include <array>

namespace cudasetup::diagnose {

namespace {

using host::SourceFault;

/// The signs of one kind of fault; each file once.
template<SourceFault Fault> Signs look(const Case& at)
{
  Signs signs;
  for (const host::FaultySource& faulty : at.known.apt.sources) {
    std::string evidence = faulty.source.file + ": " + faulty.because;
    const bool is_told =
        std::any_of(signs.begin(), signs.end(), [&](const Sign& told) { return told.evidence == evidence; });
    if (faulty.fault == Fault && !is_told) {
      signs.push_back({std::move(evidence),
                       {hint("have it switched off, and NVIDIA's archive put back where that leaves none",
                             {"sudo", "cudasetup", "repair", "repo"})}});
    }
  }
  return signs;
}

Signs old_keyrings(const Case& at)
{
  Signs signs;
  for (const host::FaultyKeyring& keyring : at.known.apt.keyrings) {
    signs.push_back({keyring.path + ": " + keyring.because,
                     {hint("have it switched off", {"sudo", "cudasetup", "repair", "repo"})}});
  }
  return signs;
}

Signs two_kinds(const Case& at)
{
  Signs signs;
  for (const auto& [file, text] : at.known.apt.notes) {
    signs.push_back({file + ": " + text, {hint("see which source gives what", {"apt-cache", "policy"})}});
  }
  return signs;
}

constexpr std::string_view k_rotation = "NVIDIA/cuda-repo-management#4: NVIDIA changed its key on 2022-04-28";
constexpr std::string_view k_conflict = "NVIDIA/nvidia-docker#1631; Debian/apt, debmetaindex.cc";
constexpr std::string_view k_local = "NVIDIA's installation guide for Linux, local repository";

constexpr std::array k_rules = {
    Rule{"apt-sources-conflict",
         Blocks::packages,
         "two apt sources name NVIDIA's archive with different keys, and apt then refuses all sources",
         k_conflict,
         look<SourceFault::conflict>,
         Fix::by_repair},
    Rule{"apt-source-gone",
         Blocks::packages,
         "an apt source names a local installer's directory that is not there any more",
         k_local,
         look<SourceFault::gone>,
         Fix::by_repair},
    Rule{"apt-source-other-release",
         Blocks::packages,
         "an apt source of NVIDIA's is made for another Ubuntu: its packages want to replace the system's",
         "tensorflow/tensorflow#44302",
         look<SourceFault::other_release>,
         Fix::by_repair},
    Rule{"apt-key-missing",
         Blocks::packages,
         "nothing that apt trusts signs a source of NVIDIA's",
         k_rotation,
         look<SourceFault::no_key>,
         Fix::by_repair},
    Rule{"apt-key-old",
         Blocks::packages,
         "only a key that NVIDIA does not sign with any more is trusted for a source",
         k_rotation,
         look<SourceFault::wrong_key>,
         Fix::by_repair},
    Rule{"apt-key-sha1",
         Blocks::packages,
         "this apt refuses the archive's key, whose self-signature uses SHA-1",
         "NVIDIA/cuda-repo-management#39",
         look<SourceFault::refused_key>,
         Fix::by_repair},
    Rule{"apt-source-machine-learning",
         Blocks::nothing,
         "NVIDIA has given up its archive of machine-learning libraries",
         "NVIDIA/cuda-repo-management#4",
         look<SourceFault::machine_learning>,
         Fix::by_repair},
    Rule{"apt-source-doubled",
         Blocks::nothing,
         "two apt sources name the same archive of NVIDIA's",
         k_conflict,
         look<SourceFault::doubled>,
         Fix::by_repair},
    Rule{"apt-source-without-key",
         Blocks::nothing,
         "an apt source of NVIDIA's names no key, so that one which is trusted for every archive signs it",
         "apt-key(8): deprecated, removed from apt 2.9.17 to 2.9.22",
         look<SourceFault::no_signed_by>,
         Fix::by_repair},
    Rule{"apt-key-leftover",
         Blocks::nothing,
         "a key of NVIDIA's is trusted for every archive, and no source needs it",
         k_rotation,
         old_keyrings,
         Fix::by_repair},
    Rule{"apt-local-and-network",
         Blocks::nothing,
         "the same packages come from two places",
         "NVIDIA/open-gpu-kernel-modules#188",
         two_kinds},
};

} // namespace

std::span<const Rule> apt_rules()
{
  return k_rules;
}

} // namespace cudasetup::diagnose
