#include "matrix/samples.hpp"

#include <gtest/gtest.h>

namespace cudasetup::matrix {
namespace {

using resolve::Choice;
using resolve::Method;
using resolve::Request;
using resolve::Resolution;

class Preference : public testing::Test {
protected:
  Rules broken(const Resolution& resolution) const
  {
    const Machine machine = look_at(known(), facts);
    const Asked asked = {releases_asked(rows, request.cuda), builds_asked(rows, request.torch)};
    return rules_of(check_preference(Possible(rows, machine, request), asked, request, resolution));
  }

  Resolution with(const char* release, Method method, const char* torch, const char* platform) const
  {
    Resolution result;
    result.cuda.emplace();
    result.cuda->release = cuda(release);
    result.cuda->method = method;
    result.torch.emplace();
    result.torch->release = known().find_torch(v(torch));
    result.torch->build = build(torch, platform);
    return result;
  }

  Rows rows = rows_of(known());
  host::HostFacts facts = facts_of("22.04", "10de:1eb8");
  Request request;
};

TEST_F(Preference, catches_what_is_not_the_newest)
{
  EXPECT_EQ(broken(with("13.3.1", Method::network, "2.14.0", "cu132")), Rules{});
  EXPECT_EQ(broken(with("13.3.0", Method::network, "2.14.0", "cu132")), Rules{"newest"});
  EXPECT_EQ(broken(with("13.3.1", Method::network, "2.13.0", "cu132")), Rules{"newest"});
  EXPECT_EQ(broken(with("13.3.1", Method::network, "2.14.0", "cu130")), Rules{"newest"});
  request.cuda = {Choice::exact, v("12")};
  EXPECT_EQ(broken(with("12.9.2", Method::network, "2.8.0", "cu129")), Rules{});
  EXPECT_EQ(broken(with("12.8.2", Method::network, "2.11.0", "cu128")), Rules{"newest"});
  request.cuda = {Choice::exact, v("11.1")};
  EXPECT_EQ(broken(with("11.1.1", Method::runfile, "1.7.1", "cu110")), Rules{}) << "the manifest's pair";
  EXPECT_EQ(broken(with("11.1.1", Method::runfile, "1.10.1", "cu111")), Rules{"newest"});
  request.torch.choice = Choice::latest;
  EXPECT_EQ(broken(with("11.1.1", Method::runfile, "1.10.1", "cu111")), Rules{});
  EXPECT_EQ(broken(with("11.1.1", Method::runfile, "1.7.1", "cu110")), Rules{"newest"});
}

TEST_F(Preference, catches_a_method_that_is_not_the_first)
{
  EXPECT_EQ(broken(with("13.3.1", Method::local, "2.14.0", "cu132")), Rules{"method order"});
  EXPECT_EQ(broken(with("13.3.1", Method::runfile, "2.14.0", "cu132")), Rules{"method order"});
}

TEST_F(Preference, catches_an_older_release_where_another_method_would_do)
{
  facts = facts_of("22.04", "10de:102d"); // a K80, whose last driver the archive of 22.04 does not have
  EXPECT_EQ(broken(with("11.8.0", Method::runfile, "2.5.1", "cu118")), Rules{});
  EXPECT_EQ(broken(with("11.6.2", Method::runfile, "1.13.1", "cu116")), Rules{"newest"});
}

TEST_F(Preference, catches_a_runfile_where_apt_brings_a_pair)
{
  facts = facts_of("24.04", "10de:2684");
  request.torch = {Choice::exact, v("2.5.1"), std::nullopt};
  EXPECT_EQ(broken(with("12.5.1", Method::network, "2.5.1", "cu124")), Rules{});
  EXPECT_EQ(broken(with("12.3.2", Method::runfile, "2.5.1", "cu121")), Rules{"newest"});
}

TEST_F(Preference, catches_a_refusal_of_what_is_possible_or_without_help)
{
  const Machine machine = look_at(known(), facts);
  const auto refused = [&](const resolve::Refusal& refusal) {
    const Asked asked = {releases_asked(rows, request.cuda), builds_asked(rows, request.torch)};
    return rules_of(check(Possible(rows, machine, request), asked, refusal, true));
  };
  resolve::Refusal refusal;
  refusal.reasons = {{"gpu", "because", "a source"}};
  refusal.alternatives = {{"CUDA", "text", {}}};
  EXPECT_EQ(refused(refusal), Rules{"refused"});
  request.cuda = {Choice::exact, v("10.2")};
  request.torch = {Choice::exact, v("2.14.0"), std::nullopt};
  EXPECT_EQ(refused(refusal), Rules{});
  refusal.alternatives.clear();
  EXPECT_EQ(refused(refusal), Rules{"alternatives"});
  refusal.alternatives.resize(4);
  EXPECT_EQ(refused(refusal), Rules{"alternatives"});
  refusal.alternatives.resize(1);
  refusal.reasons.front().source.clear();
  EXPECT_EQ(refused(refusal), Rules{"reason"});
}

} // namespace
} // namespace cudasetup::matrix
