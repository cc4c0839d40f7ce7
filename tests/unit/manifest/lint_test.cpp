#include "sample.hpp"

#include "manifest/lint.hpp"

namespace cudasetup::manifest::test {
namespace {

/// The sample, with what only lint asks for put right. Every record stays on its line.
std::string good_sample()
{
  const std::string archive = "https://developer.download.nvidia.com/compute/cuda/repos/ubuntu1804/x86_64/";
  std::string text = with(k_sample,
                          "\"driver\": \"455.32.00\", \"torch\": \"1.7.1\", \"platform\": \"cpu\"",
                          "\"driver\": \"455.45.01\", \"torch\": \"1.7.1\", \"platform\": \"cu110\"");
  text = with(text, "https://developer.download.nvidia.com/cuda-keyring", archive + "cuda-keyring");
  text = with(text, "https://developer.download.nvidia.com/cuda-ubuntu1804.pin", archive + "cuda-ubuntu1804.pin");
  text = with(text, "\"derived\", \"sources\": []", "\"derived\", \"sources\": [\"derived: as all are\"]");
  text = with(text, "\"unmarked_platform\": \"cu102\"", "\"unmarked_platform\": \"cu110\"");
  return with(text, "{\"20.04\": [", "{\"18.04\": [");
}

const std::string k_good = good_sample();

std::string lint_of(std::string_view text)
{
  return lines_of(lint({}, {{"m.json", text}}));
}

TEST(Lint, finds_nothing_in_a_good_manifest)
{
  EXPECT_EQ(lint_of(k_good), "");
}

TEST(Lint, gives_the_problems_of_loading)
{
  EXPECT_EQ(lint_of(with(k_good, "\"10de:1eb8\"", "\"x\"")),
            "m.json:48: /gpus/0/id: expected a PCI id such as 10de:1eb8, found \"x\"");
}

TEST(Lint, looks_only_at_the_files_named)
{
  const std::string doubtful = with(k_good,
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
      lint_of(with(k_good, "\"last_branch\": null, \"sources\": [\"a\"]", "\"last_branch\": null, \"sources\": []")),
      "m.json:50: /gpus/0/sources: no source is named");
  EXPECT_EQ(lint_of(with(k_good,
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
  EXPECT_EQ(lines_of(lint(load({}, {{"m.json", k_good}}).value(), {{"o.json", overlay}})),
            "o.json:16: /pairs/0/torch: torch 2.7.1 needs libnvToolsExt, which CUDA 12.9.1 lacks\n"
            "o.json:17: /pairs/1/platform: a pair of a CUDA release needs a CUDA build");
}

TEST(Lint, refuses_pairs_of_different_majors_and_drivers_that_are_too_old)
{
  EXPECT_EQ(lint_of(with(k_good, "\"cuda\": \"11.0.3\"", "\"cuda\": \"10.2.89\"")),
            "m.json:32: /pairs/0/platform: cu110 is built with CUDA 10.2.89, another major version than 11.1.1\n"
            "m.json:33: /pairs/1/platform: cu110 is built with CUDA 10.2.89, another major version than 11.1.1\n"
            "m.json:62: /torch/0/builds/0/cuda: cu110 is not built with 10.2.89");
  EXPECT_EQ(lint_of(with(k_good,
                         "\"driver\": \"455.32.00\", \"torch\": \"1.7.1\", \"platform\": \"cu110\"",
                         "\"driver\": \"440.33\", \"torch\": \"1.7.1\", \"platform\": \"cu110\"")),
            "m.json:32: /pairs/0/driver: driver 440.33 is older than 450.80.02, which CUDA 11.1.1 needs\n"
            "m.json:32: /pairs/0/driver: driver 440.33 is older than 450.36.06, which torch 1.7.1+cu110 needs");
}

TEST(Lint, finds_names_that_belong_to_something_else)
{
  EXPECT_EQ(lint_of(with(k_good, "\"name\": \"cuda-toolkit-11-1\"", "\"name\": \"cuda-toolkit-11-2\"")),
            "m.json:12: /cuda/0/packages/full/0/name: expected a package of CUDA 11.1, found \"cuda-toolkit-11-2\"");
  EXPECT_EQ(lint_of(with(k_good, "nvidia.com/cuda_11.1.1_", "nvidia.com/cuda_11.1.0_")),
            "m.json:23: /cuda/0/runfiles/0/url: expected \"11.1.1\", the release, in the file's name, found "
            "\"cuda_11.1.0_455.32.00_linux.run\"");
  EXPECT_EQ(lint_of(with(k_good, "repos/ubuntu1804/x86_64/\",", "repos/ubuntu1804/sbsa/\",")),
            "m.json:39: /ubuntu/0/archives/0/url: expected an address that ends with /ubuntu1804/x86_64/, found "
            "\"https://developer.download.nvidia.com/compute/cuda/repos/ubuntu1804/sbsa/\"");
  EXPECT_EQ(lint_of(with(k_good, "/libtorch/cu110/", "/libtorch/cu102/")),
            "m.json:66: /torch/0/builds/0/zips/0/url: expected an address in a directory cu110");
}

/// One thing that loads and cannot be right, and all that is told of it.
struct Doubtful {
  std::string from;
  std::string to;
  std::string expected;
};

TEST(Lint, finds_members_that_contradict_each_other_or_lead_nowhere)
{
  const std::vector<Doubtful> table = {
      {"\"bytes\": 123, \"evidence\": \"seen\", \"sources\": [\"a\"]",
       "\"bytes\": 123, \"evidence\": \"seen\", \"sources\": [\" \"]",
       "m.json:18: /cuda/0/local_installers/0/sources: no source is named"},
      {"derived: as all are",
       "as all are",
       "m.json:41: /ubuntu/0/archives/0/keyring/sources: the file is said to be derived, but no source (\"derived: "
       "...\") says by which rule"},
      {"\"last_branch\": null, \"sources\": [\"a\"]",
       "\"last_branch\": null, \"sources\": [\"a\", \"http://x/y\"]",
       "m.json:50: /gpus/0/sources/1: an address without https"},
      {"\"build\": []",
       "\"build\": [{\"name\": \"nvidia-settings\", \"version\": \"1\"}]",
       "m.json:13: /cuda/0/packages/build/0/name: expected a package of the toolkit, found \"nvidia-settings\""},
      {"\"build\": []",
       "\"build\": [{\"name\": \"aa\", \"version\": \"1\"}, {\"name\": \"aa\", \"version\": \"1\"}]",
       "m.json:13: /cuda/0/packages/build/1: this package is named a second time"},
      {"\"local_repository\": {\"directory\": \"/var/cuda-repo-{os}-11-1-local\",\n"
       "  \"list\": \"/etc/apt/sources.list.d/cuda-{os}-11-1-local.list\",\n  \"key\": \"7fa2af80.pub\"}",
       "\"local_repository\":\nnull\n",
       "m.json:20: /cuda/0/local_repository: there are local installers, but what they unpack is not said"},
      {"\"3bf863cc.pub\"", "\"x.pub\"", "m.json:6: /keys/0/file: expected 3bf863cc.pub, named after the id"},
      {"\"architecture\": \"Turing\"",
       "\"architecture\": \"Pascal\"",
       "m.json:49: /gpus/0/module: only the proprietary module drives GPUs before Turing"},
      {"\"architecture\": \"Turing\"",
       "\"architecture\": \"Blackwell\"",
       "m.json:49: /gpus/0/module: only the open module drives Blackwell and later"},
      {"{\"18.04\": [", "{\"14.04\": [", "m.json:55: /drivers/0/ubuntu_packages/14.04: there is no Ubuntu 14.04"},
      {"nvidia-driver-455\"",
       "nvidia-driver-455-open\"",
       "m.json:55: /drivers/0/ubuntu_packages/18.04/0: this branch has no open module"},
      {"nvidia-driver-455\"",
       "nvidia-driver-470\"",
       "m.json:55: /drivers/0/ubuntu_packages/18.04/0: expected nvidia-driver-455 or its -server or -open form"},
      {"\"component\": \"restricted\"",
       "\"component\": \"universe\"",
       "m.json:55: /drivers/0/ubuntu_packages/18.04/0/component: expected restricted or multiverse"},
      {"\"becomes\": null, \"prebuilt\": false",
       "\"becomes\": \"nvidia-driver-460\", \"prebuilt\": true",
       "m.json:55: /drivers/0/ubuntu_packages/18.04/0/prebuilt: a transitional package has no modules of its own"},
      {"\"unmarked_platform\": \"cu110\"",
       "\"unmarked_platform\": \"cu92\"",
       "m.json:59: /torch/0/unmarked_platform: there is no build for this platform"},
      {"\"sm\": [\"3.7\", \"5.0\"]",
       "\"sm\": [\"5.0\", \"3.7\"]",
       "m.json:63: /torch/0/builds/0/sm: expected ascending capabilities"},
      {"\"cpu\", \"cuda\": null, \"sm\": []",
       "\"cpu\", \"cuda\": null, \"sm\": [\"5.0\"]",
       "m.json:68: /torch/0/builds/1: sm, ptx and minimum_driver are for CUDA builds"},
      {"{\"platform\": \"cpu\", \"cuda\": null,",
       "{\"platform\": \"cu111\", \"cuda\": \"11.1.0\",",
       "m.json:68: /torch/0/builds/1: expected builds from the newest CUDA to the oldest, then cpu"},
      {"x86_64/cuda-ubuntu1804.pin",
       "sbsa/cuda-ubuntu1804.pin",
       "m.json:43: /ubuntu/0/archives/0/pin_url: expected an address below "
       "https://developer.download.nvidia.com/compute/cuda/repos/ubuntu1804/x86_64/"},
      {"{\"version\": \"18.04\", \"codename\": \"bionic\", \"os\": \"ubuntu1804\"",
       "{\"version\": \"18.04\", \"codename\": \"bionic\", \"os\": \"ubuntu1810\"",
       "m.json:16: /cuda/0/local_installers/0/os: there is no Ubuntu record of ubuntu1804\n"
       "m.json:38: /ubuntu/0/archives/0/os: expected ubuntu1810 as in the record, found \"ubuntu1804\""},
  };
  for (const auto& [from, to, expected] : table) {
    EXPECT_EQ(lint_of(with(k_good, from, to)), expected);
  }
}

TEST(Lint, wants_records_in_order_and_in_the_file_of_their_minor_version)
{
  EXPECT_EQ(lines_of(lint({}, {{"cuda/11.1.json", k_good}})),
            "cuda/11.1.json:58: /torch/0: 1.7.1 belongs into another file than 11.1.json");
  const std::string_view gpu = R"({"id": "10de:1eb8",)";
  const std::string two = with(k_good,
                               gpu,
                               R"({"id": "10de:1eb9", "name": "B", "chip": "X", "architecture": "Turing",
"compute_capability": null, "module": "either", "first_branch": null, "last_branch": null, "sources": ["a"]},)" +
                                   std::string(gpu));
  EXPECT_EQ(lint_of(two), "m.json:49: /gpus/1: expected in ascending order, found after a later one");
}

TEST(Lint, knows_which_file_name_has_which_abi)
{
  EXPECT_EQ(lint_of(with(k_good, "\"abi\": \"cxx11\"", "\"abi\": \"pre-cxx11\"")),
            "m.json:65: /torch/0/builds/0/zips/0/abi: expected \"cxx11\" for "
            "\"libtorch-cxx11-abi-shared-with-deps-1.7.1+cu110.zip\" of torch 1.7.1");
  EXPECT_EQ(lint_of(with(k_good, "libtorch-cxx11-abi-shared", "libtorch-shared")),
            "m.json:65: /torch/0/builds/0/zips/0/abi: expected \"pre-cxx11\" for "
            "\"libtorch-shared-with-deps-1.7.1+cu110.zip\" of torch 1.7.1");
}

} // namespace
} // namespace cudasetup::manifest::test
