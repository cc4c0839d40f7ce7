#include "resolve/driver_offer.hpp"

#include "resolve/driver_packages.hpp"

#include <algorithm>
#include <cstdint>
#include <utility>

namespace cudasetup::resolve {

namespace {

std::pair<std::uint32_t, std::uint32_t> minor_of(const base::Version& version)
{
  return {version.major_part(), version.minor_part()};
}

void sort_oldest_first(std::vector<DriverOffer>& offers)
{
  std::stable_sort(
      offers.begin(), offers.end(), [](const DriverOffer& a, const DriverOffer& b) { return *a.version < *b.version; });
  const auto end = std::unique(offers.begin(), offers.end(), [](const DriverOffer& a, const DriverOffer& b) {
    return *a.version == *b.version;
  });
  offers.erase(end, offers.end());
}

/// Newest versions of the branches between the oldest and the newest offered, as far as they are not offered.
void add_branches_between(const manifest::Manifest& manifest, std::vector<DriverOffer>& offers)
{
  if (offers.empty()) {
    return;
  }
  const std::uint32_t oldest = offers.front().version->major_part();
  const std::uint32_t newest = offers.back().version->major_part();
  for (const manifest::DriverBranch& branch : manifest.drivers) {
    if (branch.latest && oldest <= branch.branch && branch.branch <= newest) {
      offers.push_back({&*branch.latest, can_be_held(manifest, branch.branch), false});
    }
  }
  sort_oldest_first(offers);
}

} // namespace

std::vector<DriverOffer> drivers_in(const manifest::Manifest& manifest, const manifest::Archive* archive)
{
  std::vector<DriverOffer> offers;
  if (archive == nullptr) {
    return offers;
  }
  offers.reserve(manifest.cuda.size() + manifest.drivers.size());
  for (const manifest::CudaRelease& release : manifest.cuda) {
    if (release.bundled_driver && carries(*archive, release.version).value_or(false)) {
      offers.push_back({&*release.bundled_driver, can_be_held(manifest, release.bundled_driver->major_part()), true});
    }
  }
  sort_oldest_first(offers);
  add_branches_between(manifest, offers);
  return offers;
}

std::optional<bool> carries(const manifest::Archive& archive, const base::Version& version)
{
  if (!archive.oldest_cuda || !archive.newest_cuda) {
    return std::nullopt;
  }
  return *archive.oldest_cuda <= version && minor_of(version) <= minor_of(*archive.newest_cuda);
}

} // namespace cudasetup::resolve
