#include "broken_records.hpp"

namespace cudasetup::manifest::test {
namespace {

class BrokenManifest : public testing::TestWithParam<Broken> {};

TEST_P(BrokenManifest, is_refused_with_file_line_pointer_and_what_was_expected)
{
  const Broken& broken = GetParam();
  EXPECT_EQ(problems_of(text_of(broken)), broken.expected);
}

INSTANTIATE_TEST_SUITE_P(Document, BrokenManifest, testing::ValuesIn(k_documents), [](const auto& test) {
  return test.param.name;
});
INSTANTIATE_TEST_SUITE_P(Cuda, BrokenManifest, testing::ValuesIn(k_cuda), [](const auto& test) {
  return test.param.name;
});
INSTANTIATE_TEST_SUITE_P(Record, BrokenManifest, testing::ValuesIn(k_others), [](const auto& test) {
  return test.param.name;
});
INSTANTIATE_TEST_SUITE_P(Reference, BrokenManifest, testing::ValuesIn(k_references), [](const auto& test) {
  return test.param.name;
});

} // namespace
} // namespace cudasetup::manifest::test
