#pragma once

#include "host/facts.hpp"
#include "manifest/types.hpp"
#include "resolve/driver_offer.hpp"
#include "resolve/findings.hpp"
#include "resolve/gpu.hpp"
#include "resolve/ubuntu_offer.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace cudasetup::resolve {

/// Where the result will run: on a machine of its own, or where the driver belongs to somebody else.
enum class Place { machine, container, wsl };

/// The machine to serve, in the manifest's terms. Points into the manifest and the facts it was made from.
struct Target {
  const host::HostFacts* facts = nullptr;
  const manifest::UbuntuRelease* ubuntu = nullptr; ///< null: not an Ubuntu that is known (then refused)
  std::optional<base::Arch> arch;
  std::string os; ///< NVIDIA's directory name: ubuntu2204, or wsl-ubuntu
  const manifest::Archive* archive = nullptr;
  Place place = Place::machine;
  std::vector<TargetGpu> gpus;
  const host::LoadedDriver* driver = nullptr; ///< loaded, or loaded by the next reboot; null: none is
  bool driver_waits = false;                  ///< for that reboot
  std::vector<DriverOffer> drivers;           ///< what the network archive has
  std::vector<UbuntuDriver> ubuntu_drivers;   ///< what Ubuntu's archive has
  std::optional<base::Version> glibc;
  std::optional<std::uint32_t> gcc;    ///< major of the default compiler, installed or to be installed
  std::optional<base::Version> python; ///< the one that is there, else the one its release would install
  Findings findings;                   ///< what is wrong or unsure about the machine itself
};

/// Looks the machine up. What makes it unfit (another system, Jetson, unknown architecture or GPU) is in `findings`.
Target find_target(const manifest::Manifest& manifest, const host::HostFacts& facts);

/// The record of the Ubuntu release (never WSL's); null when the manifest has none.
const manifest::UbuntuRelease* find_release(const manifest::Manifest& manifest, const host::OsRelease& os);

/// The nearest Ubuntu release to name to somebody who has something else; null for an empty manifest.
const manifest::UbuntuRelease* nearest_release(const manifest::Manifest& manifest, const host::OsRelease& os);

} // namespace cudasetup::resolve
