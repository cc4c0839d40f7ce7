#include "apply/match.hpp"

#include <gtest/gtest.h>

namespace cudasetup::apply {

namespace {

TEST(Match, a_name_fits_itself_alone)
{
  EXPECT_TRUE(matches("7fa2af80.pub", "7fa2af80.pub"));
  EXPECT_FALSE(matches("7fa2af80.pub.old", "7fa2af80.pub"));
  EXPECT_FALSE(matches("", "7fa2af80.pub"));
}

TEST(Match, a_star_stands_for_any_characters)
{
  EXPECT_TRUE(matches("cuda-3B1E4A28-keyring.gpg", "cuda-*-keyring.gpg"));
  EXPECT_TRUE(matches("cuda--keyring.gpg", "cuda-*-keyring.gpg"));
  EXPECT_TRUE(matches("anything", "*"));
  EXPECT_FALSE(matches("cuda-3B1E4A28-keyring.asc", "cuda-*-keyring.gpg"));
}

TEST(Match, the_parts_around_a_star_do_not_share_characters)
{
  EXPECT_FALSE(matches("cuda-keyring.gpg", "cuda-*-keyring.gpg"));
  EXPECT_FALSE(matches("aba", "ab*ba"));
}

} // namespace

} // namespace cudasetup::apply
