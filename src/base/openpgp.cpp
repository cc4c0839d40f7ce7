#include "base/openpgp.hpp"

#include "base/hash.hpp"
#include "base/text.hpp"

#include <cstdint>
#include <optional>

namespace cudasetup::base {

namespace {

constexpr unsigned k_signature = 2;
constexpr unsigned k_public_key = 6;
constexpr char k_version_4 = 4;
/// Hash algorithms of RFC 4880, 9.4.
constexpr unsigned k_md5 = 1;
constexpr unsigned k_sha1 = 2;
/// Signature types of RFC 4880, 5.2.1, that bind a key to a name, or speak of the key itself.
constexpr unsigned k_first_certification = 0x10;
constexpr unsigned k_last_certification = 0x13;
constexpr unsigned k_direct_key = 0x1F;
/// Signature subpackets of RFC 4880, 5.2.3.1, and its successor.
constexpr unsigned k_issuer = 16;
constexpr unsigned k_issuer_fingerprint = 33;

unsigned byte_at(std::string_view bytes, std::size_t at)
{
  return static_cast<unsigned char>(bytes[at]);
}

/// The bytes of base64 text, up to anything that is none.
std::string decode_base64(std::string_view text)
{
  constexpr std::string_view k_digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string bytes;
  std::uint32_t bits = 0;
  unsigned count = 0;
  for (const char c : text) {
    const std::size_t value = k_digits.find(c);
    if (value == std::string_view::npos) {
      break;
    }
    bits = (bits << 6U) | static_cast<std::uint32_t>(value);
    count += 6;
    if (count >= 8) {
      count -= 8;
      bytes += static_cast<char>((bits >> count) & 0xFFU);
    }
  }
  return bytes;
}

/// The bytes of an armored block (RFC 4880, 6.2): a first line, headers, an empty line, base64, a checksum, a last
/// line.
std::string without_armor(std::string_view text)
{
  std::string base64;
  bool in_headers = true;
  bool in_block = false;
  for (const std::string_view line : lines(text)) {
    const std::string_view content = trim(line);
    if (content.starts_with("-----BEGIN PGP PUBLIC KEY BLOCK")) {
      in_block = true;
    } else if (in_block && (content.starts_with("-----END") || (!in_headers && content.starts_with('=')))) {
      break;
    } else if (in_block && in_headers) {
      in_headers = !content.empty();
    } else if (in_block) {
      base64 += content;
    }
  }
  return decode_base64(base64);
}

/// One packet: what it is, and its body.
struct Packet {
  unsigned tag = 0;
  std::string_view body;
};

/// Where a body begins and how long it is.
struct Extent {
  std::size_t begin = 0;
  std::uint64_t size = 0;
};

std::uint64_t big_endian(std::string_view bytes, std::size_t at, std::size_t count)
{
  std::uint64_t number = 0;
  for (std::size_t i = 0; i < count; ++i) {
    number = (number << 8U) | byte_at(bytes, at + i);
  }
  return number;
}

/// Lengths of RFC 4880, 4.2.1 (old) and 4.2.2 (new); partial and open ones are none of a key's.
std::optional<Extent> extent_of(std::string_view bytes, bool is_new)
{
  const unsigned first = is_new ? byte_at(bytes, 1) : byte_at(bytes, 0) & 3U;
  std::size_t count = 0;
  if (is_new) {
    if (first < 192) {
      return Extent{2, first};
    }
    if (first < 224) {
      return bytes.size() < 3 ? std::nullopt : std::optional(Extent{3, (first - 192) * 256 + byte_at(bytes, 2) + 192});
    }
    count = first == 255 ? 4 : 0;
  } else {
    count = first == 3 ? 0 : std::size_t{1} << first;
  }
  const std::size_t at = is_new ? 2 : 1;
  if (count == 0 || bytes.size() < at + count) {
    return std::nullopt;
  }
  return Extent{at + count, big_endian(bytes, at, count)};
}

/// Takes the first packet off; nullopt where there is no whole one.
std::optional<Packet> take_packet(std::string_view& bytes)
{
  if (bytes.size() < 2 || (byte_at(bytes, 0) & 0x80U) == 0) {
    return std::nullopt;
  }
  const bool is_new = (byte_at(bytes, 0) & 0x40U) != 0;
  const auto extent = extent_of(bytes, is_new);
  if (!extent || extent->size > bytes.size() - extent->begin) {
    return std::nullopt;
  }
  const unsigned tag = is_new ? byte_at(bytes, 0) & 0x3FU : (byte_at(bytes, 0) >> 2U) & 0xFU;
  const Packet packet{tag, bytes.substr(extent->begin, extent->size)};
  bytes.remove_prefix(extent->begin + extent->size);
  return packet;
}

std::string upper_hex(std::string hex)
{
  for (char& c : hex) {
    c = c >= 'a' && c <= 'f' ? static_cast<char>(c - 'a' + 'A') : c;
  }
  return hex;
}

std::string hex_of(std::string_view bytes)
{
  constexpr std::string_view k_digits = "0123456789abcdef";
  std::string hex;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    hex += k_digits[byte_at(bytes, i) >> 4U];
    hex += k_digits[byte_at(bytes, i) & 0xFU];
  }
  return hex;
}

std::string fingerprint_of(std::string_view body)
{
  std::string bytes = "\x99";
  bytes += static_cast<char>((body.size() >> 8U) & 0xFFU);
  bytes += static_cast<char>(body.size() & 0xFFU);
  return upper_hex(sha1_hex(bytes + std::string(body)));
}

/// Who made a signature, as the last 16 digits of a fingerprint, by one area of its subpackets; empty where it does not
/// say.
std::string issuer_in(std::string_view area)
{
  while (area.size() >= 2) {
    // The lengths are those of a new packet's header, which begins one byte earlier.
    const auto extent = extent_of("\xC0" + std::string(area), true);
    if (!extent || extent->size == 0 || extent->size > area.size() + 1 - extent->begin) {
      return "";
    }
    const std::string_view subpacket = area.substr(extent->begin - 1, extent->size);
    const unsigned type = byte_at(subpacket, 0) & 0x7FU;
    if ((type == k_issuer && subpacket.size() == 9) || (type == k_issuer_fingerprint && subpacket.size() >= 10)) {
      return upper_hex(hex_of(subpacket.substr(subpacket.size() - 8)));
    }
    area.remove_prefix(extent->begin - 1 + extent->size);
  }
  return "";
}

/// What a signature of version 4 says of itself.
struct Signature {
  unsigned type = 0;
  unsigned hash = 0;
  std::string issuer;
};

std::optional<Signature> read_signature(std::string_view body)
{
  if (body.size() < 8 || body.front() != k_version_4) {
    return std::nullopt;
  }
  const std::uint64_t hashed = big_endian(body, 4, 2);
  if (body.size() < 8 + hashed) {
    return std::nullopt;
  }
  const std::uint64_t unhashed = big_endian(body, 6 + hashed, 2);
  std::string issuer = issuer_in(body.substr(6, hashed));
  if (issuer.empty()) {
    issuer = issuer_in(body.substr(8 + hashed, unhashed));
  }
  return Signature{byte_at(body, 1), byte_at(body, 3), issuer};
}

/// Whether a signature is the key's own word about itself.
bool is_own(const Signature& signature, const PublicKey& key)
{
  const bool certifies = (signature.type >= k_first_certification && signature.type <= k_last_certification) ||
                         signature.type == k_direct_key;
  return certifies && (signature.issuer.empty() || key.fingerprint.ends_with(signature.issuer));
}

} // namespace

std::vector<PublicKey> public_keys(std::string_view keyring)
{
  const std::string binary = trim(keyring).starts_with("-----BEGIN") ? without_armor(keyring) : std::string(keyring);
  std::vector<PublicKey> keys;
  std::string_view left = binary;
  while (const auto packet = take_packet(left)) {
    if (packet->tag == k_public_key && packet->body.starts_with(k_version_4) && packet->body.size() <= 0xFFFF) {
      keys.push_back({fingerprint_of(packet->body), Binding::none});
    } else if (packet->tag == k_signature && !keys.empty()) {
      const auto signature = read_signature(packet->body);
      if (!signature || !is_own(*signature, keys.back())) {
        continue;
      }
      const bool weak = signature->hash == k_sha1 || signature->hash == k_md5;
      if (!weak) {
        keys.back().binding = Binding::strong;
      } else if (keys.back().binding == Binding::none) {
        keys.back().binding = Binding::sha1;
      }
    }
  }
  return keys;
}

std::vector<std::string> key_fingerprints(std::string_view keyring)
{
  std::vector<std::string> fingerprints;
  for (PublicKey& key : public_keys(keyring)) {
    fingerprints.push_back(std::move(key.fingerprint));
  }
  return fingerprints;
}

} // namespace cudasetup::base
