#pragma once

#include "base/digest.hpp"

#include <memory>
#include <string>
#include <string_view>

namespace cudasetup::base {

/// Computes a digest over bytes handed in piece by piece.
class Hasher {
public:
  explicit Hasher(DigestKind kind);
  Hasher(const Hasher&) = delete;
  Hasher& operator=(const Hasher&) = delete;
  Hasher(Hasher&&) noexcept;
  Hasher& operator=(Hasher&&) noexcept;
  ~Hasher();

  void update(std::string_view bytes);
  /// The digest of all bytes so far; the hasher is spent then.
  Digest finish();

private:
  struct State;
  std::unique_ptr<State> m_state;
};

/// SHA-1 as lower-case hexadecimal digits: for names that are made of it (OpenPGP fingerprints), never for trust alone.
std::string sha1_hex(std::string_view bytes);

/// The digest of @p bytes.
Digest digest_of(DigestKind kind, std::string_view bytes);

} // namespace cudasetup::base
