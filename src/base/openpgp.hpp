#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace cudasetup::base {

/// What binds a key to its name: its own signatures, by the hash they use. Nobody checks here whether they are right.
enum class Binding {
  none,
  sha1, ///< SHA-1 or MD5 alone, which Sequoia refuses by its policy
  strong,
};

/// A primary key in a keyring.
struct PublicKey {
  std::string fingerprint; ///< 40 upper-case hexadecimal digits
  Binding binding = Binding::none;
  bool operator==(const PublicKey&) const = default;
};

/// The primary keys in an OpenPGP keyring, armored or binary, in their order. Keys of version 4 alone, which NVIDIA's
/// are (RFC 4880, 12.2: SHA-1 over the key packet). Empty for what is no keyring (a keybox is none); what follows
/// damage is left out. Signatures are not checked: that is apt's to do.
std::vector<PublicKey> public_keys(std::string_view keyring);

/// The fingerprints of those keys.
std::vector<std::string> key_fingerprints(std::string_view keyring);

} // namespace cudasetup::base
