#include "base/hash.hpp"

#include <openssl/evp.h>

#include <array>
#include <stdexcept>
#include <string>

namespace cudasetup::base {

namespace {

std::string hex_of(const unsigned char* bytes, unsigned length)
{
  static constexpr std::string_view k_digits = "0123456789abcdef";
  std::string hex;
  for (unsigned i = 0; i < length; ++i) {
    hex += k_digits[bytes[i] >> 4U];
    hex += k_digits[bytes[i] & 15U];
  }
  return hex;
}

} // namespace

struct Hasher::State {
  DigestKind kind;
  EVP_MD_CTX* context;

  explicit State(DigestKind digest_kind) : kind(digest_kind), context(EVP_MD_CTX_new())
  {
    const EVP_MD* method = kind == DigestKind::sha256 ? EVP_sha256() : EVP_md5();
    if (context == nullptr || EVP_DigestInit_ex(context, method, nullptr) != 1) {
      throw std::runtime_error("libcrypto offers no such digest");
    }
  }
  State(const State&) = delete;
  State(State&&) = delete;
  State& operator=(const State&) = delete;
  State& operator=(State&&) = delete;
  ~State() { EVP_MD_CTX_free(context); }
};

Hasher::Hasher(DigestKind kind) : m_state(std::make_unique<State>(kind)) {}
Hasher::Hasher(Hasher&&) noexcept = default;
Hasher& Hasher::operator=(Hasher&&) noexcept = default;
Hasher::~Hasher() = default;

void Hasher::update(std::string_view bytes)
{
  if (EVP_DigestUpdate(m_state->context, bytes.data(), bytes.size()) != 1) {
    throw std::runtime_error("libcrypto failed to hash");
  }
}

Digest Hasher::finish()
{
  std::array<unsigned char, EVP_MAX_MD_SIZE> bytes{};
  unsigned length = 0;
  if (EVP_DigestFinal_ex(m_state->context, bytes.data(), &length) != 1) {
    throw std::runtime_error("libcrypto failed to hash");
  }
  const std::string hex = hex_of(bytes.data(), length);
  return *(m_state->kind == DigestKind::sha256 ? Digest::sha256(hex) : Digest::md5(hex));
}

std::string sha1_hex(std::string_view bytes)
{
  std::array<unsigned char, EVP_MAX_MD_SIZE> sum{};
  unsigned length = 0;
  if (EVP_Digest(bytes.data(), bytes.size(), sum.data(), &length, EVP_sha1(), nullptr) != 1) {
    throw std::runtime_error("libcrypto offers no SHA-1");
  }
  return hex_of(sum.data(), length);
}

Digest digest_of(DigestKind kind, std::string_view bytes)
{
  Hasher hasher(kind);
  hasher.update(bytes);
  return hasher.finish();
}

} // namespace cudasetup::base
