#include "sample.hpp"

#include "manifest/names.hpp"

namespace cudasetup::manifest::test {
namespace {

base::Version v(std::string_view text)
{
  return *base::Version::parse(text);
}

Manifest loaded(const std::vector<Source>& base, const std::vector<Source>& overlay)
{
  std::vector<json::Problem> problems;
  Manifest manifest = load(load({}, base, problems), overlay, problems);
  EXPECT_EQ(lines_of(problems), "");
  return manifest;
}

/// The problems of @p overlay over the sample.
std::string problems_over_sample(std::string_view overlay)
{
  std::vector<json::Problem> problems;
  load(loaded({{"m.json", k_sample}}, {}), {{"o.json", overlay}}, problems);
  return lines_of(problems);
}

TEST(Load, reads_every_member)
{
  const Manifest manifest = loaded({{"m.json", k_sample}}, {});
  const CudaRelease& cuda = manifest.cuda.at(0);
  EXPECT_EQ(cuda.version.text(), "11.1.1");
  EXPECT_EQ(cuda.bundled_driver->text(), "455.32.00");
  EXPECT_EQ(cuda.minimum_driver->text(), "455.32");
  EXPECT_EQ(cuda.compatible_driver->text(), "450.80.02");
  EXPECT_EQ(cuda.packages.at(Profile::full), (std::vector<AptPackage>{{"cuda-toolkit-11-1", "11.1.1-1"}}));
  EXPECT_TRUE(cuda.packages.at(Profile::runtime).empty());
  EXPECT_EQ(cuda.packages_evidence, Evidence::seen);
  EXPECT_EQ(cuda.local_installers.at(0).os, "ubuntu1804");
  EXPECT_EQ(cuda.local_installers.at(0).file.bytes, 123u);
  EXPECT_FALSE(cuda.local_installers.at(0).file.digest());
  EXPECT_EQ(cuda.local_repository->directory, "/var/cuda-repo-{os}-11-1-local");
  EXPECT_EQ(cuda.local_repository->key, "7fa2af80.pub");
  EXPECT_EQ(cuda.runfiles.at(0).file.digest()->kind(), base::DigestKind::sha256);
  EXPECT_EQ(cuda.md5_list->file_name(), "md5sum.txt");
  EXPECT_EQ(cuda.gcc->least, 5u);
  EXPECT_EQ(cuda.gcc->most, 10u);
  EXPECT_EQ(cuda.most_capability->text(), "8.6");
  EXPECT_EQ(cuda.glibc_below->text(), "2.42");
  EXPECT_EQ(cuda.notes, std::vector<std::string>{"n"});

  const Archive& archive = manifest.ubuntu.at(0).archives.at(0);
  EXPECT_EQ(archive.key, "3BF863CC");
  EXPECT_EQ(archive.keyring->url.file_name(), "cuda-keyring_1.1-1_all.deb");
  EXPECT_EQ(*archive.pin_text, "Package: *\nPin: release l=NVIDIA CUDA\nPin-Priority: 600\n");
  EXPECT_EQ(archive.oldest_cuda->text(), "10.0");

  EXPECT_EQ(manifest.ubuntu.at(0).python->text(), "3.6");
  EXPECT_EQ(manifest.ubuntu.at(0).gcc_packages->least, 5u);
  EXPECT_EQ(manifest.ubuntu.at(0).gcc_packages->most, 8u);

  EXPECT_EQ(manifest.gpus.at(0).first_branch, 410u);
  EXPECT_FALSE(manifest.gpus.at(0).last_branch);
  EXPECT_EQ(
      manifest.drivers.at(0).ubuntu_packages.at("20.04"),
      (std::vector<UbuntuPackage>{{"nvidia-driver-455", "455.45.01-0ubuntu1", "restricted", std::nullopt, false}}));
  EXPECT_EQ(manifest.drivers.at(0).modules, std::vector<std::string>{"proprietary"});
  EXPECT_EQ(manifest.drivers.at(0).proprietary_package, "cuda-drivers-455");
  EXPECT_FALSE(manifest.drivers.at(0).open_package);
  EXPECT_FALSE(manifest.drivers.at(0).pin);

  const TorchRelease& torch = manifest.torch.at(0);
  EXPECT_EQ(torch.pip, PipForm::find_links);
  EXPECT_FALSE(torch.audio_has_platform);
  EXPECT_EQ(torch.unmarked_platform, "cu102");
  EXPECT_EQ(torch.cxx_standard, 14u);
  ASSERT_EQ(torch.builds.size(), 2u);
  EXPECT_EQ(torch.builds[0].sm.size(), 2u);
  EXPECT_EQ(torch.builds[0].zips.at(0).abi, Abi::cxx11);
  EXPECT_TRUE(torch.builds[1].is_cpu());
  ASSERT_TRUE(torch.builds[0].lacks);
  const MissingLibraries& missing = torch.builds[0].lacks->at(0);
  EXPECT_EQ(missing.names, "cuFFT");
  EXPECT_EQ(missing.brought_by, Bringer::toolkit);
  EXPECT_EQ(missing.packages, (std::vector<AptPackage>{{"libcufft-{minor}", ""}}));
  EXPECT_EQ(missing.directory, "/usr/local/cuda-{minor}/lib64");
  EXPECT_EQ(missing.evidence, Evidence::seen);
  ASSERT_TRUE(torch.builds[0].arm64_wheel);
  EXPECT_EQ(torch.builds[0].arm64_wheel->exists, Arm64Wheel::Existence::no);
  EXPECT_FALSE(torch.builds[1].lacks) << "left out: not known";
  EXPECT_FALSE(torch.builds[1].arm64_wheel);

  EXPECT_EQ(manifest.pairs.at("11.1.1").at(0).platform, "cu110");
  EXPECT_EQ(manifest.pairs.at("11.1.1").at(1).platform, "cpu");
}

TEST(Load, tells_every_fault_of_every_file_at_once)
{
  const std::string a = with(with(k_sample, "\"10de:1eb8\"", "\"x\""), "\"either\"", "\"y\"");
  const auto result = load({}, {{"a.json", a}, {"b.json", "[1"}, {"c.json", "{\"schema\": 1}"}});
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, base::ErrorKind::document);
  EXPECT_EQ(result.error().message, "a.json:48: /gpus/0/id: expected a PCI id such as 10de:1eb8, found \"x\"");
  EXPECT_EQ(
      result.error().details,
      (std::vector<std::string>{
          "a.json:49: /gpus/0/module: expected one of \"proprietary-only\", \"either\", \"open-only\", found \"y\"",
          "b.json:1: /1: bad JSON at column 3: unexpected end of input; expected ']'",
          "c.json:1: /schema: expected a string, found 1"}));
}

TEST(Load, an_unreadable_record_is_not_blamed_on_those_that_name_it)
{
  EXPECT_EQ(problems_of(with(k_sample, "{\"version\": \"1.7.1\"", "{\"version\": \"one\"")),
            "m.json:58: /torch/0/version: expected a version such as 11.1.1, found \"one\"");
}

TEST(Load, overlay_replaces_whole_records_and_adds_others)
{
  const std::string overlay = R"({"schema": "cudasetup.manifest/1", "gpus": [
    {"id": "10de:1eb8", "name": "Mine", "chip": "X1", "architecture": "Turing", "compute_capability": null,
     "module": "open-only", "first_branch": null, "last_branch": 580, "sources": ["me"]},
    {"id": "10de:0001", "name": "New", "chip": "X2", "architecture": "Turing", "compute_capability": "7.5",
     "module": "either", "first_branch": null, "last_branch": null, "sources": ["me"]}]})";
  const Manifest manifest = loaded({{"m.json", k_sample}}, {{"o.json", overlay}});
  ASSERT_EQ(manifest.gpus.size(), 2u);
  EXPECT_EQ(manifest.gpus[0].name, "New");
  EXPECT_EQ(manifest.gpus[1].name, "Mine");
  EXPECT_FALSE(manifest.gpus[1].first_branch);
  EXPECT_EQ(manifest.find_gpu(*base::PciId::parse("10de:1eb8"))->module, KernelModule::open_only);
  EXPECT_EQ(manifest.cuda.size(), 1u);
}

TEST(Load, overlay_replaces_the_pairs_of_a_release_as_a_whole)
{
  const std::string overlay = R"({"schema": "cudasetup.manifest/1", "pairs": [
    {"cuda": "11.1.1", "driver": null, "torch": "1.7.1", "platform": "cpu", "sources": ["me"]}]})";
  const Manifest manifest = loaded({{"m.json", k_sample}}, {{"o.json", overlay}});
  ASSERT_EQ(manifest.pairs.at("11.1.1").size(), 1u);
  EXPECT_FALSE(manifest.pairs.at("11.1.1")[0].driver);
}

TEST(Load, an_overlay_may_take_a_build_away_only_with_its_pairs)
{
  const std::string overlay = R"({"schema": "cudasetup.manifest/1", "torch": [
    {"version": "1.7.1", "torchvision": null, "torchaudio": null, "least_python": null, "most_python": null,
     "pip": "index", "audio_has_platform": true, "unmarked_platform": null, "cxx_standard": 14, "glibc": null,
     "gcc": null, "builds": [], "sources": ["me"]}]})";
  EXPECT_EQ(problems_over_sample(overlay),
            "the built-in manifest: torch 1.7.1 has no build for cu110 any more, which is in the pairs of CUDA 11.1.1; "
            "give these pairs anew too\n"
            "the built-in manifest: torch 1.7.1 has no build for cpu any more, which is in the pairs of CUDA 11.1.1; "
            "give these pairs anew too");
}

TEST(Load, a_record_in_two_files_of_one_layer_is_a_problem)
{
  std::vector<json::Problem> problems;
  load({}, {{"m.json", k_sample}, {"n.json", with(k_sample, "\"cuda\": \"11.1\"", "\"cuda\": \"11.2\"")}}, problems);
  EXPECT_EQ(lines_of(problems),
            "n.json:9: /cuda/0: CUDA 11.1.1 is there already, at m.json:9\n"
            "n.json:36: /ubuntu/0: Ubuntu 18.04 is there already, at m.json:36\n"
            "n.json:4: /keys/0: key 3BF863CC is there already, at m.json:4\n"
            "n.json:48: /gpus/0: GPU 10de:1eb8 is there already, at m.json:48\n"
            "n.json:53: /drivers/0: driver branch 455 is there already, at m.json:53\n"
            "n.json:58: /torch/0: torch 1.7.1 is there already, at m.json:58\n"
            "n.json:32: /pairs/0: the same pair is there already, at m.json:32\n"
            "n.json:33: /pairs/1: the same pair is there already, at m.json:33");
}

TEST(Load, one_directory_of_the_archive_belongs_to_one_release)
{
  const std::string overlay = R"({"schema": "cudasetup.manifest/1", "ubuntu": [
    {"version": "20.04", "codename": "focal", "os": "ubuntu2004", "glibc": null, "gcc": null, "apt": null, "archives": [
     {"os": "ubuntu1804", "arch": "amd64", "url": "https://x/", "keyring": null, "key": "3BF863CC",
      "pin_url": "https://x/p", "pin_text": null, "oldest_cuda": null, "newest_cuda": null, "sources": []}],
     "sources": []}]})";
  EXPECT_EQ(problems_over_sample(overlay),
            "o.json:3: /ubuntu/0/archives/0: an archive of ubuntu1804 for amd64 is there already, at the built-in "
            "manifest");
}

TEST(Load, nothing_gives_an_empty_manifest)
{
  const Manifest manifest = loaded({}, {});
  EXPECT_EQ(manifest.find_cuda(v("11.1.1")), nullptr);
  EXPECT_TRUE(manifest.pairs.empty());
}

TEST(Load, the_digest_follows_bytes_names_layers_and_not_directories)
{
  const std::string empty = "{\"schema\": \"cudasetup.manifest/1\"}";
  const std::string digest = loaded({{"m.json", k_sample}}, {}).digest;
  EXPECT_EQ(digest.substr(0, 7), "sha256:");
  EXPECT_EQ(digest.size(), 7u + 64u);
  EXPECT_EQ(loaded({{"/else/where/m.json", k_sample}}, {}).digest, digest);
  EXPECT_NE(loaded({{"n.json", k_sample}}, {}).digest, digest);
  EXPECT_NE(loaded({{"m.json", std::string(k_sample) + "\n"}}, {}).digest, digest);
  EXPECT_NE(loaded({{"m.json", k_sample}}, {{"o.json", empty}}).digest, digest);
  EXPECT_NE(loaded({{"m.json", k_sample}, {"o.json", empty}}, {}).digest,
            loaded({{"m.json", k_sample}}, {{"o.json", empty}}).digest);
  EXPECT_NE(loaded({{"m.json", k_sample}}, {{"o.json", empty}}).digest,
            loaded({{"m.json", std::string(k_sample) + "\n"}}, {{"o.json", empty}}).digest);
}

TEST(Load, no_files_leave_the_base_as_it_is)
{
  const Manifest base = loaded({{"m.json", k_sample}}, {});
  EXPECT_EQ(loaded({{"m.json", k_sample}}, {}), load(base, {}).value());
}

TEST(Names, packages_that_bring_the_driver_are_known)
{
  for (const std::string_view name : {"cuda",
                                      "cuda-11-1",
                                      "cuda-13-0",
                                      "cuda-runtime-11-1",
                                      "cuda-drivers",
                                      "cuda-drivers-455",
                                      "cuda-demo-suite-11-1",
                                      "nvidia-driver-580",
                                      "nvidia-open"}) {
    EXPECT_TRUE(reaches_driver(name)) << name;
  }
  for (const std::string_view name :
       {"cuda-toolkit-11-1", "cuda-toolkit", "cuda-libraries-11-1", "cuda-nvcc-11-1", "cuda-compat-11-1"}) {
    EXPECT_FALSE(reaches_driver(name)) << name;
  }
}

TEST(Names, of_enumerations_are_those_of_the_files)
{
  EXPECT_EQ(name_of(Profile::build), "build");
  EXPECT_EQ(name_of(KernelModule::proprietary_only), "proprietary-only");
  EXPECT_EQ(name_of(Abi::pre_cxx11), "pre-cxx11");
}

} // namespace
} // namespace cudasetup::manifest::test
