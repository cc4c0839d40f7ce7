#include "sample.hpp"

#include "manifest/pack.hpp"

#include <stdexcept>

namespace cudasetup::manifest::test {
namespace {

Manifest sample()
{
  return load({}, {{"m.json", k_sample}}).value();
}

TEST(Pack, what_is_packed_is_unpacked)
{
  EXPECT_TRUE(unpack(pack(sample())) == sample());
  EXPECT_TRUE(unpack(pack({})) == Manifest{});
}

TEST(Pack, equal_sources_are_kept_once)
{
  const Manifest manifest = unpack(pack(sample()));
  EXPECT_EQ(&manifest.gpus.at(0).sources.texts(), &manifest.drivers.at(0).sources.texts());
  EXPECT_NE(&manifest.gpus.at(0).sources.texts(), &manifest.ubuntu.at(0).archives.at(0).keyring->sources.texts());
}

TEST(Pack, other_bytes_are_a_fault_of_the_program)
{
  const std::string packed = pack(sample());
  for (std::size_t size = 0; size < packed.size(); ++size) {
    EXPECT_THROW(unpack(std::string_view(packed).substr(0, size)), std::logic_error) << size;
  }
  EXPECT_THROW(unpack(packed + "x"), std::logic_error);
  EXPECT_THROW(unpack(std::string(64, '\xff')), std::logic_error);
}

} // namespace
} // namespace cudasetup::manifest::test
