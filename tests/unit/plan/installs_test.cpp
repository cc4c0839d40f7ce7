#include "support/sample_scenarios.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cudasetup::test {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

const std::string k_environment = "/etc/profile.d/cudasetup.sh";

/// The content that the plan gives the file; empty when it does not write it.
std::string content_of(const plan::Plan& plan, const std::string& path)
{
  for (const plan::Step& step : plan.steps) {
    for (const plan::Action& action : step.actions) {
      const auto* file = std::get_if<plan::WriteFile>(&action);
      if (file != nullptr && file->path == path) {
        return file->content;
      }
    }
  }
  return "";
}

TEST(LibTorchLibraries, ComeFromTheNetworkArchiveEvenBesideARunfile)
{
  const plan::Plan plan = libraries_sample()->plan();
  EXPECT_LT(index_of(plan, "apt-update"), index_of(plan, "apt-install-libtorch-libraries"));
  EXPECT_LT(index_of(plan, "apt-install-libtorch-libraries"), index_of(plan, "unpack-libtorch"));
  EXPECT_THAT(shell_lines(plan, "apt-install-libtorch-libraries"),
              ElementsAre(HasSubstr("--no-install-recommends libcudnn9-cuda-13=9.24.0.43-1 cuda-nvrtc-13-2")));
  EXPECT_THAT(plan.simulation.value().packages, Contains("libcudnn9-cuda-13=9.24.0.43-1"));
  EXPECT_THAT(plan.simulation->source_line, HasSubstr("/compute/cuda/repos/ubuntu2204/x86_64/ /"));
  EXPECT_EQ(content_of(plan, "/etc/ld.so.conf.d/zz-cudasetup-libtorch.conf"),
            "/opt/libtorch/current/lib\n/usr/local/cuda-13.2/targets/x86_64-linux/lib\n");
}

TEST(LibTorchLibraries, AreAskedForOnlyWhereTheyAreMissing)
{
  const SamplePtr sample = libraries_sample();
  sample->facts.packages["libcudnn9-cuda-13"] = {"9.24.0.43-1", true};
  EXPECT_THAT(shell_lines(sample->plan(), "apt-install-libtorch-libraries"),
              ElementsAre(AllOf(HasSubstr(" cuda-nvrtc-13-2"), Not(HasSubstr("libcudnn9")))));
  sample->facts.packages["cuda-nvrtc-13-2"] = {"13.2.78-1", true};
  EXPECT_THAT(step_ids(sample->plan()), Not(Contains("apt-install-libtorch-libraries")));
  EXPECT_THAT(step_ids(sample->plan()), Not(Contains("apt-update"))) << "no source for nothing";
  sample->facts.packages["libcudnn9-cuda-13"] = {"9.10.2.21-1", true};
  EXPECT_THAT(shell_lines(sample->plan(), "apt-install-libtorch-libraries"),
              ElementsAre(HasSubstr(" libcudnn9-cuda-13=9.24.0.43-1")));
}

TEST(Prerequisites, AreOnlyWhatIsMissing)
{
  const SamplePtr sample = seed_sample();
  EXPECT_THAT(shell_lines(sample->plan(), "apt-install-prerequisites"),
              ElementsAre("apt-get install --yes -o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold "
                          "-o APT::Cmd::Pattern-Only=true --no-install-recommends cmake g++ make unzip"));
  sample->facts.packages["g++"] = {"4:7.4.0-1ubuntu2.3", true};
  sample->facts.packages["make"] = {"4.1-9.1ubuntu1", false};
  sample->facts.cmake = version("3.31.0");
  EXPECT_THAT(shell_lines(sample->plan(), "apt-install-prerequisites"),
              ElementsAre(HasSubstr("--no-install-recommends make unzip")));
}

TEST(Prerequisites, CertificatesComeFirstAndAloneSoThatTheRestCanBeTriedOut)
{
  const plan::Plan plan = seed_sample()->plan();
  EXPECT_THAT(shell_lines(plan, "apt-install-certificates"),
              ElementsAre(HasSubstr("--no-install-recommends ca-certificates")));
  EXPECT_EQ(plan.simulation.value().after, "apt-install-certificates");
  EXPECT_EQ(index_of(plan, "apt-install-certificates"), 1U);
}

TEST(Prerequisites, NeedNoCertificatesWithMirrorsOverHttp)
{
  const plan::Plan plan = mirror_sample()->plan();
  EXPECT_TRUE(plan.simulation.value().after.empty());
  for (const plan::Step& step : plan.steps) {
    EXPECT_NE(step.id, "apt-install-certificates");
  }
}

TEST(Prerequisites, OfTheRuntimeProfileAreNoCompilers)
{
  const SamplePtr sample = network_sample("22.04", "2.4.11", "12.4.1");
  sample->resolution.cuda->profile = manifest::Profile::runtime;
  const plan::Plan plan = sample->plan();
  EXPECT_THAT(shell_lines(plan, "apt-install-certificates"), ElementsAre(HasSubstr("recommends ca-certificates")));
  for (const plan::Step& step : plan.steps) {
    EXPECT_NE(step.id, "apt-install-prerequisites");
  }
}

TEST(Runfile, InstallsTheToolkitAloneBesideItsFile)
{
  const plan::Plan plan = runfile_sample()->plan();
  const std::string file = "/var/cache/cudasetup/cuda_11.1.1_455.32.00_linux.run";
  EXPECT_THAT(shell_lines(plan, "runfile-install-toolkit"),
              ElementsAre("install -d -m 0700 /var/cache/cudasetup/runfile",
                          "rm -rf -- /tmp/cuda-installer.log",
                          "TMPDIR=/var/cache/cudasetup/runfile sh " + file +
                              " --silent --toolkit --toolkitpath=/usr/local/cuda-11.1 "
                              "--tmpdir=/var/cache/cudasetup/runfile --override",
                          "rm -rf -- /var/cache/cudasetup/runfile"));
  EXPECT_THAT(shell_lines(plan, "fetch-runfile"), ElementsAre(HasSubstr(file + " SHA256:")));
  EXPECT_THAT(plan.steps[index_of(plan, "runfile-install-toolkit")].because, HasSubstr("NVIDIA's licence"));
  EXPECT_EQ(content_of(plan, "/etc/ld.so.conf.d/cudasetup-cuda-11.1.conf"), "/usr/local/cuda-11.1/lib64\n");
  EXPECT_THAT(shell_lines(plan, "apt-install-prerequisites").front(),
              AllOf(HasSubstr(" libxml2"), HasSubstr(" g++-10")));
}

TEST(Runfile, IsNotRunAgainWhereTheTreeIsThereAsFarAsItTells)
{
  const SamplePtr sample = runfile_sample();
  sample->facts.toolkits = {{"/usr/local/cuda-11.1", version("11.1"), true}};
  EXPECT_THAT(step_ids(sample->plan()), AllOf(Not(Contains("fetch-runfile")), Contains("register-toolkit")));
  sample->facts.toolkits = {{"/usr/local/cuda-11.1", version("11.1.0"), true}};
  EXPECT_THAT(step_ids(sample->plan()), Contains("fetch-runfile"));
}

TEST(Runfile, OfOldNeedsNoLibxml2)
{
  const SamplePtr sample = sample_ubuntu("18.04", "1.6.14");
  choose_cuda(*sample, "10.1.168", "418.67", resolve::Method::runfile);
  EXPECT_THAT(shell_lines(sample->plan(), "apt-install-prerequisites").front(), Not(HasSubstr("libxml2")));
}

TEST(LibTorch, IsFetchedUnpackedAndMadeCurrent)
{
  const plan::Plan plan = seed_sample()->plan();
  const std::string zip = "/var/cache/cudasetup/libtorch-cxx11-abi-shared-with-deps-1.7.1+cu110.zip";
  EXPECT_THAT(shell_lines(plan, "fetch-libtorch"),
              ElementsAre("/usr/lib/apt/apt-helper download-file https://download.pytorch.org/libtorch/cu110/"
                          "libtorch-cxx11-abi-shared-with-deps-1.7.1%2Bcu110.zip " +
                          zip + " SHA256:" + std::string(64, '1')));
  EXPECT_THAT(shell_lines(plan, "unpack-libtorch"),
              ElementsAre("mkdir -p /opt/libtorch",
                          "rm -rf /opt/libtorch/1.7.1+cu110.cudasetup-new",
                          "unzip -q " + zip + " 'libtorch/*' -d /opt/libtorch/1.7.1+cu110.cudasetup-new",
                          "mv -T /opt/libtorch/1.7.1+cu110.cudasetup-new/libtorch /opt/libtorch/1.7.1+cu110",
                          "rmdir /opt/libtorch/1.7.1+cu110.cudasetup-new"));
  EXPECT_THAT(shell_lines(plan, "register-libtorch"), Contains("ln -sfT 1.7.1+cu110 /opt/libtorch/current"));
  EXPECT_THAT(shell_lines(plan, "register-libtorch"), Contains("ldconfig"));
  EXPECT_EQ(content_of(plan, "/etc/ld.so.conf.d/zz-cudasetup-libtorch.conf"), "/opt/libtorch/current/lib\n");
}

TEST(LibTorch, ElsewhereIsLinkedByItsWholePath)
{
  const SamplePtr sample = seed_sample();
  sample->resolution.torch->prefix = "/srv/torch";
  const plan::Plan plan = sample->plan();
  EXPECT_THAT(shell_lines(plan, "unpack-libtorch"), Contains("mkdir -p /srv"));
  EXPECT_THAT(shell_lines(plan, "register-libtorch"),
              AllOf(Contains("mkdir -p /opt/libtorch"), Contains("ln -sfT /srv/torch /opt/libtorch/current")));
}

TEST(LibTorch, TakesThePlaceOfAnotherVersionInTheScriptToo)
{
  const SamplePtr sample = seed_sample();
  sample->resolution.torch->prefix = "/srv/torch";
  sample->facts.libtorch = {{"/srv/torch", "1.6.0"}};
  EXPECT_THAT(
      shell_lines(sample->plan(), "unpack-libtorch"),
      AllOf(Contains("mv -T /srv/torch /srv/torch.cudasetup-old"), Contains("rm -rf /srv/torch.cudasetup-old")));
  sample->facts.libtorch = {{"/srv/torch", ""}};
  EXPECT_THAT(shell_lines(sample->plan(), "unpack-libtorch"), Not(Contains(HasSubstr("cudasetup-old"))));
}

TEST(LibTorch, ThatIsThereIsOnlyMadeCurrent)
{
  const SamplePtr sample = seed_sample();
  sample->facts.libtorch = {{"/opt/libtorch/1.7.1+cu110", "1.7.1+cu110\n"}};
  sample->facts.current_libtorch = "/opt/libtorch/1.10.1+cu111";
  const plan::Plan plan = sample->plan();
  EXPECT_THAT(step_ids(plan), AllOf(Not(Contains("fetch-libtorch")), Contains("register-libtorch")));
}

TEST(LibTorch, OfAnotherVersionAtItsPlaceDoesNotCount)
{
  const SamplePtr sample = seed_sample();
  sample->facts.libtorch = {{"/opt/libtorch/1.7.1+cu110", "1.7.0+cu110"}};
  EXPECT_THAT(step_ids(sample->plan()), Contains("unpack-libtorch"));
}

TEST(LibTorch, IsDescribedToPkgConfigWithItsAbi)
{
  const SamplePtr sample = seed_sample();
  const std::string path = "/usr/local/lib/pkgconfig/libtorch.pc";
  EXPECT_THAT(content_of(sample->plan(), path),
              AllOf(HasSubstr("prefix=/opt/libtorch/current\n"),
                    HasSubstr("Version: 1.7.1\n"),
                    HasSubstr("-D_GLIBCXX_USE_CXX11_ABI=1 -I${includedir} -I${includedir}/torch/csrc/api/include\n"),
                    HasSubstr("-Wl,--no-as-needed -ltorch -ltorch_cpu -ltorch_cuda -lc10_cuda -lc10 ")));
  sample->torch.builds.front().platform = "cpu";
  sample->torch.builds.front().zips.front().abi = manifest::Abi::pre_cxx11;
  EXPECT_THAT(content_of(sample->plan(), path),
              AllOf(HasSubstr("-D_GLIBCXX_USE_CXX11_ABI=0"), HasSubstr("-ltorch_cpu -lc10 ")));
}

TEST(Environment, NamesTheVersionsDirectoryAndTheCompiler)
{
  EXPECT_EQ(content_of(runfile_sample()->plan(), k_environment),
            "# Written by cudasetup, which replaces it when it installs another version.\n"
            "# CUDA toolkit\n"
            "export CUDA_HOME=/usr/local/cuda-11.1\n"
            "case \":${PATH:-}:\" in\n"
            "  *\":/usr/local/cuda-11.1/bin:\"*) ;;\n"
            "  *) export PATH=\"/usr/local/cuda-11.1/bin${PATH:+:${PATH}}\" ;;\n"
            "esac\n"
            "export NVCC_PREPEND_FLAGS='-ccbin /usr/bin/g++-10'\n"
            "# LibTorch\n"
            "export Torch_DIR=/opt/libtorch/current/share/cmake/Torch\n"
            "case \":${CMAKE_PREFIX_PATH:-}:\" in\n"
            "  *\":/opt/libtorch/current:\"*) ;;\n"
            "  *) export CMAKE_PREFIX_PATH=\"/opt/libtorch/current${CMAKE_PREFIX_PATH:+:${CMAKE_PREFIX_PATH}}\" ;;\n"
            "esac\n");
}

TEST(Environment, OfTheOtherStaysWhenOneAloneIsInstalled)
{
  const std::string both = content_of(runfile_sample()->plan(), k_environment);
  const SamplePtr torch = sample_ubuntu("22.04", "2.4.11");
  choose_torch(*torch, "1.10.1", "cu111");
  torch->facts.files[k_environment] = both;
  EXPECT_THAT(step_ids(torch->plan()), Not(Contains("environment")));

  const SamplePtr cuda = network_sample("22.04", "2.4.11", "12.4.1");
  cuda->facts.files[k_environment] = both;
  EXPECT_THAT(content_of(cuda->plan(), k_environment),
              AllOf(HasSubstr("CUDA_HOME=/usr/local/cuda-12.4\n"), HasSubstr("Torch_DIR="), Not(HasSubstr("11.1"))));
}

TEST(Python, TakesTheWheelsOfTheBuildIntoItsOwnEnvironment)
{
  const plan::Plan plan = container_sample()->plan();
  EXPECT_THAT(shell_lines(plan, "python"),
              ElementsAre("python3 -m venv /opt/venv",
                          "/opt/venv/bin/python -m pip install --no-input --disable-pip-version-check "
                          "--index-url https://download.pytorch.org/whl/cu124 "
                          "torch==2.6.0+cu124 torchvision==0.21.0+cu124 torchaudio==2.6.0+cu124",
                          "mkdir -p /opt/venv",
                          "rm -f /opt/venv/cudasetup-requirements.txt",
                          HasSubstr("dd of=/opt/venv/cudasetup-requirements.txt "),
                          "chmod 0644 /opt/venv/cudasetup-requirements.txt"));
  EXPECT_THAT(plan.steps[index_of(plan, "python")].because, HasSubstr("over https from download.pytorch.org"));
  EXPECT_THAT(shell_lines(plan, "apt-install-prerequisites").front(), HasSubstr(" python3 python3-venv "));
}

struct PipCase {
  manifest::PipForm form;
  std::string expected;
};

class PipForms : public ::testing::TestWithParam<PipCase> {};

TEST_P(PipForms, AreAskedAsTheReleaseWantsThem)
{
  const SamplePtr sample = container_sample();
  sample->torch.pip = GetParam().form;
  EXPECT_THAT(shell_lines(sample->plan(), "python")[1], HasSubstr(" " + GetParam().expected + " torch=="));
}

INSTANTIATE_TEST_SUITE_P(
    Forms,
    PipForms,
    ::testing::Values(
        PipCase{manifest::PipForm::find_links, "--find-links https://download.pytorch.org/whl/torch_stable.html"},
        PipCase{manifest::PipForm::find_links_per_platform,
                "--find-links https://download.pytorch.org/whl/cu124/torch_stable.html"},
        PipCase{manifest::PipForm::extra_index, "--extra-index-url https://download.pytorch.org/whl/cu124"},
        PipCase{manifest::PipForm::index, "--index-url https://download.pytorch.org/whl/cu124"},
        PipCase{manifest::PipForm::long_term_support,
                "--find-links https://download.pytorch.org/whl/lts/1.8/torch_lts.html"}));

TEST(Python, MarksNoWheelOfTheDefaultPlatformAndNoAudioThatHasNone)
{
  const SamplePtr sample = container_sample();
  sample->torch.audio_has_platform = false;
  EXPECT_THAT(shell_lines(sample->plan(), "python")[1], HasSubstr("torchvision==0.21.0+cu124 torchaudio==2.6.0"));
  EXPECT_THAT(shell_lines(sample->plan(), "python")[1], Not(HasSubstr("torchaudio==2.6.0+")));
  sample->torch.unmarked_platform = "cu124";
  EXPECT_THAT(shell_lines(sample->plan(), "python")[1],
              HasSubstr(" torch==2.6.0 torchvision==0.21.0 torchaudio==2.6.0"));
  sample->torch.torchaudio = std::nullopt;
  EXPECT_THAT(shell_lines(sample->plan(), "python")[1], Not(HasSubstr("torchaudio")));
}

TEST(Python, TrustsAMirrorOverHttpByName)
{
  const SamplePtr sample = container_sample();
  sample->settings.pytorch_mirror = url("http://127.0.0.1:8080/pytorch");
  EXPECT_THAT(shell_lines(sample->plan(), "python")[1],
              HasSubstr("--index-url http://127.0.0.1:8080/pytorch/whl/cu124 --trusted-host 127.0.0.1 "));
}

} // namespace
} // namespace cudasetup::test
