#include "resolve/method.hpp"

#include "unit/resolve/asking.hpp"

namespace cudasetup::resolve {
namespace {

using test::asking;
using test::refused;
using test::resolved;
using test::sample_host;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class MethodChoice : public testing::Test {
protected:
  manifest::Manifest m_manifest = test::sample_manifest();

  Resolution get(std::initializer_list<std::string_view> arguments, const std::string& ubuntu)
  {
    Request request = asking(arguments);
    request.torch.choice = Choice::none;
    return resolved(request, m_manifest, sample_host(ubuntu));
  }
};

TEST_F(MethodChoice, NetworkWhereTheArchiveHasTheMinor)
{
  const Resolution resolution = get({"--cuda", "11.8"}, "22.04");
  EXPECT_EQ(resolution.cuda->method, Method::network);
  EXPECT_THAT(resolution.cuda->packages, ElementsAre(manifest::AptPackage{"cuda-toolkit-11-8", "11.8.0-1"}));
  EXPECT_EQ(test::about(resolution.reasons, "method"),
            "NVIDIA's network archive for ubuntu2204 has CUDA 11.7 to 13.2\n");
}

TEST_F(MethodChoice, EndsOfTheArchiveCount)
{
  EXPECT_EQ(get({"--cuda", "13.2"}, "22.04").cuda->method, Method::network);
  EXPECT_EQ(get({"--cuda", "12.4"}, "24.04").cuda->method, Method::runfile);
  EXPECT_EQ(get({"--cuda", "12.8"}, "24.04").cuda->method, Method::network);
}

TEST_F(MethodChoice, LocalInstallerWhereTheArchiveHasNot)
{
  m_manifest.ubuntu[3].archives[0].oldest_cuda = test::version("12.0");
  const Resolution resolution = get({"--cuda", "11.8"}, "22.04");
  EXPECT_EQ(resolution.cuda->method, Method::local);
  EXPECT_EQ(resolution.cuda->local_installer, &m_manifest.cuda[3].local_installers[0]);
  EXPECT_THAT(test::about(resolution.reasons, "method"),
              HasSubstr("network was passed over: NVIDIA's network archive"));
}

TEST_F(MethodChoice, RunfileWhereNothingElseServes)
{
  const Resolution resolution = get({"--cuda", "11.1.1"}, "24.04");
  EXPECT_EQ(resolution.cuda->method, Method::runfile);
  EXPECT_EQ(resolution.cuda->runfile, &m_manifest.cuda[2].runfiles[0]);
  EXPECT_THAT(resolution.cuda->packages, IsEmpty());
}

TEST_F(MethodChoice, UnknownRangeOfTheArchiveIsNotTrustedUnasked)
{
  m_manifest.ubuntu[3].archives[0].oldest_cuda.reset();
  EXPECT_EQ(get({"--cuda", "11.8"}, "22.04").cuda->method, Method::local);
  EXPECT_EQ(get({"--cuda", "11.8", "--method", "network"}, "22.04").cuda->method, Method::network);
}

TEST_F(MethodChoice, AskedOneThatCannotIsRefusedWithThoseThatCan)
{
  const Refusal network =
      refused(asking({"--cuda", "11.1.1", "--method", "network"}), m_manifest, sample_host("22.04"));
  EXPECT_EQ(test::lines_of(network),
            "[method] NVIDIA's network archive for ubuntu2204 on amd64 has CUDA 11.7 to 13.2; CUDA 11.1.1 can come by "
            "--method runfile\n");
  const Refusal local = refused(asking({"--cuda", "12.4", "--method", "local"}), m_manifest, sample_host("22.04"));
  EXPECT_EQ(test::lines_of(local),
            "[method] no local installer of CUDA 12.4.1 for ubuntu2204 on amd64 is known; CUDA 12.4.1 can come by "
            "--method network or runfile\n");
}

TEST_F(MethodChoice, PatchWithTheAskedInstallerIsTakenBeforeANewerWithout)
{
  m_manifest.cuda[2].local_installers.clear();
  const Resolution resolution = get({"--cuda", "11.1", "--method", "local"}, "20.04");
  EXPECT_EQ(test::cuda_of(resolution), "11.1.0");
  EXPECT_THAT(test::about(resolution.reasons, "cuda"), HasSubstr("CUDA 11.1.1 was passed over: no local installer"));
}

TEST_F(MethodChoice, InstallerWithoutDigestIsSaidOrRefused)
{
  const Resolution resolution = get({"--cuda", "11.1.1", "--method", "local"}, "20.04");
  EXPECT_THAT(test::about(resolution.cautions, "method"),
              HasSubstr("nobody has published a digest for cuda-repo-ubuntu2004-11.1.1_amd64.deb: it is accepted over "
                        "https; cudasetup records its digest when it fetches it"));
  const Refusal refusal =
      refused(asking({"--cuda", "11.1.1", "--method", "local", "--require-digests"}), m_manifest, sample_host("20.04"));
  EXPECT_THAT(test::kinds_of(refusal), ElementsAre("digest"));
  EXPECT_THAT(refusal.reasons[0].text, HasSubstr("and --require-digests was given"));
}

TEST_F(MethodChoice, Md5ListOfTheReleaseVouches)
{
  m_manifest.cuda[2].md5_list = base::Url::parse("https://example.com/md5sum.txt");
  const Resolution resolution = get({"--cuda", "11.1.1", "--method", "local", "--require-digests"}, "20.04");
  EXPECT_EQ(resolution.cuda->method, Method::local);
  EXPECT_EQ(test::about(resolution.cautions, "method"), "");
}

TEST_F(MethodChoice, WithDigestsDemandedTheNextMethodThatHasThemIsTaken)
{
  m_manifest.ubuntu[2].archives[0].keyring->sha256.reset();
  EXPECT_EQ(get({"--cuda", "11.1.1", "--require-digests"}, "20.04").cuda->method, Method::runfile);
  EXPECT_EQ(get({"--cuda", "11.1.1"}, "20.04").cuda->method, Method::network);
}

TEST_F(MethodChoice, ProfileDecidesThePackages)
{
  EXPECT_THAT(get({"--cuda", "11.8", "--profile", "runtime"}, "22.04").cuda->packages,
              ElementsAre(manifest::AptPackage{"cuda-libraries-11-8", "11.8.0-1"}));
  const Resolution runfile = get({"--cuda", "11.1.1", "--profile", "build"}, "24.04");
  EXPECT_THAT(test::about(runfile.cautions, "method"), HasSubstr("the runfile has no smaller profile"));
}

TEST_F(MethodChoice, NothingServesSaysWhyOfEach)
{
  m_manifest.cuda[3].runfiles.clear();
  const Refusal refusal = refused(asking({"--cuda", "11.8", "--torch", "none"}), m_manifest, sample_host("26.04"));
  EXPECT_THAT(test::lines_of(refusal), HasSubstr("[method] NVIDIA's network archive for ubuntu2604"));
  EXPECT_THAT(test::lines_of(refusal), HasSubstr("[method] no local installer of CUDA 11.8.0 for ubuntu2604"));
  EXPECT_THAT(test::lines_of(refusal), HasSubstr("[method] no runfile of CUDA 11.8.0 for amd64 is known"));
}

} // namespace
} // namespace cudasetup::resolve
