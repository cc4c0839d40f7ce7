#include "sample.hpp"

#include <ostream>

namespace cudasetup::manifest::test {
namespace {

/// One fault put into the sample, and all that a user is told of it.
struct Broken {
  std::string name;
  std::string from;
  std::string to;
  std::string expected;
};

std::ostream& operator<<(std::ostream& stream, const Broken& broken)
{
  return stream << broken.name;
}

class BrokenManifest : public testing::TestWithParam<Broken> {};

TEST_P(BrokenManifest, is_refused_with_file_line_pointer_and_what_was_expected)
{
  const Broken& broken = GetParam();
  EXPECT_EQ(problems_of(with(k_sample, broken.from, broken.to)), broken.expected);
}

const std::vector<Broken> k_documents = {
    {"syntax",
     "\"keys\": [",
     "\"keys\": {",
     "m.json:4: /keys: bad JSON at column 1: unexpected '{'; expected string literal"},
    {"schema_of_another_version",
     "manifest/1\"",
     "manifest/2\"",
     "m.json:2: /schema: expected \"cudasetup.manifest/1\", found \"cudasetup.manifest/2\""},
    {"schema_missing", "\"schema\": \"cudasetup.manifest/1\",", "", "m.json:1: /schema: missing; expected a string"},
    {"unknown_array",
     "\"drivers\": [",
     "\"driver\": [",
     "m.json:52: /driver: unknown member; did you mean \"drivers\"?"},
    {"array_that_is_none",
     "\"gpus\": [",
     "\"gpus\": null, \"drivers\": 7, \"more\": [",
     "m.json:52: /drivers: doubled member name"},
    {"member_doubled",
     "\"bundled_driver\": \"455.32.00\",",
     "\"bundled_driver\": \"455.32.00\", \"bundled_driver\": null,",
     "m.json:10: /cuda/0/bundled_driver: doubled member name"},
    {"member_mistyped",
     "\"md5_list\"",
     "\"md5list\"",
     "m.json:26: /cuda/0/md5list: unknown member; did you mean \"md5_list\"?"},
    {"member_missing", " \"codename\": \"bionic\",", "", "m.json:36: /ubuntu/0/codename: missing; expected a string"},
    {"record_that_is_a_string",
     "{\"cuda\": \"11.1.1\", \"driver\": \"455.32.00\", \"torch\": \"1.7.1\", \"platform\": \"cpu\", \"sources\": "
     "[\"a\"]}",
     "\"11.1.1\"",
     "m.json:33: /pairs/1: expected an object, found \"11.1.1\""},
};

const std::vector<Broken> k_cuda = {
    {"version_in_words",
     "{\"version\": \"11.1.1\",\n",
     "{\"version\": \"eleven\",\n",
     "m.json:9: /cuda/0/version: expected a version such as 11.1.1, found \"eleven\""},
    {"version_of_two_parts",
     "{\"version\": \"11.1.1\",\n",
     "{\"version\": \"11.1\",\n",
     "m.json:9: /cuda/0/version: expected a version of three parts such as 11.1.1, found \"11.1\""},
    {"version_as_number",
     "{\"version\": \"11.1.1\",\n",
     "{\"version\": 11.1,\n",
     "m.json:9: /cuda/0/version: expected a string, found 11.1"},
    {"driver_with_letters",
     "\"bundled_driver\": \"455.32.00\"",
     "\"bundled_driver\": \"r455\"",
     "m.json:10: /cuda/0/bundled_driver: expected a version such as 11.1.1, found \"r455\""},
    {"package_with_metacharacters",
     "\"name\": \"cuda-toolkit-11-1\"",
     "\"name\": \"cuda;reboot\"",
     "m.json:12: /cuda/0/packages/full/0/name: expected a package name such as cuda-toolkit-11-1, found "
     "\"cuda;reboot\""},
    {"package_that_is_an_option",
     "\"name\": \"cuda-toolkit-11-1\"",
     "\"name\": \"-oDir=/x\"",
     "m.json:12: /cuda/0/packages/full/0/name: expected a package name such as cuda-toolkit-11-1, found \"-oDir=/x\""},
    {"package_with_newline",
     "\"name\": \"cuda-toolkit-11-1\"",
     "\"name\": \"cuda-toolkit\\n\"",
     "m.json:12: /cuda/0/packages/full/0/name: expected a package name such as cuda-toolkit-11-1, found "
     "\"cuda-toolkit\\n\""},
    {"package_version_with_blank",
     "\"version\": \"11.1.1-1\"}",
     "\"version\": \"11.1.1 -1\"}",
     "m.json:12: /cuda/0/packages/full/0/version: expected a package version such as 11.1.1-1, found \"11.1.1 -1\""},
    {"package_that_brings_the_driver",
     "\"name\": \"cuda-toolkit-11-1\"",
     "\"name\": \"cuda-11-1\"",
     "m.json:12: /cuda/0/packages/full/0/name: expected a package that does not bring the driver, found \"cuda-11-1\""},
    {"profile_unknown",
     "\"build\": []",
     "\"built\": []",
     "m.json:12: /cuda/0/packages/build: missing; expected an array\nm.json:13: /cuda/0/packages/built: unknown "
     "member; did you mean \"build\"?"},
    {"evidence_unknown",
     "\"packages_evidence\": \"seen\"",
     "\"packages_evidence\": \"guessed\"",
     "m.json:14: /cuda/0/packages_evidence: expected one of \"seen\", \"derived\", found \"guessed\""},
    {"system_with_dots",
     "{\"os\": \"ubuntu1804\", \"arch\": \"amd64\",\n   \"url\": \"https://developer.download.nvidia.com/cuda-repo",
     "{\"os\": \"../ubuntu\", \"arch\": \"amd64\",\n   \"url\": \"https://developer.download.nvidia.com/cuda-repo",
     "m.json:16: /cuda/0/local_installers/0/os: expected a directory name of NVIDIA's archive such as ubuntu1804, "
     "found \"../ubuntu\""},
    {"architecture_by_another_name",
     "{\"arch\": \"amd64\", \"url\"",
     "{\"arch\": \"x86_64\", \"url\"",
     "m.json:23: /cuda/0/runfiles/0/arch: expected one of \"amd64\", \"arm64\", found \"x86_64\""},
    {"address_without_tls",
     "https://developer.download.nvidia.com/cuda_11",
     "http://developer.download.nvidia.com/cuda_11",
     "m.json:23: /cuda/0/runfiles/0/url: expected an https address, found "
     "\"http://developer.download.nvidia.com/cuda_11.1.1_455.32.00_linux.run\""},
    {"address_with_command",
     "https://developer.download.nvidia.com/md5sum.txt",
     "https://x/$(reboot)",
     "m.json:26: /cuda/0/md5_list: expected an https address, found \"https://x/$(reboot)\""},
    {"address_that_climbs",
     "https://developer.download.nvidia.com/md5sum.txt",
     "https://x/a/../b",
     "m.json:26: /cuda/0/md5_list: expected an https address, found \"https://x/a/../b\""},
    {"digest_too_short",
     "\"3eae6727086024925ebbcef3e9a45ad379d8490768fd00f9c2d8b6fd9cd8dd8f\"",
     "\"3eae\"",
     "m.json:24: /cuda/0/runfiles/0/sha256: expected a SHA-256 of 64 hexadecimal digits, found \"3eae\""},
    {"digest_of_other_kind",
     "\"sha256\": \"3eae6727086024925ebbcef3e9a45ad379d8490768fd00f9c2d8b6fd9cd8dd8f\",\n   \"md5\": null",
     "\"sha256\": null,\n   \"md5\": \"3eae6727086024925ebbcef3e9a45ad379d8490768fd00f9c2d8b6fd9cd8dd8f\"",
     "m.json:25: /cuda/0/runfiles/0/md5: expected an MD5 of 32 hexadecimal digits, found "
     "\"3eae6727086024925ebbcef3e9a45ad379d8490768fd00f9c2d8b6fd9cd8dd8f\""},
    {"size_of_nothing",
     "\"bytes\": 123",
     "\"bytes\": 0",
     "m.json:18: /cuda/0/local_installers/0/bytes: expected an integer from 1 on, found 0"},
    {"size_as_text",
     "\"bytes\": 123",
     "\"bytes\": \"123\"",
     "m.json:18: /cuda/0/local_installers/0/bytes: expected an integer from 1 on, found \"123\""},
    {"directory_that_climbs",
     "/var/cuda-repo-{os}-11-1-local\"",
     "/var/../etc\"",
     "m.json:19: /cuda/0/local_repository/directory: expected an absolute path such as /var/cuda-repo-{os}-11-1-local, "
     "found \"/var/../etc\""},
    {"list_that_is_relative",
     "\"/etc/apt/sources.list.d/cuda-{os}-11-1-local.list\"",
     "\"sources.list\"",
     "m.json:20: /cuda/0/local_repository/list: expected an absolute path such as /var/cuda-repo-{os}-11-1-local, "
     "found \"sources.list\""},
    {"key_in_a_directory",
     "\"7fa2af80.pub\"",
     "\"../*.gpg\"",
     "m.json:21: /cuda/0/local_repository/key: expected a plain file name, in which * may stand, such as "
     "cuda-*-keyring.gpg, found \"../*.gpg\""},
    {"second_runfile_of_an_architecture",
     "\"evidence\": \"seen\", \"sources\": [\"a\"]}],\n \"md5_list\"",
     "\"evidence\": \"seen\", \"sources\": [\"a\"]},\n{\"arch\": \"amd64\", \"url\": \"https://x/y\", \"sha256\": "
     "null, \"md5\": null, \"bytes\": null, \"evidence\": \"seen\", \"sources\": []}],\n \"md5_list\"",
     "m.json:26: /cuda/0/runfiles/1: the same system and architecture as element 0"},
    {"gcc_range_upside_down",
     "\"least\": 5, \"most\": 10",
     "\"least\": 10, \"most\": 5",
     "m.json:27: /cuda/0/gcc/most: expected an integer from 10 to 99, found 5"},
    {"capability_without_dot",
     "\"least_capability\": \"3.5\"",
     "\"least_capability\": \"35\"",
     "m.json:28: /cuda/0/least_capability: expected a compute capability such as 7.5, found \"35\""},
    {"capability_range_upside_down",
     "\"most_capability\": \"8.6\"",
     "\"most_capability\": \"3.0\"",
     "m.json:28: /cuda/0/most_capability: expected at least the least_capability 3.5, found \"3.0\""},
    {"note_with_newline",
     "\"notes\": [\"n\"]",
     "\"notes\": [\"n\\nm\", 3]",
     "m.json:29: /cuda/0/notes/0: expected a line of text, found \"n\\nm\"\nm.json:29: /cuda/0/notes/1: expected a "
     "line of text, found 3"},
};

const std::vector<Broken> k_others = {
    {"pair_platform_with_slash",
     "\"platform\": \"cpu\", \"sources\": [\"a\"]}\n",
     "\"platform\": \"cpu/..\", \"sources\": [\"a\"]}\n",
     "m.json:33: /pairs/1/platform: expected a platform such as cu110, found \"cpu/..\""},
    {"archive_without_slash",
     "repos/ubuntu1804/x86_64/\"",
     "repos/ubuntu1804/x86_64\"",
     "m.json:39: /ubuntu/0/archives/0/url: expected an https address that ends with /, found "
     "\"https://developer.download.nvidia.com/compute/cuda/repos/ubuntu1804/x86_64\""},
    {"pin_with_control_character",
     "Pin-Priority: 600\\n\"",
     "Pin-Priority: 600\\u001b[2J\\n\"",
     "m.json:44: /ubuntu/0/archives/0/pin_text: expected lines of plain text, the last one ended by a newline, found "
     "\"Package: *\\nPin: release l=NVIDIA CUDA\\nPin-Priority: 600\\u001b[2J\\n\""},
    {"pin_without_end",
     "Pin-Priority: 600\\n\"",
     "Pin-Priority: 600\"",
     "m.json:44: /ubuntu/0/archives/0/pin_text: expected lines of plain text, the last one ended by a newline, found "
     "\"Package: *\\nPin: release l=NVIDIA CUDA\\nPin-Priority: 600\""},
    {"archive_range_upside_down",
     "\"newest_cuda\": \"12.1\"",
     "\"newest_cuda\": \"9.0\"",
     "m.json:45: /ubuntu/0/archives/0/newest_cuda: expected at least the oldest_cuda 10.0, found \"9.0\""},
    {"fingerprint_of_another_key",
     "A4B469963BF863CC\"",
     "A4B469963BF863CD\"",
     "m.json:5: /keys/0/fingerprint: expected a fingerprint that ends with the id 3BF863CC, found "
     "\"EB693B3035CD5710E231E123A4B469963BF863CD\""},
    {"fingerprint_too_short",
     "\"EB693B3035CD5710E231E123A4B469963BF863CC\"",
     "\"3BF863CC\"",
     "m.json:5: /keys/0/fingerprint: expected a fingerprint of 40 hexadecimal digits in upper case, found "
     "\"3BF863CC\""},
    {"key_file_with_path",
     "\"file\": \"3bf863cc.pub\"",
     "\"file\": \"/etc/passwd\"",
     "m.json:6: /keys/0/file: expected a plain file name such as 3bf863cc.pub, found \"/etc/passwd\""},
    {"gpu_without_vendor",
     "\"10de:1eb8\"",
     "\"1eb8\"",
     "m.json:48: /gpus/0/id: expected a PCI id such as 10de:1eb8, found \"1eb8\""},
    {"gpu_module_unknown",
     "\"module\": \"either\"",
     "\"module\": \"both\"",
     "m.json:49: /gpus/0/module: expected one of \"proprietary-only\", \"either\", \"open-only\", found \"both\""},
    {"gpu_branches_upside_down",
     "\"last_branch\": null",
     "\"last_branch\": 390",
     "m.json:50: /gpus/0/last_branch: expected at least the first_branch 410, found 390"},
    {"gpu_branch_as_text",
     "\"first_branch\": 410",
     "\"first_branch\": \"410\"",
     "m.json:50: /gpus/0/first_branch: expected an integer from 1 to 9999, found \"410\""},
    {"driver_module_unknown",
     "\"modules\": [\"proprietary\"]",
     "\"modules\": [\"closed\"]",
     "m.json:53: /drivers/0/modules/0: expected \"open\" or \"proprietary\", found \"closed\""},
    {"driver_latest_of_another_branch",
     "\"latest\": \"455.45.01\"",
     "\"latest\": \"460.1\"",
     "m.json:54: /drivers/0/latest: expected a version of branch 455, found \"460.1\""},
    {"driver_end_in_words",
     "\"2021-10-01\"",
     "\"October 2021\"",
     "m.json:54: /drivers/0/end_of_life: expected a date such as 2026-04-30, found \"October 2021\""},
    {"driver_packages_of_a_codename",
     "\"20.04\": [\"nvidia-driver-455\"]",
     "\"focal\": [\"nvidia-driver-455\"]",
     "m.json:55: /drivers/0/ubuntu_packages/focal: expected an Ubuntu version such as 22.04 as the member's name"},
    {"driver_package_with_quote",
     "[\"nvidia-driver-455\"]",
     "[\"nvidia'\"]",
     "m.json:55: /drivers/0/ubuntu_packages/20.04/0: expected a package name such as cuda-toolkit-11-1, found "
     "\"nvidia'\""},
    {"torch_pip_unknown",
     "\"find-links\"",
     "\"conda\"",
     "m.json:59: /torch/0/pip: expected one of \"index\", \"find-links\", \"find-links-per-platform\", "
     "\"extra-index\", \"long-term-support\", found \"conda\""},
    {"torch_flag_as_text",
     "\"audio_has_platform\": false",
     "\"audio_has_platform\": \"no\"",
     "m.json:59: /torch/0/audio_has_platform: expected true or false, found \"no\""},
    {"torch_vision_with_command",
     "\"torchvision\": \"0.8.2\"",
     "\"torchvision\": \"0.8.2`id`\"",
     "m.json:58: /torch/0/torchvision: expected a version such as 0.8.2, found \"0.8.2`id`\""},
    {"torch_python_upside_down",
     "\"most_python\": \"3.9\"",
     "\"most_python\": \"2.7\"",
     "m.json:58: /torch/0/most_python: expected at least the least_python 3.6, found \"2.7\""},
    {"torch_standard_of_the_future",
     "\"cxx_standard\": 14",
     "\"cxx_standard\": 2014",
     "m.json:59: /torch/0/cxx_standard: expected an integer from 11 to 29, found 2014"},
    {"torch_sm_as_numbers",
     "\"sm\": [\"3.7\", \"5.0\"]",
     "\"sm\": [\"sm_37\", 5.0]",
     "m.json:63: /torch/0/builds/0/sm/0: expected a compute capability such as 7.5, found \"sm_37\"\nm.json:63: "
     "/torch/0/builds/0/sm/1: expected a compute capability such as 7.5, found 5.0"},
    {"torch_cpu_with_cuda",
     "\"platform\": \"cpu\", \"cuda\": null",
     "\"platform\": \"cpu\", \"cuda\": \"11.0\"",
     "m.json:68: /torch/0/builds/1/cuda: expected null for the platform cpu, found \"11.0\""},
    {"torch_abi_unknown",
     "\"abi\": \"cxx11\"",
     "\"abi\": \"new\"",
     "m.json:65: /torch/0/builds/0/zips/0/abi: expected one of \"cxx11\", \"pre-cxx11\", found \"new\""},
    {"torch_platform_doubled",
     "{\"platform\": \"cpu\", \"cuda\": null",
     "{\"platform\": \"cu110\", \"cuda\": null",
     "m.json:68: /torch/0/builds/1/platform: a second build for \"cu110\""},
};

const std::vector<Broken> k_references = {
    {"pair_of_an_unknown_release",
     "{\"cuda\": \"11.1.1\", \"driver\": \"455.32.00\", \"torch\": \"1.7.1\", \"platform\": \"cpu\"",
     "{\"cuda\": \"11.15.0\", \"driver\": \"455.32.00\", \"torch\": \"1.7.1\", \"platform\": \"cpu\"",
     "m.json:33: /pairs/1/cuda: there is no CUDA 11.15.0"},
    {"pair_of_an_unknown_torch",
     "\"torch\": \"1.7.1\", \"platform\": \"cpu\"",
     "\"torch\": \"1.7.9\", \"platform\": \"cpu\"",
     "m.json:33: /pairs/1/torch: there is no torch 1.7.9"},
    {"pair_of_an_unknown_platform",
     "\"torch\": \"1.7.1\", \"platform\": \"cpu\"",
     "\"torch\": \"1.7.1\", \"platform\": \"cu111\"",
     "m.json:33: /pairs/1/platform: torch 1.7.1 has no build for cu111"},
    {"pair_doubled",
     "\"torch\": \"1.7.1\", \"platform\": \"cpu\"",
     "\"torch\": \"1.7.1\", \"platform\": \"cu110\"",
     "m.json:33: /pairs/1: the same pair is there already, at m.json:32"},
    {"archive_of_an_unknown_key",
     "\"key\": \"3BF863CC\"",
     "\"key\": \"7FA2AF80\"",
     "m.json:42: /ubuntu/0/archives/0/key: there is no key 7FA2AF80"},
    {"gpu_doubled",
     "\"first_branch\": 410, \"last_branch\": null, \"sources\": [\"a\"]}",
     "\"first_branch\": 410, \"last_branch\": null, \"sources\": [\"a\"]},\n{\"id\": \"10DE:1EB8\", \"name\": \"T4\", "
     "\"chip\": \"TU104\", \"architecture\": \"Turing\", \"compute_capability\": null, \"module\": \"either\", "
     "\"first_branch\": null, \"last_branch\": null, \"sources\": []}",
     "m.json:51: /gpus/1: GPU 10de:1eb8 is there already, at m.json:48"},
};

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
