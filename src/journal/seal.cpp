#include "journal/seal.hpp"

#include "base/hash.hpp"

namespace cudasetup::journal {

namespace {

// The seal is the last member: `,"seal":"<64 hexadecimal digits>"}`.
constexpr std::string_view k_before = ",\"seal\":\"";
constexpr std::string_view k_after = "\"}";
constexpr std::size_t k_digits = 64;
constexpr std::size_t k_tail = k_before.size() + k_digits + k_after.size();

std::string seal_of(std::string_view record, std::string_view former)
{
  base::Hasher hasher(base::DigestKind::sha256);
  hasher.update(former);
  hasher.update(record);
  return hasher.finish().hex();
}

bool has_seal(std::string_view line)
{
  return line.size() > k_tail && line.substr(line.size() - k_tail).starts_with(k_before) && line.ends_with(k_after);
}

} // namespace

std::string sealed(const std::string& record, std::string_view former)
{
  return record.substr(0, record.size() - 1) + std::string(k_before) + seal_of(record, former) + std::string(k_after);
}

std::optional<std::string> check_seal(std::string_view line, std::string_view former)
{
  if (!has_seal(line)) {
    return std::nullopt;
  }
  const std::string seal(line.substr(line.size() - k_after.size() - k_digits, k_digits));
  return seal == seal_of(record_of(line), former) ? std::optional<std::string>(seal) : std::nullopt;
}

std::string record_of(std::string_view line)
{
  return has_seal(line) ? std::string(line.substr(0, line.size() - k_tail)) + "}" : std::string(line);
}

} // namespace cudasetup::journal
