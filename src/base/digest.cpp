#include "base/digest.hpp"

#include "base/text.hpp"

#include <algorithm>

namespace cudasetup::base {

namespace {

std::optional<std::string> hexadecimal(std::string_view hex, std::size_t length)
{
  std::string text = lower(hex);
  const auto is_digit = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); };
  if (text.size() != length || !std::all_of(text.begin(), text.end(), is_digit)) {
    return std::nullopt;
  }
  return text;
}

} // namespace

std::optional<Digest> Digest::sha256(std::string_view hex)
{
  auto text = hexadecimal(hex, 64);
  if (!text) {
    return std::nullopt;
  }
  Digest digest;
  digest.m_kind = DigestKind::sha256;
  digest.m_hex = std::move(*text);
  return digest;
}

std::optional<Digest> Digest::md5(std::string_view hex)
{
  auto text = hexadecimal(hex, 32);
  if (!text) {
    return std::nullopt;
  }
  Digest digest;
  digest.m_kind = DigestKind::md5;
  digest.m_hex = std::move(*text);
  return digest;
}

std::string Digest::apt_text() const
{
  return (m_kind == DigestKind::sha256 ? "SHA256:" : "MD5Sum:") + m_hex;
}

} // namespace cudasetup::base
