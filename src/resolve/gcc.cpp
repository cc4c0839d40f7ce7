#include "resolve/gcc.hpp"

#include <algorithm>

namespace cudasetup::resolve {

GccChoice choose_gcc(const GccMajors& need, std::optional<std::uint32_t> usual, std::optional<GccMajors> packaged)
{
  if (usual && need.has(*usual)) {
    return {GccFit::usual, std::nullopt};
  }
  if (!packaged) {
    return {GccFit::unknown, std::nullopt};
  }
  const std::uint32_t least = std::max(need.least, packaged->least);
  const std::uint32_t most = std::min(need.most, packaged->most);
  if (least > most) {
    return {GccFit::none, std::nullopt};
  }
  // Without knowing the usual one, the newest that serves is named to nvcc all the same.
  return {GccFit::beside, most};
}

} // namespace cudasetup::resolve
