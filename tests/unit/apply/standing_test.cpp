#include "apply/standing.hpp"

#include <gtest/gtest.h>

namespace cudasetup::apply {

namespace {

using journal::Extent;
using journal::Mark;
using journal::PathState;

PathState file(const std::string& digest)
{
  return {true, {effects::FileType::regular, 0, 0644, 0, 0}, "", digest};
}

TEST(Merged, what_was_uninstalled_counts_as_never_installed)
{
  journal::Transaction first;
  first.changed.packages["ours"] = journal::PackageState{"ii", "1", Mark::manual};
  first.originals = {{"/etc/a", Extent::single, {}, ""}};
  first.results["/etc/a"] = file("a");
  journal::Transaction second;
  second.verb = journal::Verb::uninstall;
  second.before.packages = {{"ours", {"ii", "1", Mark::manual}}, {"theirs", {"ii", "1", Mark::manual}}};
  second.changed.packages = {{"ours", std::nullopt}, {"theirs", std::nullopt}};
  second.originals = {{"/etc/a", Extent::single, file("a"), "/s/1"},
                      {"/etc/conffile", Extent::tree, file("c"), "/s/2"}};
  second.results["/etc/a"] = {};
  journal::Transaction third;
  third.changed.packages["theirs"] = journal::PackageState{"ii", "2", Mark::manual};
  const journal::Transaction all = merged({first, second, third});
  EXPECT_TRUE(all.before.packages.empty());
  EXPECT_EQ(all.changed.packages.size(), 1U);
  EXPECT_EQ(all.changed.packages.begin()->first, "theirs") << "who installed it last has it";
  ASSERT_EQ(all.originals.size(), 1U);
  EXPECT_FALSE(all.originals[0].before.exists);
  EXPECT_FALSE(all.results.at("/etc/a").exists);
}

} // namespace

} // namespace cudasetup::apply
