#include "resolve/gcc.hpp"

#include <algorithm>
#include <array>

namespace cudasetup::resolve {

namespace {

struct Row {
  std::uint32_t ubuntu; ///< year of the release
  GccMajors majors;
};

constexpr std::array<Row, 6> k_rows = {{
    {16, {5, 5}}, // 4.7 to 4.9 as well, which no toolkit here wants
    {18, {5, 8}},
    {20, {7, 10}},
    {22, {9, 12}},
    {24, {9, 14}},
    {26, {11, 15}},
}};

} // namespace

std::optional<GccMajors> packaged_gcc(const base::Version& ubuntu)
{
  const auto row =
      std::find_if(k_rows.begin(), k_rows.end(), [&](const Row& known) { return known.ubuntu == ubuntu.major_part(); });
  return row != k_rows.end() && ubuntu.minor_part() == 4 ? std::optional(row->majors) : std::nullopt;
}

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
