#include "support/golden.hpp"
#include "unit/cli/run_fixture.hpp"

#include <algorithm>

namespace cudasetup::cli::test {
namespace {

/// What people ask, by a name, and the words that they type after `why-not`.
struct Asked {
  std::string name;
  std::vector<std::string> words;
};

class Answers : public RunTest, public ::testing::WithParamInterface<Asked> {};

/// Each answer whole, by the manifests that are in the program: a change of a record or a rule shows what it does to
/// what people get.
TEST_P(Answers, AreExactly)
{
  std::vector<std::string> words = {"why-not"};
  words.insert(words.end(), GetParam().words.begin(), GetParam().words.end());
  const int status = run(words);
  std::string text = "$ cudasetup";
  for (const std::string& word : words) {
    text += " " + word;
  }
  cudasetup::test::expect_golden("answers/" + GetParam().name + ".txt",
                                 text + "\n" + m_out + m_err + "status " + std::to_string(status) + "\n");
}

INSTANTIATE_TEST_SUITE_P(
    Why,
    Answers,
    ::testing::Values(
        Asked{"gtx-1080-ti", {"--os", "ubuntu22.04", "--gpu", "10de:1b06"}},
        Asked{"rtx-5090-cuda-11.8", {"--cuda", "11.8", "--os", "ubuntu22.04", "--gpu", "10de:2b85"}},
        Asked{"rtx-5090", {"--os", "ubuntu24.04", "--gpu", "10de:2b85"}},
        Asked{"k80", {"--os", "ubuntu22.04", "--gpu", "10de:102d"}},
        Asked{"t4-cuda-11.1", {"--cuda", "11.1", "--os", "ubuntu24.04", "--gpu", "10de:1eb8"}},
        Asked{"v100-torch-latest", {"--torch", "latest", "--os", "ubuntu22.04", "--gpu", "10de:1db1"}},
        Asked{"rtx-3090-torch-1.7.1", {"--torch", "1.7.1", "--os", "ubuntu20.04", "--gpu", "10de:2204"}},
        Asked{"h200-driver-470", {"--os", "ubuntu22.04", "--gpu", "10de:2335", "--driver-present", "470.256.02"}},
        Asked{"rtx-4090-torch-1.13.1", {"--torch", "1.13.1", "--os", "ubuntu22.04", "--gpu", "10de:2684"}},
        Asked{"a100-arm64", {"--os", "ubuntu22.04", "--arch", "arm64", "--gpu", "10de:20b0"}},
        Asked{"cuda-11.1-on-26.04", {"--cuda", "11.1", "--os", "ubuntu26.04", "--gpu", "10de:1eb8"}},
        Asked{"jetson", {"--os", "ubuntu22.04", "--arch", "arm64", "--gpu", "sm_87"}},
        Asked{"wsl", {"--os", "ubuntu22.04", "--wsl", "--gpu", "10de:2684"}},
        Asked{"container", {"--cuda", "12.4", "--os", "ubuntu22.04", "--container", "--gpu", "10de:2684"}},
        Asked{"two-gpus-served", {"--os", "ubuntu22.04", "--gpu", "10de:1b06", "--gpu", "10de:2204"}},
        Asked{"two-gpus-that-exclude-each-other", {"--os", "ubuntu22.04", "--gpu", "10de:102d", "--gpu", "10de:2684"}},
        Asked{"gpu-of-the-future", {"--os", "ubuntu24.04", "--gpu", "sm_130"}},
        Asked{"unknown-pci-id", {"--os", "ubuntu24.04", "--gpu", "10de:ffff"}},
        Asked{"ubuntu-28.04", {"--os", "ubuntu28.04", "--gpu", "10de:2684"}},
        Asked{"cuda-14.0", {"--cuda", "14.0", "--os", "ubuntu24.04", "--gpu", "10de:2684"}}),
    [](const auto& asked) {
      std::string name = asked.param.name;
      std::replace_if(
          name.begin(), name.end(), [](char c) { return c == '-' || c == '.'; }, '_');
      return name;
    });

} // namespace
} // namespace cudasetup::cli::test
