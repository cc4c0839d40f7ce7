#include "built_in/built_in.hpp"

#include "manifest/lint.hpp"
#include "manifest/load.hpp"
#include "manifest/records.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <set>

namespace cudasetup::manifest {
namespace {

using base::Arch;

base::Version v(std::string_view text)
{
  return *base::Version::parse(text);
}

const Manifest& manifest()
{
  static const Manifest k_manifest = built_in::manifest();
  return k_manifest;
}

/// The files below manifests/, in order of their names.
class Files {
public:
  Files()
  {
    const std::filesystem::path directory = std::filesystem::path(CUDASETUP_TEST_DATA) / "../../manifests";
    for (const auto& entry : std::filesystem::recursive_directory_iterator(directory)) {
      const std::string name = std::filesystem::relative(entry.path(), directory).string();
      if (name.ends_with(".json") && !name.starts_with("schema/")) {
        std::ifstream file(entry.path(), std::ios::binary);
        m_texts["manifests/" + name] = {std::istreambuf_iterator<char>(file), {}};
      }
    }
  }

  std::vector<Source> sources() const
  {
    std::vector<Source> sources;
    for (const auto& [name, text] : m_texts) {
      sources.push_back({name, text});
    }
    return sources;
  }

private:
  std::map<std::string, std::string> m_texts;
};

/// The value with its members in order of their names.
json::Value in_order(json::Value value)
{
  if (json::Object* members = value.object()) {
    for (auto& [name, member] : *members) {
      member = in_order(std::move(member));
    }
    std::sort(
        members->begin(), members->end(), [](const auto& left, const auto& right) { return left.first < right.first; });
  }
  if (json::Array* elements = value.array()) {
    for (json::Value& element : *elements) {
      element = in_order(std::move(element));
    }
  }
  return value;
}

/// Every record by kind and id, as JSON.
std::multiset<std::string> texts_of(const std::vector<Record>& records)
{
  std::multiset<std::string> texts;
  for (const Record& record : records) {
    texts.insert(record.kind + " " + record.id + " " + json::write(in_order(record.value), json::Layout::compact));
  }
  return texts;
}

TEST(BuiltIn, is_shown_with_every_member_that_the_files_have)
{
  const Files files;
  const auto shown = texts_of(records_of(manifest()));
  const auto there = texts_of(read_records(files.sources()));
  ASSERT_GT(there.size(), 1000U);
  EXPECT_EQ(shown.size(), there.size());
  std::size_t different = 0;
  for (const std::string& text : there) {
    constexpr std::size_t k_enough = 5;
    if (shown.count(text) == 0 && ++different <= k_enough) {
      ADD_FAILURE() << "in a file, and not shown so: " << text;
    }
  }
}

TEST(BuiltIn, is_what_the_files_say)
{
  const Files files;
  ASSERT_GT(files.sources().size(), 10u);
  const auto loaded = load({}, files.sources());
  ASSERT_TRUE(loaded) << loaded.error().message;
  EXPECT_EQ(manifest().digest, loaded->digest);
  EXPECT_TRUE(manifest() == *loaded) << "a member is missing in manifest/fields.hpp";
}

TEST(BuiltIn, passes_its_own_lint)
{
  const Files files;
  for (const json::Problem& problem : lint({}, files.sources())) {
    ADD_FAILURE() << json::to_text(problem);
  }
}

TEST(BuiltIn, the_first_pair_of_cuda_11_1_1_is_its_own_driver_with_torch_1_7_1)
{
  const auto& pairs = manifest().pairs.at("11.1.1");
  ASSERT_FALSE(pairs.empty());
  ASSERT_TRUE(pairs.front().driver);
  EXPECT_EQ(pairs.front().driver->text(), "455.32.00");
  EXPECT_EQ(pairs.front().torch.text(), "1.7.1");
  EXPECT_EQ(pairs.front().platform, "cu110");
}

TEST(BuiltIn, knows_the_digest_of_torch_1_7_1_for_cu110)
{
  const TorchRelease* torch = manifest().find_torch(v("1.7.1"));
  ASSERT_NE(torch, nullptr);
  const auto build = std::find_if(
      torch->builds.begin(), torch->builds.end(), [](const TorchBuild& one) { return one.platform == "cu110"; });
  ASSERT_NE(build, torch->builds.end());
  const auto zip = std::find_if(
      build->zips.begin(), build->zips.end(), [](const LibTorchZip& one) { return one.abi == Abi::cxx11; });
  ASSERT_NE(zip, build->zips.end());
  EXPECT_EQ(zip->file.url.text(),
            "https://download.pytorch.org/libtorch/cu110/libtorch-cxx11-abi-shared-with-deps-1.7.1%2Bcu110.zip");
  ASSERT_TRUE(zip->file.digest());
  EXPECT_EQ(zip->file.digest()->hex().substr(0, 8), "117f6dd6");
}

TEST(BuiltIn, knows_cuda_11_1_1)
{
  const CudaRelease* cuda = manifest().find_cuda(v("11.1.1"));
  ASSERT_NE(cuda, nullptr);
  EXPECT_EQ(cuda->minor(), "11.1");
  EXPECT_EQ(cuda->bundled_driver->text(), "455.32.00");
  EXPECT_EQ(cuda->packages.at(Profile::full), (std::vector<AptPackage>{{"cuda-toolkit-11-1", "11.1.1-1"}}));
  const auto local =
      std::find_if(cuda->local_installers.begin(), cuda->local_installers.end(), [](const LocalInstaller& one) {
        return one.os == "ubuntu1804" && one.arch == Arch::amd64;
      });
  ASSERT_NE(local, cuda->local_installers.end());
  EXPECT_EQ(local->file.url.file_name(), "cuda-repo-ubuntu1804-11-1-local_11.1.1-455.32.00-1_amd64.deb");
  ASSERT_TRUE(cuda->local_repository);
  EXPECT_EQ(cuda->local_repository->key, "7fa2af80.pub");
  EXPECT_EQ(manifest().find_cuda(v("11.15")), nullptr);
}

TEST(BuiltIn, finds_gpus_systems_archives_and_branches)
{
  const Gpu* t4 = manifest().find_gpu(*base::PciId::parse("10de:1eb8"));
  ASSERT_NE(t4, nullptr);
  EXPECT_EQ(t4->compute_capability->text(), "7.5");
  const UbuntuRelease* bionic = manifest().find_ubuntu(v("18.04"));
  ASSERT_NE(bionic, nullptr);
  EXPECT_EQ(bionic->codename, "bionic");
  const Archive* archive = manifest().find_archive("ubuntu2204", Arch::arm64);
  ASSERT_NE(archive, nullptr);
  EXPECT_EQ(archive->url.text(), "https://developer.download.nvidia.com/compute/cuda/repos/ubuntu2204/sbsa/");
  EXPECT_EQ(manifest().find_archive("debian12", Arch::amd64), nullptr);
  const DriverBranch* branch = manifest().find_branch(580);
  ASSERT_NE(branch, nullptr);
  EXPECT_EQ(manifest().find_branch(581), nullptr);
}

TEST(BuiltIn, knows_what_zips_lack_and_what_systems_have)
{
  const TorchRelease* torch = manifest().find_torch(v("2.14.0"));
  ASSERT_NE(torch, nullptr);
  const auto build = std::find_if(
      torch->builds.begin(), torch->builds.end(), [](const TorchBuild& one) { return one.platform == "cu130"; });
  ASSERT_NE(build, torch->builds.end());
  ASSERT_TRUE(build->lacks);
  const auto cudnn = std::find_if(build->lacks->begin(), build->lacks->end(), [](const MissingLibraries& missing) {
    return missing.packages.front().name == "libcudnn9-cuda-13";
  });
  ASSERT_NE(cudnn, build->lacks->end());
  EXPECT_EQ(cudnn->evidence, Evidence::seen);
  EXPECT_EQ(cudnn->packages.front().version, "9.24.0.43-1");
  for (const TorchRelease& release : manifest().torch) {
    for (const TorchBuild& one : release.builds) {
      EXPECT_TRUE(one.lacks) << release.version.text() << "+" << one.platform;
    }
  }
  EXPECT_EQ(manifest().find_ubuntu(v("26.04"))->python->text(), "3.14");
  EXPECT_EQ(manifest().find_ubuntu(v("22.04"))->gcc_packages->most, 12u);
}

TEST(BuiltIn, is_sorted)
{
  const Manifest& all = manifest();
  const auto by = [](auto member) { return [member](const auto& a, const auto& b) { return a.*member < b.*member; }; };
  EXPECT_TRUE(std::is_sorted(all.cuda.begin(), all.cuda.end(), by(&CudaRelease::version)));
  EXPECT_TRUE(std::is_sorted(all.torch.begin(), all.torch.end(), by(&TorchRelease::version)));
  EXPECT_TRUE(std::is_sorted(all.gpus.begin(), all.gpus.end(), by(&Gpu::id)));
  EXPECT_TRUE(std::is_sorted(all.ubuntu.begin(), all.ubuntu.end(), by(&UbuntuRelease::version)));
  EXPECT_TRUE(std::is_sorted(all.drivers.begin(), all.drivers.end(), by(&DriverBranch::branch)));
  EXPECT_TRUE(std::is_sorted(all.keys.begin(), all.keys.end(), by(&SigningKey::id)));
}

} // namespace
} // namespace cudasetup::manifest
