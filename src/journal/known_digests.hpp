#pragma once

#include "base/digest.hpp"
#include "base/result.hpp"
#include "effects/files.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace cudasetup::journal {

inline constexpr std::string_view k_digests_file = "/var/lib/cudasetup/digests.json";

/// SHA-256 digests of files that nobody has published a digest for, recorded when they were first fetched over https:
/// later runs compare. By address, in k_digests_file.
class KnownDigests {
public:
  /// What is recorded; nothing where there is no file. An Error of kind document when it is damaged.
  static base::Result<KnownDigests> load(effects::Files& target);

  std::optional<base::Digest> find(const std::string& url) const;
  /// Records a digest and writes the file. One that is recorded already is not changed.
  base::Result<void> record(effects::Files& target, const std::string& url, const base::Digest& digest);

private:
  std::map<std::string, base::Digest> m_digests;
};

} // namespace cudasetup::journal
