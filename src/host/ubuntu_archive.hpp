#pragma once

#include "base/hardware.hpp"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

/// Ubuntu's own archive, as apt on the machine knows it.
namespace cudasetup::host {

struct InstalledPackage;

/// A source of Ubuntu's archive that apt uses: an address and a suite (noble, noble-updates).
struct UbuntuSource {
  std::string uri;
  std::string suite;
  std::vector<std::string> components; ///< main, restricted, universe, multiverse
  std::string signed_by;               ///< a keyring's path; empty: none is named; "(in the file)"
  bool operator==(const UbuntuSource&) const = default;
};

/// A package in apt's lists of Ubuntu's archive: the newest that is there.
struct ListedPackage {
  std::string version;
  std::string component;
  std::string becomes; ///< of a transitional one: the package that it installs
  /// Of a kernel's modules: the newest version of nvidia-kernel-common that they go with; empty: any.
  std::string at_most;
  /// Of a flavour's modules, which come anew with each kernel: the kernel that they are for today; empty: of others.
  std::string kernel;
  bool operator==(const ListedPackage&) const = default;
};

struct UbuntuArchive {
  bool is_known = false; ///< whether apt's sources were looked at: not of a machine that is only planned for
  std::vector<UbuntuSource> sources;
  /// Components whose lists of driver packages were read; what is not in `packages` of these is not in the archive.
  std::set<std::string> listed;
  /// nvidia-driver-*, nvidia-fabricmanager-*, and linux-modules-nvidia-* for the kernels that matter.
  std::map<std::string, ListedPackage> packages;

  /// Whether apt uses a component of the release; nullopt: not known.
  std::optional<bool> has_component(std::string_view component) const;
};

/// The sources of Ubuntu's archive of @p codename (its release, updates and security) in a file of the one-line form.
std::vector<UbuntuSource> parse_ubuntu_lines(std::string_view text, std::string_view codename);
/// The same in a file of the deb822 form.
std::vector<UbuntuSource> parse_ubuntu_stanzas(std::string_view text, std::string_view codename);

/// The component that a file of /var/lib/apt/lists is about, where it lists binary packages of Ubuntu's archive of
/// @p codename that drivers may be in: restricted or multiverse. Empty for other files, compressed ones among them.
std::string listed_component(std::string_view file, std::string_view codename, base::Arch arch);

/// Adds what a list (deb-packages in Debian's control format) has of the driver. Modules are those for one of
/// @p kernels: releases (7.0.0-43-generic) and flavours (generic-hwe-24.04). Of two versions the newer stays.
void add_listed(std::string_view list,
                const std::string& component,
                const std::vector<std::string>& kernels,
                std::map<std::string, ListedPackage>& packages);

/// The flavour of Ubuntu's kernels that the machine follows, as the installed linux-image-<flavour> tells it:
/// generic-hwe-24.04. Of several the one whose version is @p kernel's, else the newest. nullopt where none is.
std::optional<std::string> kernel_flavour(const std::map<std::string, InstalledPackage>& packages,
                                          std::string_view kernel);

/// The installed packages that bring each new kernel of a flavour, or its headers: linux-image-generic-hwe-24.04.
std::vector<std::string> kernel_metas(const std::map<std::string, InstalledPackage>& packages);

} // namespace cudasetup::host
