#include "unit/diagnose/machine.hpp"

namespace cudasetup::diagnose::test {

namespace {

template<host::SourceFault Fault> void faulty(Machine& machine)
{
  machine.fault(Fault);
}

using host::SourceFault;

} // namespace

const std::vector<RuleCase>& apt_cases()
{
  static const std::vector<RuleCase> cases = {
      {"apt-sources-conflict", faulty<SourceFault::conflict>, faulty<SourceFault::doubled>},
      {"apt-source-gone", faulty<SourceFault::gone>, faulty<SourceFault::conflict>},
      {"apt-source-other-release", faulty<SourceFault::other_release>, faulty<SourceFault::gone>},
      {"apt-key-missing", faulty<SourceFault::no_key>, faulty<SourceFault::wrong_key>},
      {"apt-key-old", faulty<SourceFault::wrong_key>, faulty<SourceFault::no_key>},
      {"apt-key-sha1", faulty<SourceFault::refused_key>, faulty<SourceFault::wrong_key>},
      {"apt-source-machine-learning", faulty<SourceFault::machine_learning>, faulty<SourceFault::gone>},
      {"apt-source-doubled", faulty<SourceFault::doubled>, faulty<SourceFault::conflict>},
      {"apt-source-without-key", faulty<SourceFault::no_signed_by>, faulty<SourceFault::no_key>},
      {"apt-key-leftover",
       [](Machine& at) {
         at.apt.keyrings = {{"/etc/apt/trusted.gpg.d/cuda.gpg", "nobody needs it"}};
       },
       [](Machine& at) {
         at.apt.notes = {{"/etc/apt/sources.list.d/x.list", "both are in use"}};
       }},
      {"apt-local-and-network",
       [](Machine& at) {
         at.apt.notes = {{"/etc/apt/sources.list.d/x.list", "both are in use"}};
       },
       [](Machine& at) {
         at.apt.keyrings = {{"/etc/apt/trusted.gpg.d/cuda.gpg", "nobody needs it"}};
       }},
      {"dpkg-interrupted",
       [](Machine& at) { at.facts.dpkg_audit = {std::string(host::k_dpkg_interrupted)}; },
       [](Machine& at) { at.facts.dpkg_audit = {"nvidia-dkms-580-open: half-configured"}; }},
      {"dpkg-unfinished",
       [](Machine& at) { at.facts.dpkg_audit = {"nvidia-dkms-580-open: half-configured"}; },
       [](Machine& at) { at.facts.dpkg_audit = {std::string(host::k_dpkg_interrupted)}; }},
      {"file-system-full",
       [](Machine& at) { at.facts.file_systems[0].free_bytes = 99'999'999; },
       [](Machine& at) { at.facts.file_systems[0].free_bytes = 100'000'000; }},
      {"pin-refuses-installed",
       [](Machine& at) {
         at.facts.pins = {{"/etc/apt/preferences.d/no", "nvidia-utils-580", "release *", -1}};
       },
       [](Machine& at) {
         at.facts.pins = {{"/etc/apt/preferences.d/no", "nvidia-utils-580", "origin *ubuntu.com*", -1}};
       }},
      {"driver-mixed-versions",
       [](Machine& at) { at.install("nvidia-utils-580", "580.126.09-0ubuntu0.22.04.1"); },
       [](Machine& at) { at.install("nvidia-utils-535", "535.309.01-0ubuntu0.22.04.1"); }},
      {"driver-held-apart",
       [](Machine& at) {
         at.install("nvidia-utils-580", "580.126.09-0ubuntu0.22.04.1");
         at.facts.holds = {"libnvidia-compute-580"};
       },
       [](Machine& at) { at.facts.holds = {"libnvidia-compute-580"}; }},
      {"driver-two-origins",
       [](Machine& at) { at.install("nvidia-utils-580", "580.95.05-0ubuntu1"); },
       [](Machine& at) { at.install("nvidia-utils-580", "580.95.05-0ubuntu0.22.04.2"); }},
      {"cublas-of-10.2",
       [](Machine& at) {
         at.install("cuda-toolkit-10-1", "10.1.243-1");
         at.install("libcublas10", "10.2.2.89-1");
       },
       [](Machine& at) {
         at.install("cuda-toolkit-10-1", "10.1.243-1");
         at.install("libcublas10", "10.2.1.243-1");
       }},
      {"installer-log-of-another",
       [](Machine& at) { at.details.installer_log_owner = 1000; },
       [](Machine& at) { at.details.installer_log_owner = 0; }},
      {"ubuntu-toolkit-beside",
       [](Machine& at) { at.install("nvidia-cuda-toolkit", "11.5.1-1ubuntu1"); },
       [](Machine& at) {
         at.install("nvidia-cuda-toolkit", "11.5.1-1ubuntu1");
         at.facts.toolkits.clear();
       }},
      {"transaction-cut-off",
       [](Machine& at) { at.past.unfinished = "0003"; },
       [](Machine& at) { at.past.awaiting_boot = "0003"; }},
      {"journal-damaged",
       [](Machine& at) { at.past.damaged = "0003.jsonl: does not fit its seal"; },
       [](Machine& at) { at.past.unfinished = ""; }},
  };
  return cases;
}

} // namespace cudasetup::diagnose::test
