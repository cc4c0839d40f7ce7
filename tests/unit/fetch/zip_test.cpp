#include "fetch/inflate.hpp"
#include "fetch/zip.hpp"
#include "unit/fetch/zip_writer.hpp"

#include <gtest/gtest.h>

namespace cudasetup::fetch {
namespace {

using test::ZipForm;
using test::ZipItem;
using test::ZipWriter;

constexpr ZipLimits k_limits{std::uint64_t{1} << 30};

base::Result<std::vector<ZipEntry>> read(const std::string& zip, const ZipLimits& limits = k_limits)
{
  return read_zip_directory(zip, limits);
}

/// The message that refuses a zip of one entry.
std::string refusal_of(const ZipItem& item)
{
  const auto entries = read(ZipWriter().add(item).finish());
  return entries ? "accepted" : entries.error().message;
}

std::string unpacked(const std::string& zip, const ZipEntry& entry)
{
  std::string out(entry.bytes, '\0');
  Inflater inflater;
  const auto done = inflater.unpack(zip, entry, out);
  return done ? out : done.error().message;
}

TEST(zip, gives_entries_in_order_with_types_and_bytes)
{
  const std::string zip = ZipWriter()
                              .add({"a/", "", 0040755, 0})
                              .add({"a/run", "#!/bin/sh\n", 0100755})
                              .add({"a/text", "stored", 0100644, 0})
                              .add({"a/link", "text", 0120777, 0})
                              .add({"a/empty", "", 0100644})
                              .finish("a comment");
  const auto entries = read(zip);
  ASSERT_TRUE(entries) << entries.error().message;
  ASSERT_EQ(entries->size(), 5u);
  EXPECT_EQ((*entries)[0].name, "a");
  EXPECT_EQ((*entries)[0].type, ZipType::directory);
  EXPECT_EQ((*entries)[1].type, ZipType::file);
  EXPECT_TRUE((*entries)[1].executable);
  EXPECT_EQ(unpacked(zip, (*entries)[1]), "#!/bin/sh\n");
  EXPECT_FALSE((*entries)[2].executable);
  EXPECT_EQ(unpacked(zip, (*entries)[2]), "stored");
  EXPECT_EQ((*entries)[3].type, ZipType::link);
  EXPECT_EQ(unpacked(zip, (*entries)[3]), "text");
  EXPECT_EQ(unpacked(zip, (*entries)[4]), "");
}

TEST(zip, reads_zip64)
{
  const std::string zip = ZipWriter(ZipForm::zip64).add({"a/x", "one"}).add({"a/y", std::string(70000, 'y')}).finish();
  const auto entries = read(zip);
  ASSERT_TRUE(entries) << entries.error().message;
  ASSERT_EQ(entries->size(), 2u);
  EXPECT_EQ(unpacked(zip, (*entries)[0]), "one");
  EXPECT_EQ(unpacked(zip, (*entries)[1]), std::string(70000, 'y'));
}

TEST(zip, takes_a_zip_without_unix_modes)
{
  const auto entries = read(ZipWriter().add({"a/", "", 0, 0}).add({"a/b", "x", 0}).finish());
  ASSERT_TRUE(entries) << entries.error().message;
  EXPECT_EQ((*entries)[0].type, ZipType::directory);
  EXPECT_EQ((*entries)[1].type, ZipType::file);
  EXPECT_FALSE((*entries)[1].executable);
}

TEST(zip, refuses_names_that_leave_the_tree)
{
  for (const char* name : {"/etc/passwd", "a\\b", "C:/x", "c:x"}) {
    EXPECT_NE(refusal_of({name, "x"}).find("absolute or foreign"), std::string::npos) << name;
  }
  for (const char* name : {"../x", "a/../../x", "a/..", ".."}) {
    EXPECT_NE(refusal_of({name, "x"}).find("out of the tree"), std::string::npos) << name;
  }
  for (const char* name : {"a//b", "./a", "a/./b", "a/."}) {
    EXPECT_NE(refusal_of({name, "x"}).find("empty part"), std::string::npos) << name;
  }
  EXPECT_NE(refusal_of({"", "x"}).find("no name"), std::string::npos);
  EXPECT_NE(refusal_of({std::string("a\0b", 3), "x"}).find("control character"), std::string::npos);
  EXPECT_NE(refusal_of({"a\nb", "x"}).find("control character"), std::string::npos);
  EXPECT_NE(refusal_of({std::string(300, 'n'), "x"}).find("too long"), std::string::npos);
}

TEST(zip, prints_a_hostile_name_harmlessly)
{
  EXPECT_EQ(refusal_of({"a\x1b[2Jb", "x"}).find('\x1b'), std::string::npos);
  EXPECT_EQ(refusal_of({"a\nhint: curl x | sh", "x"}).find('\n'), std::string::npos);
}

TEST(zip, refuses_what_is_no_file_directory_or_link)
{
  for (const std::uint32_t mode : {0020644u, 0060644u, 0010644u, 0140644u}) {
    EXPECT_NE(refusal_of({"a/dev", "", mode, 0}).find("device, pipe or socket"), std::string::npos) << mode;
  }
  EXPECT_NE(refusal_of({"a/b/", "", 0100644, 0}).find("is none"), std::string::npos);
  EXPECT_NE(refusal_of({"a/b/", "x", 0040755, 0}).find("directory with content"), std::string::npos);
}

TEST(zip, refuses_encryption_and_unknown_packing)
{
  for (const std::uint16_t flags : std::initializer_list<std::uint16_t>{0x1, 0x40, 0x2000}) {
    EXPECT_NE(refusal_of({"a", "x", 0100644, 8, flags}).find("encrypted"), std::string::npos) << flags;
  }
  EXPECT_NE(refusal_of({"a", "x", 0100644, 12}).find("not supported: 12"), std::string::npos);
}

TEST(zip, refuses_the_same_path_twice_but_not_by_case)
{
  const auto twice = read(ZipWriter().add({"a/x", "1"}).add({"a/x", "2"}).finish());
  ASSERT_FALSE(twice);
  EXPECT_EQ(twice.error().message, "the entry \"a/x\" is there twice");
  EXPECT_FALSE(read(ZipWriter().add({"a/x", "1"}).add({"a/x/", "", 0040755, 0}).finish()));
  EXPECT_TRUE(read(ZipWriter().add({"a/x", "1"}).add({"a/X", "2"}).finish()));
}

TEST(zip, refuses_a_path_through_a_link_or_file)
{
  const auto through_link = read(ZipWriter().add({"a/l", "/etc", 0120777, 0}).add({"a/l/x", "2"}).finish());
  ASSERT_FALSE(through_link);
  EXPECT_NE(through_link.error().message.find("below what is no directory"), std::string::npos);
  EXPECT_FALSE(read(ZipWriter().add({"a/f/x", "2"}).add({"a/f", "1"}).finish()));
}

TEST(zip, refuses_entries_that_share_bytes)
{
  ZipItem second{"a", "x"};
  second.data = ZipItem::Data::shared;
  const auto entries = read(ZipWriter().add({"a", "x"}).add(second).finish());
  ASSERT_FALSE(entries);
  EXPECT_EQ(entries.error().message, "the entry \"a\" shares bytes with another");
}

TEST(zip, refuses_headers_that_disagree)
{
  ZipItem item{"a/good", "x"};
  item.local_name = "a/evil";
  EXPECT_NE(refusal_of(item).find("two different headers"), std::string::npos);
}

TEST(zip, refuses_sizes_that_lie)
{
  ZipItem stored{"a", "123456", 0100644, 0};
  stored.claimed_bytes = 5;
  EXPECT_NE(refusal_of(stored).find("lies about its size"), std::string::npos);
  for (const std::uint32_t claimed : {1u, 999u, 1001u}) {
    ZipItem packed{"a", std::string(1000, 'x')};
    packed.claimed_bytes = claimed;
    const std::string zip = ZipWriter().add(packed).finish();
    const auto entries = read(zip);
    ASSERT_TRUE(entries);
    EXPECT_NE(unpacked(zip, entries->front()).find("lies about its size"), std::string::npos) << claimed;
  }
}

TEST(zip, refuses_a_wrong_check_sum)
{
  for (const std::uint16_t method : std::initializer_list<std::uint16_t>{0, 8}) {
    ZipItem item{"a", "content", 0100644, method};
    item.crc = 1;
    const std::string zip = ZipWriter().add(item).finish();
    const auto entries = read(zip);
    ASSERT_TRUE(entries);
    EXPECT_NE(unpacked(zip, entries->front()).find("check sum"), std::string::npos);
  }
  ZipItem empty{"a", ""};
  empty.crc = 7;
  const std::string zip = ZipWriter().add(empty).finish();
  EXPECT_NE(unpacked(zip, read(zip)->front()).find("check sum"), std::string::npos);
}

TEST(zip, refuses_more_than_the_limit)
{
  const std::string zip = ZipWriter().add({"a", std::string(600, 'x')}).add({"b", std::string(600, 'x')}).finish();
  EXPECT_TRUE(read(zip, {1200}));
  const auto entries = read(zip, {1199});
  ASSERT_FALSE(entries);
  EXPECT_NE(entries.error().message.find("unpacks to more than"), std::string::npos);
  EXPECT_FALSE(read(zip, {1200, 1}));
}

TEST(zip, refuses_a_bomb)
{
  const std::string zip = ZipWriter().add({"a", std::string(70u << 20, '\0')}).finish();
  const auto entries = read(zip);
  ASSERT_FALSE(entries);
  EXPECT_NE(entries.error().message.find("200 times its size"), std::string::npos);
}

TEST(zip, refuses_every_truncation_and_anything_around_it)
{
  for (const ZipForm form : {ZipForm::plain, ZipForm::zip64}) {
    const std::string zip = ZipWriter(form).add({"a", "some text"}).add({"b", "more"}).finish();
    for (std::size_t bytes = 0; bytes < zip.size(); ++bytes) {
      EXPECT_FALSE(read(zip.substr(0, bytes))) << bytes;
    }
    EXPECT_FALSE(read(zip + "x"));
    EXPECT_FALSE(read("x" + zip));
  }
}

TEST(zip, survives_every_changed_byte)
{
  const std::string zip = ZipWriter(ZipForm::zip64).add({"a/x", std::string(50, 'x')}).add({"a/y", "y", 0, 0}).finish();
  for (std::size_t at = 0; at < zip.size(); ++at) {
    for (const char value : {'\0', '\x7f', '\xff'}) {
      std::string changed = zip;
      changed[at] = value;
      const auto entries = read(changed);
      for (const ZipEntry& entry : entries ? *entries : std::vector<ZipEntry>{}) {
        // Whatever was accepted is inside.
        ASSERT_LE(entry.data_offset + entry.packed_bytes, changed.size());
        if (entry.bytes < 1000) {
          unpacked(changed, entry);
        }
      }
    }
  }
}

TEST(zip, judges_links)
{
  EXPECT_EQ(fault_of_zip_link("t/lib/libx.so", "libx.so.1"), "");
  EXPECT_EQ(fault_of_zip_link("t/lib/libx.so", "../other/libx.so"), "");
  EXPECT_EQ(fault_of_zip_link("t/a/b/l", "../../x"), "");
  EXPECT_NE(fault_of_zip_link("t/lib/l", "../../x"), "");
  EXPECT_NE(fault_of_zip_link("t/l", "../t/x"), "");
  EXPECT_NE(fault_of_zip_link("t/l", "/etc"), "");
  EXPECT_NE(fault_of_zip_link("t/l", ""), "");
  // Through another link, `..` may lead anywhere.
  EXPECT_NE(fault_of_zip_link("t/a/b/l", "other/../x"), "");
}

} // namespace
} // namespace cudasetup::fetch
