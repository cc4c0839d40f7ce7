#include "sample.hpp"

#include "manifest/lint.hpp"

namespace cudasetup::manifest::test {
namespace {

std::string lint_of(std::string_view text)
{
  return lines_of(lint({}, {{"m.json", text}}));
}

TEST(Lint, finds_nothing_in_a_good_manifest)
{
  EXPECT_EQ(lint_of(k_sample), "");
}

TEST(Lint, gives_the_problems_of_loading)
{
  EXPECT_EQ(lint_of(with(k_sample, "\"10de:1eb8\"", "\"x\"")),
            "m.json:48: /gpus/0/id: expected a PCI id such as 10de:1eb8, found \"x\"");
}

TEST(Lint, looks_only_at_the_files_named)
{
  const std::string doubtful = with(k_sample,
                                    "\"architecture\": \"Turing\",\n \"compute_capability\": \"7.5\"",
                                    "\"architecture\": \"Turing\",\n \"compute_capability\": null");
  EXPECT_EQ(lines_of(lint(load({},
                               {{"m.json",
                                 with(doubtful,
                                      "\"last_branch\": null, \"sources\": [\"a\"]",
                                      "\"last_branch\": null, \"sources\": []")}})
                              .value(),
                          {{"o.json", "{\"schema\": \"cudasetup.manifest/1\"}"}})),
            "");
}

TEST(Lint, wants_a_source_for_every_record)
{
  EXPECT_EQ(
      lint_of(with(k_sample, "\"last_branch\": null, \"sources\": [\"a\"]", "\"last_branch\": null, \"sources\": []")),
      "m.json:50: /gpus/0/sources: no source is named");
  EXPECT_EQ(lint_of(with(k_sample,
                         "\"bytes\": 123, \"evidence\": \"seen\", \"sources\": [\"a\"]",
                         "\"bytes\": 123, \"evidence\": \"seen\", \"sources\": []")),
            "m.json:18: /cuda/0/local_installers/0/sources: the file is said to be seen, but no source is named");
}

TEST(Lint, refuses_torch_up_to_2_7_with_a_toolkit_without_nvtoolsext)
{
  const std::string overlay = R"({"schema": "cudasetup.manifest/1",
"cuda": [
{"version": "12.9.1", "bundled_driver": null, "minimum_driver": null, "compatible_driver": null,
 "packages": {"full": [], "build": [], "runtime": []}, "packages_evidence": "derived", "local_installers": [],
 "local_repository": null, "runfiles": [], "md5_list": null, "gcc": null, "least_capability": null,
 "most_capability": null, "glibc_below": null, "notes": [], "sources": ["a"]}],
"torch": [
{"version": "2.7.1", "torchvision": null, "torchaudio": null, "least_python": null, "most_python": null,
 "pip": "index", "audio_has_platform": true, "unmarked_platform": null, "cxx_standard": 17, "glibc": null,
 "gcc": null, "sources": ["a"], "builds": [
 {"platform": "cu128", "cuda": "12.8.0", "sm": [], "ptx": [], "minimum_driver": null, "cudnn": null, "zips": [],
  "sources": ["a"]},
 {"platform": "cpu", "cuda": null, "sm": [], "ptx": [], "minimum_driver": null, "cudnn": null, "zips": [],
  "sources": ["a"]}]}],
"pairs": [
{"cuda": "12.9.1", "driver": null, "torch": "2.7.1", "platform": "cu128", "sources": ["a"]},
{"cuda": "12.9.1", "driver": null, "torch": "2.7.1", "platform": "cpu", "sources": ["a"]}]})";
  EXPECT_EQ(lines_of(lint(load({}, {{"m.json", k_sample}}).value(), {{"o.json", overlay}})),
            "o.json:16: /pairs/0/torch: torch 2.7.1 needs libnvToolsExt, which CUDA 12.9.1 lacks");
}

TEST(Lint, refuses_pairs_of_different_majors_and_drivers_that_are_too_old)
{
  EXPECT_EQ(lint_of(with(k_sample, "\"cuda\": \"11.0.3\"", "\"cuda\": \"10.2.89\"")),
            "m.json:32: /pairs/0/platform: cu110 is built with CUDA 10.2.89, another major version than 11.1.1");
  EXPECT_EQ(lint_of(with(k_sample,
                         "\"driver\": \"455.32.00\", \"torch\": \"1.7.1\", \"platform\": \"cu110\"",
                         "\"driver\": \"440.33\", \"torch\": \"1.7.1\", \"platform\": \"cu110\"")),
            "m.json:32: /pairs/0/driver: driver 440.33 is older than 450.80.02, which CUDA 11.1.1 needs\n"
            "m.json:32: /pairs/0/driver: driver 440.33 is older than 450.36.06, which torch 1.7.1+cu110 needs");
}

TEST(Lint, finds_names_that_belong_to_something_else)
{
  EXPECT_EQ(lint_of(with(k_sample, "\"name\": \"cuda-toolkit-11-1\"", "\"name\": \"cuda-toolkit-11-2\"")),
            "m.json:12: /cuda/0/packages/full/0/name: expected a package of CUDA 11.1, found \"cuda-toolkit-11-2\"");
  EXPECT_EQ(lint_of(with(k_sample, "nvidia.com/cuda_11.1.1_", "nvidia.com/cuda_11.1.0_")),
            "m.json:23: /cuda/0/runfiles/0/url: expected \"11.1.1\", the release, in the file's name, found "
            "\"cuda_11.1.0_455.32.00_linux.run\"");
  EXPECT_EQ(lint_of(with(k_sample, "repos/ubuntu1804/x86_64/", "repos/ubuntu1804/sbsa/")),
            "m.json:39: /ubuntu/0/archives/0/url: expected an address that ends with /ubuntu1804/x86_64/, found "
            "\"https://developer.download.nvidia.com/compute/cuda/repos/ubuntu1804/sbsa/\"");
  EXPECT_EQ(lint_of(with(k_sample, "/libtorch/cu110/", "/libtorch/cu102/")),
            "m.json:66: /torch/0/builds/0/zips/0/url: expected an address in a directory cu110");
}

TEST(Lint, knows_which_file_name_has_which_abi)
{
  EXPECT_EQ(lint_of(with(k_sample, "\"abi\": \"cxx11\"", "\"abi\": \"pre-cxx11\"")),
            "m.json:65: /torch/0/builds/0/zips/0/abi: expected \"cxx11\" for "
            "\"libtorch-cxx11-abi-shared-with-deps-1.7.1+cu110.zip\" of torch 1.7.1");
  EXPECT_EQ(lint_of(with(k_sample, "libtorch-cxx11-abi-shared", "libtorch-shared")),
            "m.json:65: /torch/0/builds/0/zips/0/abi: expected \"pre-cxx11\" for "
            "\"libtorch-shared-with-deps-1.7.1+cu110.zip\" of torch 1.7.1");
}

} // namespace
} // namespace cudasetup::manifest::test
