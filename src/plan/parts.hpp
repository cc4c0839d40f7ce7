#pragma once

#include "host/apt_faults.hpp"
#include "plan/input.hpp"

#include <optional>
#include <string>
#include <vector>

/// The parts of the planner, a group of steps each. Only src/plan/ includes this.
namespace cudasetup::plan {

// --- planner.cpp

/// "sha256:…" of the manifest that a plan was made from; empty where that is not known.
std::string manifest_digest(const Settings& settings);

// --- toolkit.cpp

/// Whose toolkit of the chosen version is there.
enum class ToolkitState {
  absent,
  present, ///< the very packages, or the runfile's tree: ours or as if ours
  foreign, ///< a complete tree that came another way (an image, say): it is left as it is
};
/// Of the chosen toolkit; `absent` also where none is chosen.
ToolkitState toolkit_state(const Input& input);
/// "/usr/local/cuda-11.1"
std::string toolkit_directory(const resolve::ToolkitChoice& choice);
/// The chosen packages that apt has to be asked for: all but shared ones that are there in a newer version.
std::vector<manifest::AptPackage> toolkit_packages(const Input& input);
std::vector<Step> toolkit_steps(const Input& input);

// --- driver.cpp

/// Who ships the chosen driver packages.
enum class DriverOrigin { none, ubuntu, nvidia };
/// The driver's packages in both archives, as patterns of apt's preferences. Those of containers (libnvidia-container)
/// and of a toolkit are not among them.
inline constexpr std::string_view k_driver_packages =
    "cuda-drivers* libnvidia-cfg1* libnvidia-common* libnvidia-compute* libnvidia-decode* libnvidia-encode* "
    "libnvidia-extra* libnvidia-fbc1* libnvidia-gl* libnvidia-gpucomp* libnvidia-ifr1* nvidia-compute-utils* "
    "nvidia-dkms* nvidia-driver* nvidia-fabricmanager* nvidia-firmware* nvidia-headless* nvidia-kernel-* nvidia-open* "
    "nvidia-utils* xserver-xorg-video-nvidia*";
/// `none` where no driver has to be installed.
DriverOrigin driver_origin(const Input& input);
std::vector<Step> driver_steps(const Input& input);
/// Adds the component of Ubuntu's archive that the driver is in, where apt does not use it.
std::vector<Step> component_steps(const Input& input);
/// What DKMS builds the driver's module with: the headers of each kernel that counts and those that come with the next
/// ones, and the compiler of the kernel where the usual one is older. None where modules come built.
std::vector<std::string> module_tools(const Input& input);
/// Fills in what the simulation needs to know of these steps.
void describe_driver(const Input& input, Simulation& simulation);
/// Packages that built the driver's module here, where Ubuntu's own is to be loaded from now on: depmod finds what DKMS
/// built first, and Secure Boot may have refused that. Only where the modules' package stands for them.
std::vector<std::string> builders_in_the_way(const Input& input);

// --- driver_load.cpp

/// Whether the driver that comes, or that came since the machine was started, can be loaded without a reboot: on the
/// running system, where nothing has a GPU and Secure Boot lets the module in. One comes for the running kernel in any
/// case.
bool loads_now(const Input& input);
/// Loads it.
std::vector<Step> load_steps(const Input& input);

// --- nouveau.cpp

/// Where a driver is installed and nouveau or nova_core is loaded or has a GPU: keeps them off from the next boot on,
/// by a file of modprobe's and a new initial RAM disk. Ubuntu's packages do so for nouveau, and for nova_core only
/// since 580.126.09-0ubuntu0.24.04.2 (LP #2142443); of NVIDIA's it is not taken for granted.
std::vector<Step> nouveau_steps(const Input& input);

// --- secure_boot.cpp

/// Whether the plan has the key of the driver's module enrolled, since Secure Boot is on and the firmware neither knows
/// the key nor was asked to.
bool enrols_key(const Input& input);
/// The packages that this needs.
std::vector<std::string> enrolment_tools(const Input& input);
/// Makes the key, where it is not there, and gives it to the firmware. All of it comes before the driver: the module is
/// then signed with that key from the start, shim-signed's trigger finds nothing left to ask for, which it could not do
/// (status 1), and whatever cuts the run off leaves a key that waits, which does no harm, and no driver without one.
std::vector<Step> enrolment_steps(const Input& input);

// --- apt_source.cpp

/// NVIDIA's network archive for this machine; null where none is known.
const manifest::Archive* find_archive(const Input& input);

enum class SourceKind { none, network, local };
/// The archive of NVIDIA's that packages of this plan come from.
SourceKind source_kind(const Input& input);
/// Pin, key, source and update.
std::vector<Step> source_steps(const Input& input);
/// Fills in what the simulation needs to know of the source that `source_steps` adds.
void describe_source(const Input& input, Simulation& simulation);
/// The pin file's text where the plan writes it; empty where none has to be written or its text is not known.
std::string pin_text(const Input& input);

/// NVIDIA's network archive as its keyring package has it, and its pin; nothing where it is there.
std::vector<Step> network_source_steps(const Input& input);
/// Reads the lists again after a change of NVIDIA's source.
Step update_step(SourceKind kind);

// --- mend.cpp

/// What is wrong with apt's sources of NVIDIA's, what is done for it, and the facts as they are then.
struct Mend {
  host::AptFaults faults; ///< those that are mended, and what only a person can mend
  std::vector<SwitchedOff> switched_off;
  host::HostFacts facts;
};
/// @p harm: what is mended, from this on.
Mend plan_mend(const Input& input, host::Harm harm);
/// Switches off what is wrong; none where nothing is.
std::vector<Step> mend_steps(const Mend& mend);

// --- others.cpp

/// Those of the packages (`name=version`) that are on hold in another version.
std::vector<std::string> held_packages(const Input& input, const std::vector<std::string>& packages);
/// What others have set in apt that these packages meet: holds, with the command that ends them, and pins that name
/// them, with their file.
std::vector<resolve::Reason> cautions_of_others(const Input& input, const std::vector<std::string>& packages);

// --- local_source.cpp

/// A local installer's repository on the target system.
struct LocalSource {
  manifest::AptPackage deb;           ///< cuda-repo-ubuntu1804-11-1-local, 11.1.1-455.32.00-1
  std::string directory;              ///< /var/cuda-repo-ubuntu1804-11-1-local
  std::string list;                   ///< /etc/apt/sources.list.d/cuda-ubuntu1804-11-1-local.list
  std::string key;                    ///< 7fa2af80.pub, or cuda-*-keyring.gpg
  std::optional<std::string> keyring; ///< where an armored key is copied to; nullopt: it keeps its name
  base::Url url;
  std::string file; ///< the .deb in the cache
};
LocalSource local_source(const Input& input);
/// Fetching and unpacking the local installer, and its key.
std::vector<Step> local_source_steps(const Input& input);

// --- libtorch.cpp

Presence libtorch_presence(const Input& input);
/// What the zip lacks, as far as it is not installed.
std::vector<manifest::AptPackage> libtorch_packages(const Input& input);
std::vector<Step> libtorch_steps(const Input& input);

// --- python.cpp

/// pip's requirements of the chosen build: "torch==1.7.1+cu110", …
std::vector<std::string> python_requirements(const resolve::TorchChoice& torch);
std::vector<Step> python_steps(const Input& input);

// --- environment.cpp

/// The environment file and the loader's entry of a runfile's toolkit.
std::vector<Step> environment_steps(const Input& input);

// --- after_boot.cpp

/// The unit that verifies after the reboot, where one is needed and this program is there to be run.
std::vector<Step> after_boot_steps(const Input& input);
/// What to do where the reboot ends badly: on a desktop, nothing on the screen.
std::vector<resolve::Reason> after_boot_cautions(const Input& input);

// --- holds.cpp

/// Lets go what an earlier run holds and this one changes; the simulation can only follow it.
inline constexpr std::string_view k_release_step = "release-holds";
std::vector<Step> release_steps(const Input& input);
/// The packages that it lets go.
std::vector<std::string> released_packages(const Input& input);
/// Holds what is to be held: of a driver all its packages, as some of them would let others go on alone. Where its
/// module comes built, the kernel's meta packages as well: modules for the next kernel are built for the driver of that
/// day.
std::vector<Step> hold_steps(const Input& input);

// --- planner.cpp

/// Whether a new module is loaded by the next boot alone, since nouveau or an older module holds the GPU until then, or
/// the firmware has to be told its key.
bool needs_reboot(const Input& input);

// --- prerequisites.cpp

/// The step that installs what fetching over https needs; the simulation can only follow it.
inline constexpr std::string_view k_certificates_step = "apt-install-certificates";

/// The step that lets dpkg finish what it was cut off at; nothing else of apt's works before.
inline constexpr std::string_view k_finish_step = "finish-dpkg";
/// That step, where dpkg has unfinished work.
std::vector<Step> finish_steps(const Input& input);

/// Ubuntu's own packages that are missing and that @p later steps, or verifying, need.
std::vector<std::string> missing_prerequisites(const Input& input, const std::vector<Step>& later);
/// Ubuntu's lists, the prerequisites and Ubuntu's own driver packages, where there is something to install.
std::vector<Step> system_steps(const Input& input, const std::vector<std::string>& missing);
/// The cache, where something of @p later goes there.
std::vector<Step> cache_steps(const std::vector<Step>& later);
/// Removes from the cache what @p steps put there.
std::vector<Step> cleanup_steps(const Input& input, const std::vector<Step>& steps);

} // namespace cudasetup::plan
