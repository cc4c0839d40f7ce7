#include "diagnose/torch_needs.hpp"

#include <gtest/gtest.h>

namespace cudasetup::diagnose {

namespace {

std::string cmake_of(const char* version, const char* platform, std::uint32_t cxx_standard)
{
  manifest::TorchRelease release;
  release.version = base::Version::parse(version).value();
  release.cxx_standard = cxx_standard;
  manifest::TorchBuild build;
  build.platform = platform;
  const auto least = least_cmake(release, build);
  return least ? least->text() : "any";
}

TEST(LeastCmake, is_asked_for_by_builds_for_cuda_and_by_the_newest_standard)
{
  EXPECT_EQ(cmake_of("1.12.1", "cu116", 14), "any");
  EXPECT_EQ(cmake_of("1.13.0", "cu117", 14), "3.18");
  EXPECT_EQ(cmake_of("2.6.0", "cpu", 17), "any") << "it does not read CUDA's part";
  EXPECT_EQ(cmake_of("2.13.0", "cpu", 20), "3.12");
  EXPECT_EQ(cmake_of("2.13.0", "cu130", 20), "3.18");
}

} // namespace

} // namespace cudasetup::diagnose
