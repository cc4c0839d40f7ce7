#include "resolve/passed_over.hpp"

#include "built_in/built_in.hpp"
#include "unit/resolve/asking.hpp"

#include <set>

namespace cudasetup::resolve {
namespace {

using test::asking;
using test::sample_host;
using testing::HasSubstr;

const manifest::Manifest& known()
{
  static const manifest::Manifest manifest = built_in::manifest();
  return manifest;
}

/// A request that resolves, and what was passed over for it.
struct Answer {
  Resolution taken;
  std::vector<PassedOver> newer;

  std::vector<const PassedOver*> of(std::string_view about) const
  {
    std::vector<const PassedOver*> some;
    for (const PassedOver& one : newer) {
      if (one.about == about) {
        some.push_back(&one);
      }
    }
    return some;
  }
};

Answer answer_to(std::initializer_list<std::string_view> arguments, const host::HostFacts& facts)
{
  const Request request = asking(arguments);
  Answer answer{test::resolved(request, known(), facts), {}};
  const Target target = find_target(known(), facts);
  answer.newer = passed_over(ask(request, known(), target), answer.taken);
  return answer;
}

TEST(PassedOver, APascalGpuIsTooOldForTheNewestToolkits)
{
  const Answer answer = answer_to({}, sample_host("22.04", {"10de:1b06"}));
  const auto cuda = answer.of("cuda");
  ASSERT_FALSE(cuda.empty());
  EXPECT_EQ(cuda.front()->version, known().cuda.back().version.text());
  std::set<std::string> minors;
  for (const PassedOver* one : cuda) {
    ASSERT_FALSE(one->constraints.empty()) << one->version;
    EXPECT_EQ(one->constraints.front().constraint, "gpu");
    EXPECT_THAT(one->constraints.front().text, HasSubstr("GTX 1080 Ti"));
    EXPECT_FALSE(one->constraints.front().source.empty());
    EXPECT_GT(test::version(one->version), answer.taken.cuda->release->version);
    EXPECT_TRUE(minors.insert(test::version(one->version).prefix(2)).second) << one->version;
  }
}

TEST(PassedOver, WhatWorksAsWellSaysWhatWouldChange)
{
  host::HostFacts facts = sample_host("22.04", {"10de:2684"});
  facts.driver = host::LoadedDriver{test::version("535.104.05"), std::nullopt};
  const Answer answer = answer_to({"--cuda", "12.2"}, facts);
  EXPECT_TRUE(answer.of("cuda").empty()) << "12.2 was asked for: nothing was passed over";
  const auto drivers = answer.of("driver");
  const auto works =
      std::find_if(drivers.begin(), drivers.end(), [](const PassedOver* one) { return one->constraints.empty(); });
  ASSERT_NE(works, drivers.end());
  EXPECT_THAT((*works)->text, HasSubstr("installing driver " + (*works)->version + "."));
}

/// Whatever is said of a thing must be what comes of asking for it.
TEST(PassedOver, EachIsWhatTheResolverSaysWhenItIsAskedFor)
{
  std::size_t refused = 0;
  std::size_t works = 0;
  for (const std::string_view ubuntu : {"18.04", "20.04", "24.04"}) {
    for (const std::string_view gpu : {"10de:102d", "10de:1b06", "10de:1eb8", "10de:2335"}) {
      const host::HostFacts facts = sample_host(std::string(ubuntu), {gpu});
      if (std::holds_alternative<Refusal>(resolve(asking({}), known(), facts))) {
        continue;
      }
      for (const PassedOver& one : answer_to({}, facts).newer) {
        const std::string option = one.option();
        const Outcome outcome = resolve(asking({option, one.version}), known(), facts);
        const Refusal* refusal = std::get_if<Refusal>(&outcome);
        SCOPED_TRACE(std::string(ubuntu) + " " + std::string(gpu) + " " + option + " " + one.version);
        ASSERT_EQ(refusal != nullptr, !one.constraints.empty());
        if (refusal != nullptr) {
          EXPECT_EQ(refusal->reasons.front().text, one.constraints.front().text);
          ++refused;
        } else {
          ++works;
        }
      }
    }
  }
  EXPECT_GT(refused, 20U);
  EXPECT_GT(works, 5U);
}

} // namespace
} // namespace cudasetup::resolve
