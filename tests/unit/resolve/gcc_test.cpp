#include "resolve/gcc.hpp"

#include "unit/resolve/asking.hpp"

namespace cudasetup::resolve {
namespace {

using test::asking;
using test::resolved;
using test::sample_host;
using test::sample_manifest;
using test::version;

struct Row {
  std::string name;
  GccMajors need;
  std::optional<std::uint32_t> usual;
  std::string ubuntu;
  GccFit fit;
  std::optional<std::uint32_t> beside;
};

/// What the sample's Ubuntu releases have.
std::optional<GccMajors> packaged(const std::string& ubuntu)
{
  static const manifest::Manifest manifest = sample_manifest();
  const manifest::UbuntuRelease* release = manifest.find_ubuntu(version(ubuntu));
  return release == nullptr ? std::nullopt
                            : std::optional(GccMajors{release->gcc_packages->least, release->gcc_packages->most});
}

class GccRule : public testing::TestWithParam<Row> {};

TEST_P(GccRule, ChoosesACompiler)
{
  const Row& row = GetParam();
  const GccChoice choice = choose_gcc(row.need, row.usual, packaged(row.ubuntu));
  EXPECT_EQ(choice.fit, row.fit);
  EXPECT_EQ(choice.major, row.beside);
}

INSTANTIATE_TEST_SUITE_P(
    Table,
    GccRule,
    testing::Values(Row{"UsualInRange", {5, 10}, 7, "18.04", GccFit::usual, {}},
                    Row{"UsualAtTheEnds", {5, 10}, 10, "20.04", GccFit::usual, {}},
                    Row{"NewestInRangeBeside", {5, 10}, 13, "24.04", GccFit::beside, 10},
                    Row{"OwnNewerCompilerThanTheRelease", {6, 11}, 14, "22.04", GccFit::beside, 11},
                    Row{"UsualTooOld", {11, 15}, 9, "22.04", GccFit::beside, 12},
                    Row{"NoneInRange", {5, 8}, 11, "22.04", GccFit::none, {}},
                    Row{"ReleaseTooOld", {11, 15}, 9, "20.04", GccFit::none, {}},
                    Row{"NewUbuntuOldToolkit", {5, 10}, 15, "26.04", GccFit::none, {}},
                    Row{"UnknownUsual", {6, 13}, {}, "24.04", GccFit::beside, 13},
                    Row{"UnknownRelease", {6, 13}, 20, "28.04", GccFit::unknown, {}},
                    Row{"InterimRelease", {6, 13}, 20, "24.10", GccFit::unknown, {}}),
    [](const testing::TestParamInfo<Row>& row) { return row.param.name; });

TEST(HostGcc, IsInstalledBesideAndSaid)
{
  const manifest::Manifest manifest = sample_manifest();
  const Resolution resolution = resolved(asking({"--cuda", "11.1"}), manifest, sample_host("24.04"));
  EXPECT_EQ(resolution.cuda->host_gcc, 10U);
  EXPECT_THAT(test::about(resolution.reasons, "cuda"),
              testing::HasSubstr("CUDA 11.1.1 compiles with gcc 5 to 10, and the usual one is gcc 13: g++-10 is "
                                 "installed beside it"));
}

TEST(HostGcc, IsTheInstalledCompilerWhereThatIsKnown)
{
  const manifest::Manifest manifest = sample_manifest();
  host::HostFacts facts = sample_host("24.04");
  facts.gcc = version("10.2.1");
  EXPECT_EQ(resolved(asking({"--cuda", "11.1"}), manifest, facts).cuda->host_gcc, std::nullopt);
}

TEST(HostGcc, RefusesWhereTheReleaseHasNone)
{
  const manifest::Manifest manifest = sample_manifest();
  const Refusal refusal = test::refused(asking({"--cuda", "10.2", "--torch", "none"}), manifest, sample_host("22.04"));
  ASSERT_THAT(test::kinds_of(refusal), testing::ElementsAre("gcc"));
  EXPECT_EQ(
      refusal.reasons[0].text,
      "CUDA 10.2.89 compiles with gcc up to 8, and Ubuntu 22.04 has gcc 9 to 12; --profile runtime compiles nothing");
  EXPECT_EQ(refusal.reasons[0].source, "manifest, cuda 10.2.89: sample");
}

TEST(HostGcc, DoesNotMatterForLibrariesAlone)
{
  const manifest::Manifest manifest = sample_manifest();
  const Resolution resolution =
      resolved(asking({"--cuda", "10.2", "--torch", "none", "--profile", "runtime"}), manifest, sample_host("22.04"));
  EXPECT_EQ(resolution.cuda->host_gcc, std::nullopt);
}

TEST(HostGcc, ServesToolkitAndTorchTogether)
{
  manifest::Manifest manifest = sample_manifest();
  manifest.torch[2].gcc = 10; // 2.6.0
  const Request request = asking({"--cuda", "11.8", "--torch", "2.6.0"});
  EXPECT_EQ(resolved(request, manifest, sample_host("20.04")).cuda->host_gcc, 10U);
  manifest.torch[2].gcc = 12;
  const Refusal refusal = test::refused(request, manifest, sample_host("22.04"));
  EXPECT_EQ(
      refusal.reasons[0].text,
      "CUDA 11.8.0 compiles with gcc 6 to 11, torch 2.6.0 with gcc 12 or later: no gcc is both; --profile runtime "
      "compiles nothing");
}

TEST(HostGcc, UnknownRangeIsACaution)
{
  manifest::Manifest manifest = sample_manifest();
  manifest.cuda[3].gcc.reset();
  const Resolution resolution = resolved(asking({"--cuda", "11.8", "--torch", "none"}), manifest, sample_host("22.04"));
  EXPECT_THAT(test::about(resolution.cautions, "cuda"), testing::HasSubstr("which gcc CUDA 11.8.0 takes is not known"));
}

} // namespace
} // namespace cudasetup::resolve
