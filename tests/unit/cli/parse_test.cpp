#include "cli/options.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>

namespace cudasetup::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::optional<std::string> no_environment(const std::string&)
{
  return std::nullopt;
}

base::Result<Parsed> parse(const std::vector<std::string>& arguments)
{
  return parse_options(arguments, no_environment, Terminal::no);
}

/// An error as a user reads it: the message, then each hint with its command.
std::vector<std::string> complaint(const std::vector<std::string>& arguments)
{
  const auto parsed = parse(arguments);
  if (parsed) {
    return {"no error"};
  }
  EXPECT_EQ(parsed.error().kind, base::ErrorKind::usage);
  std::vector<std::string> lines = {parsed.error().message};
  for (const base::Hint& hint : parsed.error().hints) {
    lines.push_back(hint.text + (hint.command ? ": " + base::to_shell(*hint.command) : ""));
  }
  return lines;
}

TEST(parse_options, a_mistyped_verb_is_named_with_the_nearest_one)
{
  EXPECT_THAT(complaint({"instal", "--cuda", "11.1"}),
              ElementsAre("there is no verb instal", "did you mean install?", "see the verbs: cudasetup --help"));
  EXPECT_THAT(complaint({"help", "lst"}),
              ElementsAre("there is no verb lst", "did you mean list?", "see the verbs: cudasetup --help"));
  EXPECT_THAT(complaint({"frobnicate"}), ElementsAre("there is no verb frobnicate", "see the verbs: cudasetup --help"));
}

TEST(parse_options, what_may_be_done_about_a_key_that_secure_boot_asks_for)
{
  const auto parsed = parse({"install", "--mok-password-fd", "0"});
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->options->how.enrolment.password_fd, 0);
  EXPECT_EQ(parse({"plan", "--no-mok"})->options->how.enrolment.allowed, Switch::off);
  EXPECT_EQ(parse({"resume", "--mok-password-fd", "7"})->options->how.enrolment.password_fd, 7);
  EXPECT_THAT(complaint({"install", "--no-mok", "--mok-password-fd", "3"}),
              ElementsAre("--no-mok contradicts --mok-password-fd", "leave one of them out"));
  EXPECT_THAT(complaint({"install", "--mok-password-fd", "secret"}).front(),
              HasSubstr("expected the number of an open descriptor"));
  EXPECT_THAT(complaint({"install", "--mok-password-fd", "99999999999"}).front(), HasSubstr("expected the number"));
}

TEST(parse_options, a_verb_comes_first)
{
  EXPECT_THAT(complaint({"--cuda", "11.1"}),
              ElementsAre("a verb must come first, not --cuda", "see the verbs: cudasetup --help"));
}

TEST(parse_options, a_mistyped_option_is_named_with_the_nearest_one)
{
  EXPECT_THAT(complaint({"install", "--cudda", "11.1"}),
              ElementsAre("install has no option --cudda",
                          "did you mean --cuda?",
                          "see its options: cudasetup install --help"));
  EXPECT_THAT(complaint({"install", "--cuda", "11.1", "--drivr=none"}),
              ElementsAre("install has no option --drivr",
                          "did you mean --driver?",
                          "see its options: cudasetup install --help"));
  EXPECT_THAT(complaint({"install", "11.1"}),
              ElementsAre("install takes no word 11.1", "see its options: cudasetup install --help"));
}

TEST(parse_options, an_option_has_one_value)
{
  EXPECT_THAT(complaint({"install", "--cuda"}),
              ElementsAre("--cuda needs a value", "see its options: cudasetup install --help"));
  EXPECT_THAT(complaint({"install", "--manifest", "a", "--manifest=b"}),
              ElementsAre("--manifest was given more than once", "see its options: cudasetup install --help"));
}

TEST(parse_options, every_wrong_value_says_what_was_expected_and_what_to_do)
{
  const std::vector<std::pair<std::vector<std::string>, std::string>> table = {
      {{"--cuda", "banana"}, "--cuda banana: expected a version"},
      {{"--torch", "1.7.1+"}, "--torch 1.7.1+: expected a version"},
      {{"--driver", "new"}, "--driver new: expected a branch"},
      {{"--abi", "cxx12"}, "--abi cxx12: expected one of cxx11, pre-cxx11"},
      {{"--method", "net"}, "--method net: expected one of"},
      {{"--gpu", "T4"}, "--gpu T4: expected a PCI id"},
      {{"--gpu", "1002:73bf"}, "--gpu 1002:73bf: not a device of NVIDIA's"},
      {{"--gpu", "none", "--gpu", "sm_75"}, "--gpu none contradicts the other --gpu"},
      {{"--toolkit-only", "--torch", "1.7.1"}, "--toolkit-only contradicts"},
      {{"-q", "-v"}, "--quiet contradicts --verbose"},
      {{"--arch", "mips"}, "--arch mips: expected amd64 or arm64"},
      {{"--driver-present", "x"}, "--driver-present x: expected a version"},
      {{"--root", "relative"}, "--root relative: the current directory is not known"},
      {{"--mirror", "nvidia=http://example.com"}, "--mirror http://example.com: expected an https address"},
      {{"--mirror", "cudnn=https://example.com"}, "--mirror cudnn=https://example.com: expected nvidia="},
      {{"--libtorch-dir", "/x/y", "--torch", "none"}, "--libtorch-dir contradicts --torch none"},
      {{"--cuda", "none", "--torch", "none", "--driver", "none"}, "nothing is asked for"},
      {{"--toolkit-only", "--cuda", "none"}, "nothing is asked for"},
      {{"--container", "--wsl"}, "--container contradicts --wsl"},
      {{"--reboot", "later"}, "--reboot later: expected one of ask, yes, no"},
      {{"--lock-timeout", "banana"}, "--lock-timeout banana: expected a number of seconds"},
      {{"--lock-timeout", "-1"}, "--lock-timeout -1: expected a number of seconds"},
      {{"--lock-timeout", "86401"}, "--lock-timeout 86401: expected a number of seconds, at most 86400"},
      {{"--jobs", "0"}, "--jobs 0: expected a number from 1 to 64"},
      {{"--jobs", "65"}, "--jobs 65: expected a number from 1 to 64"},
      {{"--jobs", "many"}, "--jobs many: expected a number from 1 to 64"},
      {{"--limit-rate", "fast"}, "--limit-rate fast: expected bytes a second"},
      {{"--limit-rate", "0"}, "--limit-rate 0: expected bytes a second"},
      {{"--limit-rate", "M"}, "--limit-rate M: expected bytes a second"},
      {{"--limit-rate", "99999999999999999G"}, "expected bytes a second"},
  };
  for (const auto& [options, text] : table) {
    std::vector<std::string> arguments = {"install"};
    arguments.insert(arguments.end(), options.begin(), options.end());
    const std::vector<std::string> lines = complaint(arguments);
    EXPECT_THAT(lines.front(), HasSubstr(text));
    EXPECT_GE(lines.size(), 2u) << "no hint for: " << lines.front();
  }
}

TEST(parse_options, a_mistyped_value_is_answered_with_the_nearest_one)
{
  const std::vector<std::array<std::string, 3>> table = {
      {"--cuda", "latst", "latest"},
      {"--torch", "non", "none"},
      {"--driver", "kep", "keep"},
      {"--method", "runfil", "runfile"},
      {"--profile", "ful", "full"},
      {"--arch", "amd6", "amd64"},
      {"--gpu", "sm75", "sm_75"},
      {"--gpu", "8.6", "sm_86"},
      {"--gpu", "sm12.0", "sm_120"},
      {"--gpu", "10de2684", "10de:2684"},
  };
  for (const auto& [option, word, meant] : table) {
    EXPECT_THAT(complaint({"install", option, word}), testing::Contains("did you mean " + meant + "?")) << option;
  }
  // A model's number may look like an id, and a name like nothing: no guess.
  for (const char* word : {"4090", "T4", "RTX 4090", "10de:xyz", "86"}) {
    EXPECT_THAT(complaint({"install", "--gpu", word}), testing::Not(testing::Contains(HasSubstr("did you mean"))));
  }
}

TEST(parse_options, a_gpus_name_is_answered_with_its_ids)
{
  EXPECT_THAT(complaint({"install", "--gpu", "rtx 5090"}),
              testing::Contains(HasSubstr("of that name are 10de:2b85 (NVIDIA GeForce RTX 5090)")));
}

TEST(parse_options, a_directory_of_ours_is_never_one_of_the_systems_or_of_a_person)
{
  for (const char* option : {"--libtorch-dir", "--python"}) {
    for (const char* place : {"/",
                              "/usr",
                              "/opt/",
                              "/opt/.",
                              "/home",
                              "/srv",
                              "/opt/libtorch",
                              "/opt//libtorch/current",
                              "/usr/share/x",
                              "/usr/local",
                              "/usr/local/bin",
                              "/etc/x",
                              "/bin/x",
                              "/lib64/x",
                              "/sbin/x",
                              "/dev/x",
                              "/proc/x",
                              "/sys/x",
                              "/run/x",
                              "/boot/x",
                              "/root",
                              "/home/ada"}) {
      EXPECT_THAT(complaint({"install", option, place}).front(), HasSubstr(std::string(option) + " " + place)) << place;
    }
    for (const char* place : {"/opt/torch", "/usr/local/torch", "/home/ada/torch", "/root/torch", "/srv/a/b"}) {
      EXPECT_TRUE(parse({"install", option, place})) << place;
    }
  }
}

TEST(parse_options, relative_paths_are_against_the_current_directory)
{
  const auto here = [](const std::string& name) {
    return name == "PWD" ? std::optional<std::string>("/srv/place") : std::nullopt;
  };
  const auto lint = parse_options({"manifest", "lint", "m/11.1.json", "/a.json"}, here, Terminal::no);
  EXPECT_THAT(lint.value().options->files, ElementsAre("/srv/place/m/11.1.json", "/a.json"));
  const auto plan = parse_options(
      {"plan", "--manifest", ".", "--os-release", "os", "--sys-path", "./sys", "-o", "x.sh", "--root", "./image"},
      here,
      Terminal::no);
  EXPECT_EQ(plan.value().options->how.manifest_directory, "/srv/place");
  EXPECT_EQ(plan.value().options->host.os_release_file, "/srv/place/os");
  EXPECT_EQ(plan.value().options->host.sys_path, "/srv/place/sys");
  EXPECT_EQ(plan.value().options->output_file, "/srv/place/x.sh");
  EXPECT_EQ(plan.value().options->host.root, "/srv/place/image");
  EXPECT_THAT(complaint({"manifest", "lint", "x.json"}).front(), HasSubstr("current directory is not known"));
}

TEST(parse_options, a_verb_has_only_the_options_that_it_obeys)
{
  EXPECT_THAT(complaint({"plan", "--json", "--format", "sh"}).front(), HasSubstr("--json contradicts --format sh"));
  EXPECT_TRUE(parse({"plan", "--json", "--format", "json"}));
  EXPECT_THAT(complaint({"plan", "-y"}).front(), HasSubstr("plan"));
  EXPECT_THAT(complaint({"history", "--sys-path", "/x"}).front(), HasSubstr("history has no option --sys-path"));
}

TEST(parse_options, without_a_verb_or_with_help_the_help_is_shown)
{
  for (const std::vector<std::string>& arguments :
       std::vector<std::vector<std::string>>{{}, {"help"}, {"--help"}, {"-h"}}) {
    const auto parsed = parse(arguments);
    ASSERT_TRUE(parsed);
    EXPECT_FALSE(parsed->options);
    EXPECT_THAT(parsed->text, HasSubstr("cudasetup install --cuda 11.1"));
  }
  EXPECT_THAT(parse({"help", "verify"}).value().text, HasSubstr("--torch-dir"));
  EXPECT_THAT(parse({"verify", "--help"}).value().text, HasSubstr("--torch-dir"));
  EXPECT_THAT(parse({"help", "why-not"}).value().text,
              testing::AllOf(HasSubstr("--cuda"), HasSubstr("--driver-present")));
  EXPECT_THAT(parse({"help", "list"}).value().text, testing::AllOf(HasSubstr("--here"), HasSubstr("--gpu")));
  EXPECT_THAT(parse({"help", "manifest"}).value().text, HasSubstr("show KIND ID"));
}

TEST(parse_options, python_goes_to_the_directory_that_is_named_or_to_a_place_of_its_own)
{
  EXPECT_EQ(parse({"plan", "--python", "/srv/venv", "--json"})->options->request.python, "/srv/venv");
  EXPECT_EQ(parse({"plan", "--python"})->options->request.python, "/opt/torch-venv");
  EXPECT_EQ(parse({"plan", "--python", "--json"})->options->request.python, "/opt/torch-venv");
  EXPECT_EQ(parse({"plan", "--json"})->options->request.python, std::nullopt);
}

TEST(parse_options, the_network_is_taken_as_far_as_was_said)
{
  const effects::NetworkLimits usual = parse({"install"}).value().options->how.network;
  EXPECT_EQ(usual.connections, 16u);
  EXPECT_EQ(usual.bytes_per_second, std::nullopt);
  const std::vector<std::pair<std::string, std::uint64_t>> rates = {
      {"2048", 2048}, {"1K", 1024}, {"500k", 512000}, {"20M", 20971520}, {"1g", 1073741824}};
  for (const auto& [text, rate] : rates) {
    const auto limits = parse({"install", "--jobs", "3", "--limit-rate", text}).value().options->how.network;
    EXPECT_EQ(limits.connections, 3u);
    EXPECT_EQ(limits.bytes_per_second, rate) << text;
  }
}

TEST(parse_options, the_seconds_to_wait_for_a_lock_are_five_minutes_or_what_was_asked_for)
{
  EXPECT_EQ(parse({"install"}).value().options->how.lock_timeout_seconds, 300u);
  EXPECT_EQ(parse({"install", "--lock-timeout", "0"}).value().options->how.lock_timeout_seconds, 0u);
}

} // namespace
} // namespace cudasetup::cli
