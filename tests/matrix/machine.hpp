#pragma once

#include "host/facts.hpp"
#include "manifest/types.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// The whole matrix of requests and machines, with an oracle that knows the rules from the collected facts and nothing
/// of how `src/resolve` comes to its answer.
namespace cudasetup::matrix {

enum class Place { machine, container, wsl };

/// A GPU to serve. Unknown is nullopt.
struct Card {
  std::string name;
  std::optional<base::ComputeCapability> capability;
  manifest::KernelModule module = manifest::KernelModule::either;
  std::optional<std::uint32_t> first_branch;
  std::optional<std::uint32_t> last_branch;
};

/// Whether it is one of Jetson's own (torch/gotchas.md 14).
bool is_jetsons(base::ComputeCapability capability);

/// A machine in the manifest's terms. Points into both, which must outlive it.
struct Machine {
  const manifest::Manifest* manifest = nullptr;
  const host::HostFacts* facts = nullptr;
  const manifest::UbuntuRelease* ubuntu = nullptr; ///< null: none that the manifest knows
  const manifest::Archive* archive = nullptr;      ///< null: NVIDIA has none for it
  base::Arch arch = base::Arch::amd64;
  std::string os; ///< NVIDIA's directory: ubuntu2204, wsl-ubuntu
  Place place = Place::machine;
  std::vector<Card> cards;
  std::optional<base::Version> driver; ///< loaded
  std::optional<base::Version> glibc;
  std::optional<std::uint32_t> gcc; ///< major of the usual compiler
  std::optional<base::Version> python;
  /// False where nothing may be installed at all: no Ubuntu LTS from 18.04 on (the oldest that cudasetup serves), a
  /// Jetson, a GPU that the manifest does not have or that is too old for every CUDA in it.
  bool fit = false;
};

Machine look_at(const manifest::Manifest& manifest, const host::HostFacts& facts);

} // namespace cudasetup::matrix
