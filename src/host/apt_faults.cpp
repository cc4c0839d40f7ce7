#include "host/apt_faults.hpp"

#include "base/text.hpp"
#include "host/apt_sources.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <tuple>

namespace cudasetup::host {

namespace {

using base::PublicKey;

constexpr std::string_view k_global_keyring = "/etc/apt/trusted.gpg";
constexpr std::string_view k_global_keyrings = "/etc/apt/trusted.gpg.d/";

bool holds(const std::vector<std::string>& all, std::string_view one)
{
  return std::find(all.begin(), all.end(), one) != all.end();
}

bool is_global(const Keyring& keyring)
{
  return keyring.path == k_global_keyring || keyring.path.starts_with(k_global_keyrings);
}

/// From this one on apt reads no /etc/apt/trusted.gpg (Debian/apt, debian/NEWS of 2.9.24).
bool reads_trusted_gpg(const HostFacts& facts)
{
  static const base::Version k_without = base::Version::parse("2.9.24").value();
  return !facts.apt || *facts.apt < k_without;
}

/// "ubuntu2204"; empty where the system is no Ubuntu.
std::string release_directory(const HostFacts& facts)
{
  return facts.os.id == "ubuntu" ? "ubuntu" + base::replace_all(facts.os.version_id, ".", "") : "";
}

/// "ubuntu2204" of an address below …/repos/.
std::string directory_of(std::string_view uri)
{
  constexpr std::string_view k_repos = "/repos/";
  const std::size_t at = uri.find(k_repos);
  if (at == std::string_view::npos) {
    return "";
  }
  uri.remove_prefix(at + k_repos.size());
  return std::string(uri.substr(0, uri.find('/')));
}

/// The address as apt compares it.
std::string apt_address(std::string_view uri)
{
  return std::string(uri) + (uri.ends_with('/') ? "" : "/");
}

/// What a source asks for of its archive: "/" of a flat one.
std::string suite_of(const AptSource& source)
{
  const std::size_t at = source.line.find(source.uri);
  if (at == std::string::npos || source.uri.empty()) {
    return "/";
  }
  const std::string rest(base::trim(std::string_view(source.line).substr(at + source.uri.size())));
  return rest == "./" ? "/" : rest;
}

std::string short_id(const std::string& fingerprint)
{
  return fingerprint.size() < 8 ? fingerprint : fingerprint.substr(fingerprint.size() - 8);
}

std::string ids_of(const std::vector<std::string>& fingerprints)
{
  std::vector<std::string> ids;
  for (const std::string& fingerprint : fingerprints) {
    ids.push_back(short_id(fingerprint));
  }
  return base::join(ids, ", ");
}

/// Judges one source after the other.
class Judge {
public:
  Judge(const HostFacts& facts, const ArchiveKnowledge& archive) : m_facts(facts), m_archive(archive)
  {
    for (const std::string& address : archive.addresses) {
      m_own.insert(archive_identity(address));
    }
  }

  AptFaults judge()
  {
    const auto& sources = m_facts.nvidia_sources;
    std::map<std::string, std::vector<std::size_t>> archives;
    for (std::size_t i = 0; i < sources.size(); ++i) {
      m_faults.push_back(fault_alone(sources[i]));
      archives[archive_identity(sources[i].uri) + " " + suite_of(sources[i])].push_back(i);
    }
    for (const auto& [identity, group] : archives) {
      compare(group);
    }
    AptFaults found;
    for (std::size_t i = 0; i < sources.size(); ++i) {
      if (m_faults[i]) {
        add(*m_faults[i], found);
      } else {
        m_right.push_back(&sources[i]);
      }
    }
    judge_keyrings(found);
    note_both_kinds(found);
    return found;
  }

private:
  bool is_own(const AptSource& source) const { return m_own.contains(archive_identity(source.uri)); }

  static FaultySource make(const AptSource& source, SourceFault fault, std::string because)
  {
    const bool untidy =
        fault == SourceFault::doubled || fault == SourceFault::no_signed_by || fault == SourceFault::machine_learning;
    return {source, fault, untidy ? Harm::untidy : Harm::stands_in_the_way, std::move(because)};
  }

  /// The keys that apt would take for the source; nullopt where they are not known.
  std::optional<std::vector<PublicKey>> keys_of(const AptSource& source) const
  {
    std::vector<PublicKey> keys;
    if (source.signed_by.empty()) {
      for (const Keyring& keyring : m_facts.keyrings) {
        if (is_global(keyring) && (keyring.path != k_global_keyring || reads_trusted_gpg(m_facts))) {
          keys.insert(keys.end(), keyring.keys.begin(), keyring.keys.end());
        }
      }
      return keys;
    }
    for (const Keyring& keyring : m_facts.keyrings) {
      if (keyring.path == source.signed_by) {
        return keyring.keys;
      }
    }
    return std::nullopt;
  }

  bool is_missing(const std::string& keyring) const
  {
    return keyring.starts_with('/') && keyring.find_first_of(", \n") == std::string::npos &&
           !holds(m_facts.nvidia_keyrings, keyring) &&
           std::none_of(m_facts.keyrings.begin(), m_facts.keyrings.end(), [&](const Keyring& known) {
             return known.path == keyring;
           });
  }

  bool signs(const PublicKey& key) const { return holds(m_archive.fingerprints, key.fingerprint); }

  std::optional<FaultySource> key_fault(const AptSource& source) const
  {
    if (source.trusted) {
      return std::nullopt;
    }
    if (is_missing(source.signed_by)) {
      return make(source, SourceFault::no_key, "the key that it names is not there: " + source.signed_by);
    }
    const auto keys = keys_of(source);
    if (!keys) {
      return std::nullopt;
    }
    if (is_own(source) && !m_archive.fingerprints.empty()) {
      if (auto fault = own_key_fault(source, *keys)) {
        return fault;
      }
    }
    std::vector<PublicKey> used = *keys;
    if (is_own(source) && !m_archive.fingerprints.empty()) {
      std::erase_if(used, [&](const PublicKey& key) { return !signs(key); });
    }
    const bool all_weak = !used.empty() && std::all_of(used.begin(), used.end(), [](const PublicKey& key) {
      return key.binding == base::Binding::sha1;
    });
    if (m_facts.apt_refuses_sha1 && all_weak && !source.signed_by.empty()) {
      return make(source,
                  SourceFault::refused_key,
                  "this apt refuses its key " + short_id(used.front().fingerprint) +
                      ", whose self-signature uses SHA-1, since 2026-02-01");
    }
    return std::nullopt;
  }

  /// Of a source of the archive whose keys are known.
  std::optional<FaultySource> own_key_fault(const AptSource& source, const std::vector<PublicKey>& keys) const
  {
    if (std::any_of(keys.begin(), keys.end(), [&](const PublicKey& key) { return signs(key); })) {
      return std::nullopt;
    }
    std::vector<std::string> old;
    for (const PublicKey& key : keys) {
      if (holds(m_archive.old_fingerprints, key.fingerprint)) {
        old.push_back(key.fingerprint);
      }
    }
    const std::string by = "NVIDIA signs the archive with " + ids_of(m_archive.fingerprints);
    if (!old.empty()) {
      return make(source, SourceFault::wrong_key, by + ", and apt has only the old " + ids_of(old) + " for it");
    }
    return make(source, SourceFault::no_key, by + ", which apt does not have for it");
  }

  std::optional<FaultySource> fault_alone(const AptSource& source) const
  {
    if (source.is_gone) {
      return make(source, SourceFault::gone, local_directory(source.uri) + " is not there any more");
    }
    if (is_machine_learning_uri(source.uri)) {
      return make(source,
                  SourceFault::machine_learning,
                  "NVIDIA has given up the archive of machine learning; its packages are in the CUDA archive");
    }
    const std::string here = release_directory(m_facts);
    const std::string there = directory_of(source.uri);
    if (!here.empty() && there.starts_with("ubuntu") && there != here) {
      return make(source, SourceFault::other_release, "it is for " + there + ", and this is " + here);
    }
    return key_fault(source);
  }

  /// How good a source is among those of its archive.
  auto rank(std::size_t i) const
  {
    const AptSource& source = m_facts.nvidia_sources[i];
    const std::string nvidias = "/etc/apt/sources.list.d/cuda-" + directory_of(source.uri) + "-";
    return std::tuple(!m_faults[i],
                      !source.signed_by.empty(),
                      source.uri.starts_with("https:"),
                      source.file == nvidias + "x86_64.list" || source.file == nvidias + "sbsa.list",
                      m_facts.nvidia_sources.size() - i);
  }

  /// Whether apt refuses to read any source because of these two: it takes a key after none, but no other key after
  /// one, and, where it is older (2.6 does, 3.0 does not: tried), no source without a key after one with a key.
  bool contradict(std::size_t first, std::size_t second) const
  {
    const AptSource& one = m_facts.nvidia_sources[first];
    const AptSource& other = m_facts.nvidia_sources[second];
    static const base::Version k_lenient = base::Version::parse("2.9").value();
    const bool other_key = !other.signed_by.empty() || !m_facts.apt || *m_facts.apt < k_lenient;
    return apt_address(one.uri) == apt_address(other.uri) && !one.signed_by.empty() &&
           one.signed_by != other.signed_by && other_key;
  }

  /// Finds what is too many among the sources of one archive.
  void compare(const std::vector<std::size_t>& group)
  {
    const auto& sources = m_facts.nvidia_sources;
    const std::size_t best = *std::max_element(
        group.begin(), group.end(), [&](std::size_t one, std::size_t other) { return rank(one) < rank(other); });
    for (const std::size_t i : group) {
      const AptSource& source = sources[i];
      const bool conflicts = std::any_of(group.begin(), group.end(), [&](std::size_t other) {
        return contradict(std::min(i, other), std::max(i, other));
      });
      if (!m_faults[i] && i != best) {
        m_faults[i] = make(source,
                           conflicts ? SourceFault::conflict : SourceFault::doubled,
                           "it names the same archive as " + sources[best].file +
                               (conflicts ? " with another key, and apt then refuses all sources" : ""));
      } else if (!m_faults[i] && is_own(source) && source.signed_by.empty() && !source.trusted) {
        m_faults[i] = make(
            source, SourceFault::no_signed_by, "it names no key, so that its key had to be trusted for every archive");
      }
      if (m_faults[i] && conflicts) {
        m_faults[i]->harm = Harm::stands_in_the_way;
      }
    }
  }

  static void add(const FaultySource& faulty, AptFaults& found)
  {
    if (faulty.source.shares_part) {
      found.notes.emplace_back(faulty.source.file,
                               faulty.because + "; its stanza names other archives too: take " + faulty.source.uri +
                                   " out of it by hand");
    } else {
      found.sources.push_back(faulty);
    }
  }

  /// Whether a source that stays may need the keys that hold for every archive. What is left out of the archive for
  /// want of a key of its own is put back with one.
  bool needs_global_keys() const
  {
    return std::any_of(m_right.begin(), m_right.end(), [](const AptSource* source) {
      return source->signed_by.empty() && !source->trusted;
    });
  }

  bool is_nvidias(const PublicKey& key) const
  {
    return signs(key) || holds(m_archive.old_fingerprints, key.fingerprint);
  }

  void judge_keyrings(AptFaults& found) const
  {
    for (const Keyring& keyring : m_facts.keyrings) {
      const auto& keys = keyring.keys;
      const auto nvidias =
          std::count_if(keys.begin(), keys.end(), [&](const PublicKey& key) { return is_nvidias(key); });
      if (!is_global(keyring) || nvidias == 0) {
        continue;
      }
      const std::string because = "it has apt believe NVIDIA's key for every archive";
      if (needs_global_keys()) {
        found.notes.emplace_back(keyring.path, because + "; a source of NVIDIA's that names no key needs it");
      } else if (static_cast<std::size_t>(nvidias) != keys.size()) {
        found.notes.emplace_back(keyring.path, because + "; it holds keys of others too, and is left as it is");
      } else {
        found.keyrings.push_back({keyring.path, because});
      }
    }
  }

  /// The same packages from two places: apt warns of different digests where NVIDIA has built one anew.
  void note_both_kinds(AptFaults& found) const
  {
    const auto local = std::find_if(m_right.begin(), m_right.end(), [](const AptSource* source) {
      return local_directory(source->uri).starts_with("/var/cuda-repo-");
    });
    const auto own = std::find_if(m_right.begin(), m_right.end(), [&](const AptSource* one) { return is_own(*one); });
    if (local != m_right.end() && own != m_right.end()) {
      found.notes.emplace_back((*local)->file,
                               "a local installer and NVIDIA's network archive (" + (*own)->file +
                                   ") are both in use; apt may say that they disagree, and takes the newer package");
    }
  }

  const HostFacts& m_facts;
  const ArchiveKnowledge& m_archive;
  std::set<std::string> m_own;
  std::vector<std::optional<FaultySource>> m_faults; ///< by the place of the source in the facts
  std::vector<const AptSource*> m_right;             ///< nothing is wrong with these
};

} // namespace

AptFaults find_apt_faults(const HostFacts& facts, const ArchiveKnowledge& archive)
{
  return Judge(facts, archive).judge();
}

std::string archive_identity(std::string_view uri)
{
  if (const std::string directory = local_directory(uri); !directory.empty()) {
    return directory;
  }
  if (const std::size_t scheme = uri.find("://"); scheme != std::string_view::npos) {
    uri.remove_prefix(scheme + 3);
  }
  const std::size_t slash = uri.find('/');
  std::string_view authority = uri.substr(0, slash);
  if (const std::size_t at = authority.rfind('@'); at != std::string_view::npos) {
    authority.remove_prefix(at + 1);
  }
  std::string_view path = slash == std::string_view::npos ? std::string_view() : uri.substr(slash);
  while (path.ends_with('/')) {
    path.remove_suffix(1);
  }
  std::string host = base::lower(authority);
  if (host == "developer.download.nvidia.cn") {
    host = "developer.download.nvidia.com";
  }
  return host + std::string(path);
}

} // namespace cudasetup::host
