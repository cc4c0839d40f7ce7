#include "fetch/md5_list.hpp"

#include <gtest/gtest.h>

namespace cudasetup::fetch {
namespace {

// Names and digests in the form of developer.download.nvidia.com/compute/cuda/11.1.1/docs/sidebar/md5sum.txt.
constexpr const char* k_list = "c24e2755e543734b2bb2c0b0ea29ef34  cuda_11.1.1_455.32.00_linux.run\n"
                               "00000000000000000000000000000001 *with-star.deb\n"
                               "<html>not a line</html>\n"
                               "\n"
                               "ABCDEF00000000000000000000000002  folder/in upper case.deb\r\n";

TEST(md5_list, finds_a_file_by_its_name)
{
  const auto list = parse_md5_list(k_list);
  ASSERT_EQ(list.size(), 3u);
  ASSERT_TRUE(find_md5(list, "cuda_11.1.1_455.32.00_linux.run"));
  EXPECT_EQ(find_md5(list, "cuda_11.1.1_455.32.00_linux.run")->hex(), "c24e2755e543734b2bb2c0b0ea29ef34");
  EXPECT_EQ(find_md5(list, "with-star.deb")->hex(), "00000000000000000000000000000001");
  EXPECT_EQ(find_md5(list, "in upper case.deb")->hex(), "abcdef00000000000000000000000002");
  EXPECT_FALSE(find_md5(list, "cuda_11.1.1"));
}

TEST(md5_list, does_not_choose_between_two_digests_of_one_name)
{
  const auto list = parse_md5_list("00000000000000000000000000000001  a/x\n00000000000000000000000000000002  b/x\n"
                                   "00000000000000000000000000000003  y\n00000000000000000000000000000003  y\n");
  EXPECT_FALSE(find_md5(list, "x"));
  EXPECT_TRUE(find_md5(list, "y"));
}

} // namespace
} // namespace cudasetup::fetch
