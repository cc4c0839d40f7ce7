#pragma once

#include <libdeflate.h>

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace cudasetup::test {

/// One entry to write, true or false.
struct ZipItem {
  std::string name;
  std::string content = {};
  /// Type and permission bits; 0 for a zip without Unix modes.
  std::uint32_t mode = 0100644;
  /// 0 stored, 8 deflate, or what no reader knows.
  std::uint16_t method = 8;
  std::uint16_t flags = 0;
  std::optional<std::uint32_t> crc = {};
  std::optional<std::uint32_t> claimed_bytes = {};
  std::optional<std::string> local_name = {};
  /// Points at the bytes of the entry before it instead of having its own.
  enum class Data { own, shared } data = Data::own;
};

enum class ZipForm { plain, zip64 };

/// Writes zip files, also ones that lie.
class ZipWriter {
public:
  explicit ZipWriter(ZipForm form = ZipForm::plain) : m_form(form) {}

  ZipWriter& add(const ZipItem& item)
  {
    const std::string packed = item.method == 8 ? deflated(item.content) : item.content;
    const auto crc = item.crc.value_or(libdeflate_crc32(0, item.content.data(), item.content.size()));
    const auto bytes = item.claimed_bytes.value_or(static_cast<std::uint32_t>(item.content.size()));
    if (item.data == ZipItem::Data::own) {
      m_last_offset = m_bytes.size();
      const std::string name = item.local_name.value_or(item.name);
      number(m_bytes, 0x04034b50, 4);
      number(m_bytes, 20, 2);
      common(m_bytes, item, crc, packed.size(), bytes, name.size());
      number(m_bytes, 0, 2);
      m_bytes += name + packed;
    }
    const bool is_64 = m_form == ZipForm::zip64;
    number(m_directory, 0x02014b50, 4);
    number(m_directory, 3 << 8 | 20, 2);
    number(m_directory, 20, 2);
    common(m_directory, item, crc, is_64 ? 0xffffffff : packed.size(), is_64 ? 0xffffffff : bytes, item.name.size());
    number(m_directory, is_64 ? 28 : 0, 2); // extra
    number(m_directory, 0, 2 + 2 + 2);      // comment, disk, internal attributes
    number(m_directory, item.mode << 16, 4);
    number(m_directory, is_64 ? 0xffffffff : m_last_offset, 4);
    m_directory += item.name;
    if (is_64) {
      number(m_directory, 1, 2);
      number(m_directory, 24, 2);
      number(m_directory, bytes, 8);
      number(m_directory, packed.size(), 8);
      number(m_directory, m_last_offset, 8);
    }
    ++m_count;
    return *this;
  }

  std::string finish(const std::string& comment = {}) const
  {
    std::string zip = m_bytes + m_directory;
    const std::size_t at = zip.size();
    const bool is_64 = m_form == ZipForm::zip64;
    if (is_64) {
      number(zip, 0x06064b50, 4);
      number(zip, 44, 8);
      number(zip, 45, 2 + 2 + 4 + 4); // versions, disks
      number(zip, m_count, 8);
      number(zip, m_count, 8);
      number(zip, m_directory.size(), 8);
      number(zip, m_bytes.size(), 8);
      number(zip, 0x07064b50, 4);
      number(zip, 0, 4);
      number(zip, at, 8);
      number(zip, 1, 4);
    }
    number(zip, 0x06054b50, 4);
    number(zip, 0, 4);
    number(zip, is_64 ? 0xffff : m_count, 2);
    number(zip, is_64 ? 0xffff : m_count, 2);
    number(zip, is_64 ? 0xffffffff : m_directory.size(), 4);
    number(zip, is_64 ? 0xffffffff : m_bytes.size(), 4);
    number(zip, comment.size(), 2);
    return zip + comment;
  }

private:
  static void number(std::string& to, std::uint64_t value, int width)
  {
    for (int i = 0; i < width; ++i) {
      to += static_cast<char>(i < 8 ? value >> (8 * i) & 0xff : 0);
    }
  }
  static void common(std::string& to,
                     const ZipItem& item,
                     std::uint32_t crc,
                     std::uint64_t packed,
                     std::uint64_t bytes,
                     std::size_t name_bytes)
  {
    number(to, item.flags, 2);
    number(to, item.method, 2);
    number(to, 0, 4); // time and date
    number(to, crc, 4);
    number(to, packed, 4);
    number(to, bytes, 4);
    number(to, name_bytes, 2);
  }
  static std::string deflated(const std::string& content)
  {
    libdeflate_compressor* compressor = libdeflate_alloc_compressor(6);
    std::string packed(libdeflate_deflate_compress_bound(compressor, content.size()), '\0');
    packed.resize(
        libdeflate_deflate_compress(compressor, content.data(), content.size(), packed.data(), packed.size()));
    libdeflate_free_compressor(compressor);
    return packed;
  }

  ZipForm m_form;
  std::string m_bytes;
  std::string m_directory;
  std::uint64_t m_count = 0;
  std::uint64_t m_last_offset = 0;
};

} // namespace cudasetup::test
