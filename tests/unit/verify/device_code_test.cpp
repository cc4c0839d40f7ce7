#include "verify/device_code.hpp"

#include "unit/verify/device_program.hpp"

#include <gtest/gtest.h>

namespace cudasetup::verify {

namespace {

using Found = std::vector<std::string>;

TEST(DeviceCode, is_found_in_every_container)
{
  EXPECT_EQ(device_code_in(test::elf_with_fatbin(test::fatbin({{2, 75}}) + test::fatbin({{2, 90}, {1, 90}, {2, 75}}))),
            (Found{"compute_90", "sm_75", "sm_90"}));
}

TEST(DeviceCode, is_not_what_has_only_the_name_of_it)
{
  EXPECT_EQ(device_code_in("#!/bin/sh\n# .nv_fatbin\n"), Found{});
  EXPECT_EQ(device_code_in(test::elf_with_fatbin("")), Found{});
  EXPECT_EQ(device_code_in(test::elf_with_fatbin(".nv_fatbin and more of it, but no container")), Found{});
  EXPECT_EQ(device_code_in(test::elf_with_fatbin(test::fatbin({}))), Found{});
  EXPECT_EQ(device_code_in(test::elf_with_fatbin(test::fatbin({{7, 75}}))), Found{}) << "of another kind";
}

TEST(DeviceCode, a_damaged_file_is_read_to_its_end_and_no_further)
{
  const std::string whole = test::program_with({{2, 75}, {1, 75}});
  ASSERT_EQ(device_code_in(whole).size(), 2U);
  for (std::size_t size = 0; size < whole.size(); ++size) {
    device_code_in(whole.substr(0, size));
  }
  for (std::size_t at = 0; at < whole.size(); ++at) {
    for (const char value : {'\0', '\x7f', '\xff'}) {
      std::string damaged = whole;
      damaged[at] = value;
      EXPECT_LE(device_code_in(damaged).size(), 3U);
    }
  }
}

} // namespace

} // namespace cudasetup::verify
