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

/// Which GPUs and drivers the machines have.
enum class Extent {
  issue, ///< one GPU a capability, module and last branch; no driver, and the latest of every branch
  wide,  ///< also every pair of architectures in one machine, GPUs named sm_XX, containers
};

/// Ubuntu 16.04 to 26.04 and WSL on each × architecture × GPUs × driver present.
std::vector<HostCell> hosts_of(const manifest::Manifest& manifest, Extent extent);

/// Every CUDA release, auto, latest and none × every torch release, auto, latest and none.
std::vector<RequestCell> requests_of(const Rows& rows);

/// One request of the same two axes and of everything else that can be asked, drawn with @p random: method, driver,
/// module, profile, ABI, digests, platform, Python.
RequestCell draw_request(const Rows& rows, std::mt19937_64& random);

} // namespace cudasetup::matrix
