#include "cli/diagnosis.hpp"

#include "apply/after_boot.hpp"
#include "apply/standing.hpp"
#include "cli/host_overrides.hpp"
#include "cli/typed.hpp"
#include "host/paths.hpp"
#include "journal/journal.hpp"
#include "plan/source_faults.hpp"
#include "probe/details.hpp"

#include <algorithm>
#include <array>

namespace cudasetup::cli {

namespace {

constexpr const char* k_journal_is_roots = "the journal of what cudasetup did: it is root's, and read with sudo";

bool is_tree(const Options& options)
{
  return !base::is_running_system(options.host.root);
}

/// What the caller's shell says, where it is the target's user's.
std::map<std::string, std::string> variables_of(const Options& options, const Outside& outside)
{
  static constexpr std::array<const char*, 6> k_names = {
      "PATH", "LD_LIBRARY_PATH", "CUDA_HOME", "CUDA_PATH", "NVCC_PREPEND_FLAGS", "NVCC_CCBIN"};
  std::map<std::string, std::string> variables;
  if (is_tree(options) || outside.environment("SUDO_USER")) {
    return variables;
  }
  for (const char* name : k_names) {
    if (auto value = outside.environment(name)) {
      variables.emplace(name, *std::move(value));
    }
  }
  return variables;
}

/// Where transactions put virtual environments.
std::vector<std::string> python_directories(const std::vector<journal::Transaction>& transactions)
{
  std::vector<std::string> directories;
  for (const journal::Transaction& transaction : transactions) {
    const json::Value* choice = transaction.plan.find("choice");
    const json::Value* python = choice != nullptr ? choice->find("python") : nullptr;
    const json::Value* directory = python != nullptr ? python->find("directory") : nullptr;
    if (directory != nullptr && directory->string() != nullptr) {
      directories.push_back(*directory->string());
    }
  }
  return directories;
}

/// Whether another run is changing the system now.
bool is_busy(effects::Files& target)
{
  const std::string file(journal::k_lock_file);
  if (!target.status(file, effects::FollowLinks::no)) {
    return false;
  }
  const auto lock = target.lock(file);
  return lock && *lock == nullptr;
}

void read_past(const Options& options, const Outside& outside, const effects::Effects& effects, Diagnosis& diagnosis)
{
  const std::string state(journal::k_state_directory);
  if (!outside.is_root && effects.target.status(state, effects::FollowLinks::yes) &&
      effects.target.list(state).empty()) {
    diagnosis.unknown.emplace_back(k_journal_is_roots);
    return;
  }
  auto standing = apply::standing_transactions(effects.target);
  if (!standing) {
    if (standing.error().kind == base::ErrorKind::needs_root) {
      diagnosis.unknown.emplace_back(k_journal_is_roots);
    } else {
      diagnosis.unknown.push_back("the journal of what cudasetup did: " + standing.error().message);
      diagnosis.past.damaged = standing.error().message;
    }
    return;
  }
  diagnosis.transactions = *std::move(standing);
  diagnose::Past& past = diagnosis.past;
  for (const journal::Transaction& transaction : diagnosis.transactions) {
    const bool is_here = !is_tree(options) && transaction.awaits_boot();
    if (is_here && transaction.verdict == "failed") {
      past.failed_after_boot = transaction.id;
    } else if (is_here && transaction.verdict.empty() && transaction.boot == apply::boot_id(effects.files)) {
      past.awaiting_boot = transaction.id;
    }
  }
  if (!diagnosis.transactions.empty() && !diagnosis.transactions.back().is_done()) {
    if (is_busy(effects.target)) {
      diagnosis.unknown.emplace_back("another run of cudasetup is changing this system just now");
    } else {
      past.unfinished = diagnosis.transactions.back().id;
    }
  }
}

/// Where apt or dpkg is at work, what is half done is on its way, and no fault.
void leave_out_what_is_under_way(effects::Files& target, Diagnosis& diagnosis)
{
  if (target.lock_owner("/var/lib/dpkg/lock-frontend") || target.lock_owner("/var/lib/dpkg/lock")) {
    diagnosis.unknown.emplace_back("what dpkg has not finished: it is at work just now");
    diagnosis.facts.dpkg_audit.clear();
    diagnosis.facts.cut_off_packages.clear();
  }
}

void note_unreadable(const effects::Effects& effects, Diagnosis& diagnosis)
{
  const host::HostFacts& facts = diagnosis.facts;
  if (facts.os.id.empty()) {
    diagnosis.unknown.emplace_back("the release: /etc/os-release says nothing");
  }
  // Dpkg itself is a package.
  if (!facts.packages.contains("dpkg")) {
    diagnosis.unknown.emplace_back("packages: /var/lib/dpkg/status cannot be read, or is none");
  }
  for (const std::string& name : effects.target.list(std::string(host::k_sources_directory))) {
    const std::string path = std::string(host::k_sources_directory) + "/" + name;
    if ((name.ends_with(".list") || name.ends_with(".sources")) && !effects.target.read(path)) {
      diagnosis.unknown.emplace_back("apt's sources: " + path + " cannot be read");
    }
  }
}

void note_unknown(const Options& options, const Outside& outside, Diagnosis& diagnosis)
{
  const host::HostFacts& facts = diagnosis.facts;
  if (is_tree(options) && !options.host.sys_path) {
    diagnosis.unknown.emplace_back("GPUs, firmware and loaded modules: a tree below --root has none");
  } else if (!facts.pci_readable && !facts.wsl) {
    diagnosis.unknown.emplace_back("GPUs: the PCI bus cannot be read here");
  }
  if (!is_tree(options) && outside.environment("SUDO_USER")) {
    diagnosis.unknown.emplace_back("PATH, LD_LIBRARY_PATH and CUDA_HOME of your shell: sudo takes them away");
  }
}

/// Whether it is about the machine that runs, and does harm or nothing from within a tree.
bool is_of_the_machine(const std::string& program)
{
  static constexpr std::array<std::string_view, 6> k_programs = {
      "reboot", "systemctl", "modprobe", "rmmod", "docker", "wsl.exe"};
  return std::find(k_programs.begin(), k_programs.end(), program) != k_programs.end();
}

/// A command that holds for the system the command line is about; nullopt where there is none.
std::optional<base::Command> here(base::Command command, const Options& options)
{
  const bool with_sudo = command.argv.front() == "sudo";
  const std::size_t program = with_sudo && command.argv.size() > 1 ? 1 : 0;
  if (is_tree(options) && is_of_the_machine(command.argv[program])) {
    return std::nullopt;
  }
  if (!is_tree(options) || command.argv[program] == "cudasetup") {
    return with_typed(std::move(command), options);
  }
  const std::vector<std::string> before = {"sudo", "chroot", options.host.root};
  command.argv.erase(command.argv.begin(), command.argv.begin() + (with_sudo ? 1 : 0));
  command.argv.insert(command.argv.begin(), before.begin(), before.end());
  return command;
}

} // namespace

base::Result<Diagnosis> diagnose_machine(const Options& options, Outside& outside, const effects::Effects& effects)
{
  Diagnosis diagnosis;
  CUDASETUP_TRY_ASSIGN(manifest::Manifest manifest, load_manifest(options.how, effects.files));
  diagnosis.manifest = std::make_unique<manifest::Manifest>(std::move(manifest));
  CUDASETUP_TRY(check_places(options.host, effects.files));
  const probe::ProbeOptions look = probe_options(options, outside.is_root);
  diagnosis.facts = probe::probe(effects.files, effects.target, effects.processes, look);
  diagnosis.is_other_machine = names_another_machine(options.host, diagnosis.facts);
  CUDASETUP_TRY(override_facts(options.host, *diagnosis.manifest, diagnosis.facts));
  if (!diagnosis.is_other_machine) {
    read_past(options, outside, effects, diagnosis);
    const probe::DetailOptions more{variables_of(options, outside), python_directories(diagnosis.transactions)};
    diagnosis.details = probe::probe_details(effects.files, effects.target, look, more, diagnosis.facts);
    note_unreadable(effects, diagnosis);
    leave_out_what_is_under_way(effects.target, diagnosis);
    note_unknown(options, outside, diagnosis);
  } else {
    diagnosis.unknown.emplace_back("this machine: the options speak of another one");
  }
  const host::AptFaults apt =
      plan::find_source_faults(*diagnosis.manifest, diagnosis.facts, settings_of(options, *diagnosis.manifest));
  diagnosis.findings =
      diagnose::find_faults({diagnosis.facts, diagnosis.details, *diagnosis.manifest, apt, diagnosis.past});
  for (diagnose::Finding& finding : diagnosis.findings) {
    for (base::Hint& remedy : finding.remedies) {
      if (remedy.command) {
        remedy.command = here(*std::move(remedy.command), options);
      }
    }
  }
  return diagnosis;
}

} // namespace cudasetup::cli
