#pragma once

#include "base/command.hpp"
#include "base/digest.hpp"
#include "base/url.hpp"
#include "resolve/resolution.hpp"
#include "json/value.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

/// What will be done, as values. Paths are the target system's own; `--root` is applied when commands are made.
namespace cudasetup::plan {

/// A list of MD5 sums (`md5sum` format) that names a downloaded file.
struct Md5List {
  base::Url url;
  std::string to;
};

/// Fetches a file. Checked against `digest`, else against its line in `md5_list`, else accepted over https and, by
/// apply, its sha256 recorded.
struct Download {
  base::Url url;
  std::string to;
  std::optional<base::Digest> digest;
  std::optional<Md5List> md5_list;
  std::optional<std::uint64_t> bytes;
};

/// Writes a whole file (missing parents made with 0755), replacing a file or link of that name.
struct WriteFile {
  std::string path;
  std::string content;
  unsigned mode = 0644;
};

/// Makes a directory (and missing parents, 0755).
struct MakeDirectory {
  std::string path;
  /// Of the directory, also where it is there already. nullopt: 0755 for a new one; one that is there stays as it is.
  std::optional<unsigned> mode = std::nullopt;
};

/// Whether a LibTorch tree was found where one is to be put.
enum class Former { none, tree };

/// Unpacks the folder `top` of a zip into a new directory, which then takes the name `to`. An empty directory there, or
/// a LibTorch tree, is replaced; anything else is refused. `former` is what the script has to move away.
struct Unpack {
  std::string zip;
  std::string top;
  std::string to;
  Former former = Former::none;
};

/// Points a symbolic link at a target, replacing an older link. Anything else of that name is refused.
struct Link {
  std::string path;
  std::string target;
};

/// Copies the one file of `directory` whose name matches `pattern` (a name, or with `*`) to `to` (a directory when it
/// ends with /).
struct CopyMatch {
  std::string directory;
  std::string pattern;
  std::string to;
  unsigned mode = 0644;
};

/// What is kept of something that is removed.
enum class Trace {
  none,  ///< nothing: it is nobody's but ours, and of no use any more
  noted, ///< that it was there
  kept   ///< all of it, so that undo brings it back
};

/// Removes files, links or whole folders.
struct Remove {
  std::vector<std::string> paths;
  Trace trace = Trace::none;
};

/// Removes directories that are empty; others stay as they are.
struct RemoveEmpty {
  std::vector<std::string> directories;
};

/// What a failure of a program means: the end of the step; or, where what comes next shows by itself whether it
/// mattered, a word of caution.
enum class OnFailure {
  stop,
  go_on_unread, ///< a word of caution where archives could not be read, and the end of the step for all else
  go_on,
};

/// What a program asks the person at the terminal for. Run by apply, it has it on its standard input.
enum class Asks {
  nothing,
  new_password ///< twice, a line each, as Ubuntu's update-secureboot-policy gives it to mokutil(1)
};

/// Runs a program.
struct Run {
  base::Command command;
  OnFailure on_failure = OnFailure::stop;
  /// Paths that the program makes or replaces, but for what apt and dpkg do.
  std::vector<std::string> makes = {};
  Asks asks = Asks::nothing;
};

using Action = std::variant<Download, WriteFile, MakeDirectory, Unpack, Link, CopyMatch, Remove, RemoveEmpty, Run>;

/// May it be stopped in the middle without harm? dpkg's work may not.
enum class Interruptible { no, yes };

struct Step {
  std::string id;      ///< unique in the plan, stable between runs: "nvidia-pin", "apt-install-toolkit"
  std::string title;   ///< a line for people
  std::string because; ///< why it is needed
  std::vector<Action> actions;
  std::string undo; ///< what takes it back, in words or as a command
  Interruptible interruptible = Interruptible::yes;
};

/// What one part of the plan costs. Not counted are apt's package lists and lists of sums: a few megabytes.
struct Cost {
  std::string what; ///< for people
  std::string file; ///< where it is fetched to; empty for what apt and pip fetch
  std::optional<std::uint64_t> download_bytes;
  /// That it takes on the disk in the end; nullopt also where what is unpacked has no published size.
  std::optional<std::uint64_t> disk_bytes;
};

/// The part that only apt knows.
inline constexpr std::string_view k_apt_cost = "apt's packages";

struct Totals {
  std::optional<std::uint64_t> download_bytes; ///< nullopt: at least one size is unknown
  std::optional<std::uint64_t> disk_bytes;
  bool reboot = false;
  std::vector<Cost> parts = {};
  /// Packages that apt would remove for those that come; nullopt: apt was not asked.
  std::optional<std::vector<std::string>> removes = std::nullopt;
};

/// An option for apt-get. Without it a name that apt does not know is a regular expression where it has a `+`: g++-10
/// is then every package with "g-10" in its name. From apt 2.0 on; older ones ignore it.
inline constexpr std::string_view k_names_only = "APT::Cmd::Pattern-Only=true";

/// A file of apt's sources or keys that is switched off: renamed, or some of its lines made comments.
struct SwitchedOff {
  std::string file;
  std::string renamed;                    ///< its new name; empty: it stays
  std::vector<host::FilePart> parts = {}; ///< what becomes comments where it stays
};

enum class Recommends { leave_out, take };

/// What apply must simulate in a private apt state before the first change.
struct Simulation {
  /// The step that the simulation needs (it installs the certificates for https, or mends a dpkg that was cut off): it
  /// and those before it are carried out first. Empty: the simulation comes before every step.
  std::string after;
  /// Packages that the plan installs with apt, `name=version` or `name`, in its order.
  std::vector<std::string> packages;
  /// The source it adds, in one-line form; empty: none is added (the system's own sources suffice, or the source is
  /// there already). `{keyring}` stands for the private copy of the key, `{unpacked}` for the folder into which
  /// `local_installer` was unpacked.
  std::string source_line;
  /// Where the key is found: a keyring .deb (a Download of the plan, by its `to`) or a local installer .deb. Empty:
  /// in the system's own `key_directory`, where an earlier run unpacked the local installer.
  std::string key_package;
  /// Directory of the key inside that .deb's tree. A key named `*.pub` is armored: its copy has to end with `.asc`.
  std::string key_directory;
  /// The pin file's text, if the plan writes one; empty also where only a package or an address holds it.
  std::string pin;
  /// A local installer .deb that carries the archive itself; empty for the network archive.
  std::string local_installer;
  /// Directory inside that .deb's tree: /var/cuda-repo-ubuntu1804-11-1-local
  std::string local_directory;
  /// Key file name, or pattern, inside `key_directory`.
  std::string key_pattern;
  /// Of the keys that may sign the source, one of which must be there; empty where none is known (a local installer's
  /// own).
  std::vector<std::string> key_fingerprints = {};
  /// Those of all keys that may be beside it.
  std::vector<std::string> known_fingerprints = {};
  /// Those of the packages. What only they bring is counted even where a step leaves it out.
  Recommends recommends = Recommends::take;
  /// Of the packages, those that somebody put on hold in another version: apt refuses to change them.
  std::vector<std::string> held = {};
  /// Small files below /etc/apt that the plan writes, by their paths: pins and sources of Ubuntu's own archive.
  std::map<std::string, std::string> files = {};
  /// What the plan switches off first, and apt must hence not see.
  std::vector<SwitchedOff> switched_off = {};
};

/// The step that gives the key of a driver's module to the firmware, whose console asks for it during the next boot.
inline constexpr std::string_view k_enrol_step = "enrol-module-key";

/// What a plan is for: what was asked to be there, or apt's sources of NVIDIA's alone.
enum class Purpose { install, repair_sources };

struct Plan {
  resolve::Request request;
  resolve::Resolution resolution;
  std::vector<Step> steps;
  Totals totals;
  std::optional<Simulation> simulation;
  std::string manifest_digest; ///< "sha256:…" of the manifest's files
  /// What is already so and hence not planned, a line a thing; all of it when there are no steps.
  std::vector<resolve::Reason> already;
  Purpose purpose = Purpose::install;
};

/// What apt is kept from moving afterwards.
enum class Holds {
  automatic, ///< what was asked for to the last number (CUDA 12.4.0, driver 455.32.00), or was held by us before
  all,       ///< toolkit and driver
  none
};

/// How the plan will be run, where that changes its commands.
struct Settings {
  std::optional<base::Url> nvidia_mirror;  ///< stands for https://developer.download.nvidia.com
  std::optional<base::Url> pytorch_mirror; ///< stands for https://download.pytorch.org
  bool keep_downloads = false;
  Holds holds = Holds::automatic;
  unsigned lock_timeout_seconds = 300;
  std::string manifest_digest = {}; ///< Manifest::digest, for the plan
  std::vector<manifest::SigningKey> keys = {};
  /// This program's file, where a unit may have it run after a reboot; empty where the plan is for another system.
  std::string program = {};
};

/// The steps that turn a machine with these facts into the resolution: what is already so is not planned. Pure.
/// std::logic_error for a resolution that `resolve` never gives (a driver in a container, a method without its file).
Plan make_plan(const resolve::Request& request,
               const resolve::Resolution& resolution,
               const host::HostFacts& facts,
               const Settings& settings);

/// The steps that mend what is wrong with apt's sources and keys of NVIDIA's, and nothing else: what is wrong is
/// switched off, and NVIDIA's archive comes back as its own package has it where that leaves none. What is wrong is in
/// the resolution's reasons, what only a person can mend in its cautions. Of @p resolution only the machine counts:
/// `ubuntu`, `archive` and `arch`. Pure.
Plan make_repair_plan(const resolve::Resolution& resolution, const host::HostFacts& facts, const Settings& settings);

/// What these steps cost, as far as it is known beforehand. Pure.
std::vector<Cost> costs_of(const std::vector<Step>& steps);
/// Their sums. Pure.
Totals totals_of(std::vector<Cost> costs, bool reboot);

/// The commands that do what @p action does, for the system at @p root ("" or "/": the running one): what is printed,
/// exported and, for Run, executed. With a root all of them run inside it: a link in it never leads out of it, and
/// apt-helper has the root's certificates, proxies and version; names are resolved by the root's resolv.conf.
std::vector<base::Command> commands_for(const Action& action, const std::string& root);

/// cudasetup.plan/1. Deterministic.
json::Value to_json(const Plan& plan, const host::HostFacts& facts, const std::string& root);

} // namespace cudasetup::plan
