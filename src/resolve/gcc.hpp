#pragma once

#include <cstdint>
#include <limits>
#include <optional>

namespace cudasetup::resolve {

/// A range of gcc majors, both ends included.
struct GccMajors {
  std::uint32_t least = 0;
  std::uint32_t most = std::numeric_limits<std::uint32_t>::max();
  bool has(std::uint32_t major) const { return least <= major && major <= most; }
};

enum class GccFit { usual, beside, none, unknown };

struct GccChoice {
  GccFit fit = GccFit::unknown;
  std::optional<std::uint32_t> major; ///< for beside: install g++-N, newest that serves
};

/// Which compiler serves @p need: the usual one, one to install beside it, or none. Unknown where neither the usual
/// compiler nor the release's packages are known.
GccChoice choose_gcc(const GccMajors& need, std::optional<std::uint32_t> usual, std::optional<GccMajors> packaged);

} // namespace cudasetup::resolve
