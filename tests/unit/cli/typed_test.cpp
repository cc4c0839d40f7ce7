#include "cli/typed.hpp"

#include <gtest/gtest.h>

namespace cudasetup::cli {
namespace {

std::optional<std::string> an_image_builds(const std::string& name)
{
  return name == "CUDASETUP_MIRROR_NVIDIA"    ? std::optional<std::string>("https://mirror.example/nvidia")
         : name == "CUDASETUP_MIRROR_PYTORCH" ? std::optional<std::string>("https://mirror.example/pytorch")
         : name == "CUDASETUP_MANIFEST"       ? std::optional<std::string>("/srv/manifests")
                                              : std::nullopt;
}

std::optional<std::string> no_environment(const std::string&)
{
  return std::nullopt;
}

std::string completed(const std::vector<std::string>& hint,
                      const std::vector<std::string>& typed,
                      Environment environment = no_environment)
{
  const auto parsed = parse_options(typed, environment, Terminal::no);
  EXPECT_TRUE(parsed);
  return parsed ? base::to_shell(with_typed(base::Command{hint}, *parsed->options)) : "";
}

TEST(Typed, what_was_selected_and_where_goes_into_the_next_command)
{
  EXPECT_EQ(completed({"cudasetup", "install", "--method", "network"},
                      {"install",
                       "--cuda=11.1",
                       "--method",
                       "local",
                       "--root",
                       "/srv/image",
                       "--mirror",
                       "nvidia=https://a.example",
                       "--mirror",
                       "pytorch=https://b.example",
                       "--manifest",
                       "/srv/m",
                       "--jobs",
                       "3",
                       "--limit-rate",
                       "1M",
                       "--yes"}),
            "cudasetup install --method network --cuda 11.1 --root /srv/image --mirror nvidia=https://a.example "
            "--mirror pytorch=https://b.example --jobs 3 --limit-rate 1M --manifest /srv/m")
      << "and not whether it was agreed to";
}

TEST(Typed, a_verb_gets_only_what_it_takes)
{
  const std::vector<std::string> typed = {"install", "--cuda", "11.1", "--root", "/srv/image", "--manifest", "/srv/m"};
  EXPECT_EQ(completed({"cudasetup", "list", "cuda"}, typed), "cudasetup list cuda --manifest /srv/m");
  EXPECT_EQ(completed({"cudasetup", "verify"}, typed), "cudasetup verify --root /srv/image");
  EXPECT_EQ(completed({"cudasetup", "--help"}, typed), "cudasetup --help");
  EXPECT_EQ(completed({"apt-get", "install", "g++"}, typed), "apt-get install g++");
}

TEST(Typed, a_verification_is_repeated_as_it_was_asked_for)
{
  EXPECT_EQ(
      completed({"cudasetup", "verify", "--expect-gpu", "no"},
                {"verify", "--level", "toolkit", "--level", "torch", "--torch-dir", "/srv/t", "--expect-gpu", "yes"}),
      "cudasetup verify --expect-gpu no --level toolkit --level torch --torch-dir /srv/t");
}

TEST(Typed, nothing_is_said_twice)
{
  const std::vector<std::string> typed = {"install", "--cuda=11.1", "--root", "/srv/image"};
  EXPECT_EQ(completed({"cudasetup", "install", "--cuda=11.1", "--root", "/srv/image", "--yes"}, typed),
            "cudasetup install --cuda=11.1 --root /srv/image --yes");
}

TEST(Typed, sudo_gets_what_the_environment_stands_for)
{
  const std::vector<std::string> typed = {"install", "--cuda", "11.1", "--mirror", "nvidia=https://a.example"};
  EXPECT_EQ(completed({"sudo", "cudasetup", "install", "--cuda", "11.1", "--mirror", "nvidia=https://a.example"},
                      typed,
                      an_image_builds),
            "sudo cudasetup install --cuda 11.1 --mirror nvidia=https://a.example "
            "--mirror pytorch=https://mirror.example/pytorch --manifest /srv/manifests");
  EXPECT_EQ(completed({"cudasetup", "install"}, {"install"}, an_image_builds), "cudasetup install")
      << "without sudo it stays in the environment";
}

} // namespace
} // namespace cudasetup::cli
