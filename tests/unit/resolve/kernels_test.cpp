#include "resolve/kernels.hpp"

#include "support/sample_knowledge.hpp"

#include <gtest/gtest.h>

#include <string>

namespace cudasetup::resolve {
namespace {

using cudasetup::test::knowledge::capability;
using cudasetup::test::knowledge::sample_build;

struct Row {
  std::string name;
  std::string sm;
  std::string ptx;
  std::string gpu;
  Kernels expected;
};

class KernelRule : public testing::TestWithParam<Row> {};

TEST_P(KernelRule, SaysHowABuildServesAGpu)
{
  const Row& row = GetParam();
  const manifest::TorchBuild build = sample_build("2.0.0", "cu118", row.sm, row.ptx, "");
  EXPECT_EQ(kernels_for(build, capability(row.gpu)), row.expected);
}

INSTANTIATE_TEST_SUITE_P(
    Table,
    KernelRule,
    testing::Values(Row{"SameCapability", "7.0 7.5", "", "7.5", Kernels::machine_code},
                    Row{"LowerMinorOfTheMajor", "7.0", "", "7.5", Kernels::machine_code},
                    Row{"AdaOnAmpereCode", "8.0 8.6", "", "8.9", Kernels::machine_code},
                    Row{"Gb10OnBlackwellCode", "12.0", "", "12.1", Kernels::machine_code},
                    Row{"HigherMinorOfTheMajor", "8.6", "", "8.0", Kernels::missing},
                    Row{"OtherMajor", "7.0 8.0 9.0", "", "12.0", Kernels::missing},
                    Row{"PascalBetweenMaxwellAndVolta", "5.0 7.0 8.0 8.6", "", "6.1", Kernels::missing},
                    Row{"DatacentreCodeOnDesktopBlackwell", "10.0", "", "12.0", Kernels::missing},
                    Row{"PtxOfAnOlderMajor", "7.0", "8.0", "9.0", Kernels::compiled},
                    Row{"PtxOfTheSameCapability", "7.0", "9.0", "9.0", Kernels::compiled},
                    Row{"PtxOfANewerCapability", "7.0", "12.0", "9.0", Kernels::missing},
                    Row{"MachineCodeBeforePtx", "9.0", "8.0", "9.0", Kernels::machine_code},
                    Row{"PtxAlone", "", "8.0", "8.6", Kernels::compiled},
                    Row{"OrinRunsNoCodeOfOtherChips", "8.0 8.6", "", "8.7", Kernels::missing},
                    Row{"OrinRunsItsOwn", "8.0 8.7", "", "8.7", Kernels::machine_code},
                    Row{"OrinCompilesPtx", "8.0", "8.0", "8.7", Kernels::compiled},
                    Row{"NothingPublished", "", "", "8.6", Kernels::unknown}),
    [](const testing::TestParamInfo<Row>& row) { return row.param.name; });

} // namespace
} // namespace cudasetup::resolve
