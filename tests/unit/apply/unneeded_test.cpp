#include "apply/unneeded.hpp"

#include <gtest/gtest.h>

namespace cudasetup::apply {

namespace {

using journal::Mark;
using Names = std::set<std::string>;

constexpr const char* k_status = "Package: cuda-toolkit-12-4\nDepends: cuda-nvcc-12-4 (>= 12.4.1), libshared\n\n"
                                 "Package: cuda-nvcc-12-4\nPre-Depends: libpre:any\nRecommends: nicety\n\n"
                                 "Package: libshared\n\nPackage: libpre\n\nPackage: nicety\n\n"
                                 "Package: jre-a\nProvides: java-runtime (= 11), other\n\n"
                                 "Package: jre-b\nProvides: java-runtime\n\n"
                                 "Package: of-the-user\nDepends: libshared | libother\n\n"
                                 "Package: reader\nDepends: java-runtime\n\n"
                                 "Package: fond\nRecommends: nicety\n";

class UnneededTest : public testing::Test {
protected:
  void install(const std::string& name, Mark mark = Mark::automatic) { m_installed[name] = {"ii", "1", mark}; }
  Names unneeded_of(const Names& candidates, const Names& also_for_recommends = {})
  {
    return unneeded(m_installed, parse_relations(k_status), candidates, also_for_recommends);
  }

  journal::Packages m_installed;
};

TEST_F(UnneededTest, what_another_package_depends_on_stays_with_all_that_it_needs)
{
  install("cuda-toolkit-12-4");
  install("cuda-nvcc-12-4");
  install("libpre");
  install("libshared");
  const Names all = {"cuda-toolkit-12-4", "cuda-nvcc-12-4", "libpre", "libshared"};
  EXPECT_EQ(unneeded_of(all), all);
  install("of-the-user", Mark::manual);
  EXPECT_EQ(unneeded_of(all), (Names{"cuda-toolkit-12-4", "cuda-nvcc-12-4", "libpre"}));
  // Another one serves as well.
  install("libother");
  EXPECT_EQ(unneeded_of(all), all);
  EXPECT_EQ(unneeded_of({"cuda-nvcc-12-4", "libpre"}), Names{}) << "the toolkit stays";
}

TEST_F(UnneededTest, what_only_one_candidate_provides_stays)
{
  install("jre-a");
  install("reader");
  EXPECT_EQ(unneeded_of({"jre-a"}), Names{});
  install("jre-b");
  EXPECT_EQ(unneeded_of({"jre-a"}), Names{"jre-a"});
  EXPECT_EQ(unneeded_of({"jre-a", "jre-b"}), Names{});
}

TEST_F(UnneededTest, a_recommendation_keeps_only_what_it_may)
{
  install("nicety");
  install("fond");
  EXPECT_EQ(unneeded_of({"nicety"}), Names{"nicety"});
  EXPECT_EQ(unneeded_of({"nicety"}, {"nicety"}), Names{});
}

TEST_F(UnneededTest, what_is_not_there_is_not_named)
{
  m_installed["libpre"] = {"rc", "1", Mark::manual};
  EXPECT_EQ(unneeded_of({"libpre", "never-heard-of"}), Names{});
}

TEST_F(UnneededTest, only_what_came_because_of_it_counts_as_pulled_in)
{
  install("cuda-toolkit-12-4", Mark::manual);
  install("cuda-nvcc-12-4");
  install("libshared", Mark::manual);
  install("libpre");
  install("nicety");
  install("fond");
  EXPECT_EQ(pulled_in(m_installed, parse_relations(k_status), {"cuda-toolkit-12-4"}),
            (Names{"cuda-nvcc-12-4", "libpre", "nicety"}));
}

} // namespace

} // namespace cudasetup::apply
