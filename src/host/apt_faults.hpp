#pragma once

#include "host/facts.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace cudasetup::host {

/// NVIDIA's archive for this machine and its keys.
struct ArchiveKnowledge {
  std::vector<std::string> addresses;        ///< NVIDIA's own, and that of a mirror which stands for it
  std::vector<std::string> fingerprints;     ///< of the keys that sign it; empty: not known
  std::vector<std::string> old_fingerprints; ///< of NVIDIA's other keys
};

/// What is wrong with a source of NVIDIA's.
enum class SourceFault {
  gone,             ///< a local installer's directory that is not there any more
  machine_learning, ///< an archive that NVIDIA has given up
  other_release,    ///< made for another Ubuntu
  no_key,           ///< the keyring that it names is not there, or nothing that apt trusts signs it
  wrong_key,        ///< only other keys of NVIDIA's are trusted for it, as that of before 2022
  refused_key,      ///< this apt refuses its key, whose self-signatures use SHA-1
  conflict,         ///< another one names the same archive with another key: apt then refuses all sources
  doubled,          ///< another one names the same archive
  no_signed_by,     ///< it names no key, and is signed by one that is trusted for every archive
};

/// Whether apt does what is asked in spite of a fault.
enum class Harm { untidy, stands_in_the_way };

struct FaultySource {
  AptSource source;
  SourceFault fault = SourceFault::gone;
  Harm harm = Harm::untidy;
  std::string because; ///< a clause for people, without a full stop
};

/// A file whose keys hold for every archive.
struct FaultyKeyring {
  std::string path;
  std::string because;
};

struct AptFaults {
  std::vector<FaultySource> sources;   ///< in the order of the facts
  std::vector<FaultyKeyring> keyrings; ///< of NVIDIA's keys alone, which no source needs that is right
  /// What only a person can mend, or should know: a file, and what of it.
  std::vector<std::pair<std::string, std::string>> notes;
};

/// What is wrong with the sources and keys of NVIDIA's that apt has. Pure; of sources that are not NVIDIA's nothing is
/// said. Of several sources of one archive that would do, one is right: that with the right key, over https, in the
/// file of NVIDIA's own package, the first.
AptFaults find_apt_faults(const HostFacts& facts, const ArchiveKnowledge& archive);

/// An archive's address in a form that is equal for those that are the same archive: without scheme, user and slash at
/// the end, NVIDIA's host for China as that of everybody.
std::string archive_identity(std::string_view uri);

} // namespace cudasetup::host
