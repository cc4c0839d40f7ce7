#pragma once

#include "plan/plan.hpp"

#include <string>
#include <string_view>
#include <vector>

/// What the parts of the planner share. Only src/plan/ includes this.
namespace cudasetup::plan {

/// Everything a plan is made from.
struct Input {
  const resolve::Request& request;
  const resolve::Resolution& resolution;
  const host::HostFacts& facts;
  const Settings& settings;
};

/// Downloads go here, readable by root alone.
inline constexpr std::string_view k_cache = "/var/cache/cudasetup";

/// A path below the cache.
std::string in_cache(std::string_view name);

enum class Presence { absent, present };

/// Whether dpkg has @p package configured, at its version where it names one.
Presence presence_of(const host::HostFacts& facts, const manifest::AptPackage& package);
Presence presence_of(const host::HostFacts& facts, std::string_view name);
/// Whether all of them are.
Presence presence_of(const host::HostFacts& facts, const std::vector<manifest::AptPackage>& packages);
/// Whether the file is known to hold exactly this.
Presence presence_of_file(const host::HostFacts& facts, std::string_view path, std::string_view content);

/// Whether a keyring that a source names is there.
Presence presence_of_keyring(const host::HostFacts& facts, std::string_view path);

/// The address on NVIDIA's host, or on the mirror that stands for it.
base::Url nvidia_address(const Input& input, const base::Url& url);
/// The address on PyTorch's host, or on the mirror that stands for it.
base::Url pytorch_address(const Input& input, const base::Url& url);

/// A fetch of @p file from @p url into the cache; @p md5_list vouches for it where the manifest has no digest.
Download download_of(const manifest::RemoteFile& file, const base::Url& url, const std::optional<Md5List>& md5_list);
/// How the download is checked, for people.
std::string check_of(const Download& download);

/// `name=version`, or `name` where no version is known.
std::string apt_text(const manifest::AptPackage& package);
std::vector<std::string> apt_texts(const std::vector<manifest::AptPackage>& packages);

/// Whether what is installed becomes a layer of an image: kept whole or not at all, and meant to be small. Not a system
/// container (LXC, systemd-nspawn), which lives on as a machine does.
bool is_image(const Input& input);
/// `apt-get install` that asks nothing, keeps changed configuration files and never downgrades. In an image Recommends
/// are left out whatever is said, and dpkg does not sync each file (--force-unsafe-io, dpkg(1)).
Run apt_install(const Input& input, const std::vector<std::string>& packages, Recommends recommends);
/// `apt-get update`; a list that cannot be read is no failure here, but where a package of it is asked for.
Run apt_update();
Run run(std::vector<std::string> argv);

/// "a, b and c"
std::string enumerate(const std::vector<std::string>& words);

} // namespace cudasetup::plan
