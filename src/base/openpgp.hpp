#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace cudasetup::base {

/// The fingerprints of the primary keys in an OpenPGP keyring, armored or binary, as 40 upper-case hexadecimal digits,
/// in their order. Keys of version 4 alone, which NVIDIA's are (RFC 4880, 12.2: SHA-1 over the key packet). Empty for
/// what is no keyring; what follows damage is left out. Nothing is said of signatures: those are apt's to check.
std::vector<std::string> key_fingerprints(std::string_view keyring);

} // namespace cudasetup::base
