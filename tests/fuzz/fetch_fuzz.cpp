// What comes from the network as a file: zips, with what is in them, and lists of MD5 sums.
#include "fuzz.hpp"

#include "fetch/inflate.hpp"
#include "fetch/md5_list.hpp"
#include "fetch/zip.hpp"

#include <algorithm>
#include <set>

namespace {

using namespace cudasetup;
using fuzz::expect;

constexpr std::uint64_t k_most_bytes = 1u << 20;

std::uint32_t crc32_of(std::string_view bytes)
{
  std::uint32_t crc = ~0u;
  for (const char c : bytes) {
    crc ^= static_cast<unsigned char>(c);
    for (int bit = 0; bit < 8; ++bit) {
      crc = crc >> 1 ^ ((crc & 1) != 0 ? 0xedb88320u : 0u); // the polynomial of ISO 3309, which APPNOTE.TXT names
    }
  }
  return ~crc;
}

void check_entry(std::span<const char> zip, const fetch::ZipEntry& entry)
{
  expect(fetch::fault_of_zip_name(entry.name).empty());
  expect(entry.name.front() != '/' && ("/" + entry.name + "/").find("/../") == std::string::npos);
  expect(entry.data_offset <= zip.size() && entry.packed_bytes <= zip.size() - entry.data_offset);
  std::string out(entry.bytes, '\0');
  fetch::Inflater inflater;
  if (inflater.unpack(zip, entry, out)) {
    expect(crc32_of(out) == entry.crc32);
    if (entry.type == fetch::ZipType::link && fetch::fault_of_zip_link(entry.name, out).empty()) {
      expect(!out.starts_with('/') && out.find('\0') == std::string::npos);
    }
  }
}

void fuzz_zip(std::string_view zip)
{
  fetch::ZipLimits limits;
  limits.most_bytes = k_most_bytes;
  const auto entries = fetch::read_zip_directory(zip, limits);
  if (!entries) {
    expect(entries.error().kind == base::ErrorKind::untrusted && fuzz::is_line(entries.error().message));
    return;
  }
  std::set<std::string_view> names;
  std::uint64_t bytes = 0;
  std::uint64_t packed = 0;
  for (const fetch::ZipEntry& entry : *entries) {
    expect(names.insert(entry.name).second);
    check_entry(zip, entry);
    bytes += entry.bytes;
    packed += entry.packed_bytes;
  }
  expect(bytes <= k_most_bytes && packed <= zip.size()); // so no two share bytes
}

void fuzz_md5_list(std::string_view text)
{
  const std::vector<fetch::Md5Line> list = fetch::parse_md5_list(text);
  for (const fetch::Md5Line& line : list) {
    expect(line.digest.kind() == base::DigestKind::md5 && !line.name.empty());
    expect(text.find(line.name) != std::string_view::npos);
    const auto found = fetch::find_md5(list, line.name.substr(line.name.rfind('/') + 1));
    expect(!found || std::any_of(list.begin(), list.end(), [&](const auto& one) { return one.digest == *found; }));
  }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
  const fuzz::Input input(data, size);
  input.pick % 2 == 0 ? fuzz_zip(input.text) : fuzz_md5_list(input.text);
  return 0;
}
