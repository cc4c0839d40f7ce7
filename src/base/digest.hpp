#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace cudasetup::base {

enum class DigestKind { sha256, md5 };

/// The digest of a file's bytes, as lower-case hexadecimal digits of the right length.
class Digest {
public:
  /// 64 hexadecimal digits; nullopt for anything else. Upper case is accepted and lowered.
  static std::optional<Digest> sha256(std::string_view hex);
  /// 32 hexadecimal digits; nullopt for anything else. NVIDIA publishes MD5 alone for many files: better than
  /// nothing against damage, no defence against malice, and always fetched over https.
  static std::optional<Digest> md5(std::string_view hex);

  DigestKind kind() const { return m_kind; }
  const std::string& hex() const { return m_hex; }
  /// As apt-helper wants it: `SHA256:…` or `MD5Sum:…`.
  std::string apt_text() const;

  bool operator==(const Digest&) const = default;

private:
  DigestKind m_kind = DigestKind::sha256;
  std::string m_hex;
};

} // namespace cudasetup::base
