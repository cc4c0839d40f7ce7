#pragma once

#include "matrix/possible.hpp"

#include <cstdint>
#include <random>
#include <string>
#include <vector>

namespace cudasetup::matrix {

/// A value with the words of the command line that make it.
template<class T> struct Spelled {
  T value;
  std::string words;
};

struct HostCell {
  host::HostFacts facts;
  std::string words; ///< --os ubuntu22.04 --arch amd64 --gpu 10de:2b85 --driver-present none
};

struct RequestCell {
  resolve::Request request;
  std::string words; ///< --cuda 11.8.0 --torch none
  Asked asked;
};

using Gpus = Spelled<std::vector<host::GpuDevice>>;

/// Which machines.
enum class Extent {
  /// One GPU a capability, module and last branch; no driver, and two of the branches' latest, drawn with the seed.
  whole,
  /// Every branch's latest driver; also the oldest and newest GPU of each kind, every pair of architectures in one
  /// machine,
  /// GPUs named sm_XX, containers.
  wide,
};

/// Ubuntu 16.04 to 26.04, in WSL or not × architecture × GPUs × driver present.
class Hosts {
public:
  Hosts(const manifest::Manifest& manifest, Extent extent, std::uint64_t seed);

  std::size_t size() const { return m_systems.size() * m_gpus.size() * m_drivers_a_machine; }
  HostCell at(std::size_t index) const;

private:
  std::vector<HostCell> m_systems;
  std::vector<Gpus> m_gpus;
  std::vector<Spelled<std::optional<base::Version>>> m_drivers; ///< the first is none
  std::size_t m_drivers_a_machine;
  std::uint64_t m_seed;
};

/// Every CUDA release, auto, latest and none × every torch release, auto, latest and none.
std::vector<RequestCell> requests_of(const Rows& rows);

/// One request of the same two axes and of everything else that can be asked, drawn with @p random: method, driver,
/// module, profile, ABI, digests, platform, Python.
RequestCell draw_request(const Rows& rows, std::mt19937_64& random);

} // namespace cudasetup::matrix
