#include "matrix/samples.hpp"

#include <gtest/gtest.h>

namespace cudasetup::matrix {
namespace {

using resolve::Choice;
using resolve::Request;
using resolve::Resolution;

TEST(OracleOfUbuntus, catches_the_wrong_archive_and_modules_that_are_left_out)
{
  host::HostFacts facts = facts_of("22.04", "10de:1eb8");
  facts.ubuntu_archive.is_known = false;
  Request request;
  request.cuda.choice = Choice::none;
  request.torch.choice = Choice::none;
  const auto broken = [&](const char* driver,
                          std::vector<manifest::AptPackage> packages,
                          resolve::DriverOrigin origin) {
    Resolution result;
    result.ubuntu = known().find_ubuntu(v("22.04"));
    result.driver = {resolve::DriverAction::install, v(driver), host::ModuleFlavour::open, std::move(packages), origin};
    return rules_of(check(look_at(known(), facts), request, result));
  };
  using resolve::DriverOrigin;
  const manifest::AptPackage modules = {"linux-modules-nvidia-580-open-generic", ""};
  const auto ubuntus = DriverOrigin::ubuntu_prebuilt;
  EXPECT_EQ(broken("580.178.04", {{"nvidia-driver-580-open", ""}, modules}, ubuntus), Rules{});
  EXPECT_EQ(broken("580.178.04", {{"nvidia-driver-580-open", ""}}, ubuntus), Rules{"driver"});
  EXPECT_EQ(broken("580.95.05", {{"nvidia-driver-580-open", ""}, modules}, ubuntus), Rules{"driver"});
  EXPECT_EQ(broken("535.309.01", {{"nvidia-driver-535-open", ""}}, DriverOrigin::ubuntu_dkms), Rules{"driver"});
  EXPECT_EQ(broken("545.29.06", {{"nvidia-driver-545-open", ""}}, DriverOrigin::ubuntu_dkms), Rules{"driver"});
  EXPECT_EQ(broken("570.211.01", {{"nvidia-open-570", "570.211.01-*"}}, DriverOrigin::nvidia_archive), Rules{"driver"});
}

} // namespace
} // namespace cudasetup::matrix
