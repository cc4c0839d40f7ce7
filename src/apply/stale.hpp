#pragma once

#include "apply/actions.hpp"

#include <array>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

/// Archives that change while apt reads them, or give other files than their signed index describes.
namespace cudasetup::apply {

/// How long is waited before an update is tried again. NVIDIA's servers show halves of two versions for seconds.
inline constexpr std::array<std::chrono::seconds, 3> k_update_pauses = {
    std::chrono::seconds(5), std::chrono::seconds(10), std::chrono::seconds(20)};

/// Whether apt was given an index that does not fit the rest of it, as while the archive changes. Pure.
bool is_changing(std::string_view output);

/// Runs an `apt-get … update`, and again after pauses while an archive seems to change. Errors: as Tools::try_run.
base::Result<Tools::Ended> update_patiently(const effects::Effects& effects, Tools& tools, const base::Command& update);

/// Whether an installation failed because a package could not be had as the index describes it. Pure.
bool failed_to_fetch(std::string_view output);

/// Fetches the packages that an `apt-get … install` lacks into apt's archives, each by its address and the digest of
/// the index that apt has checked. The result is how many; 0 where there are none that can be fetched so. Errors: those
/// of a download, with nothing left of what is not whole.
base::Result<std::size_t> fetch_packages(Workbench& bench, const base::Command& install);

} // namespace cudasetup::apply
