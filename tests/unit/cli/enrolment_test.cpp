#include "run_fixture.hpp"

namespace cudasetup::cli {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

constexpr const char* k_variables = "/sys/firmware/efi/efivars/";
constexpr const char* k_shim = "-605dab50-e046-4300-abb6-3dd810dd8b23";

/// A machine with Secure Boot on, and a driver that DKMS would build there.
class EnrolmentTest : public test::RunTest {
protected:
  EnrolmentTest()
  {
    m_is_root = true;
    m_machine.files.put(std::string(k_variables) + "SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c",
                        std::string("\6\0\0\0\1", 5));
  }
  static std::vector<std::string> with(std::vector<std::string> words, const std::vector<std::string>& more)
  {
    const std::vector<std::string> asked = {
        "--gpu", "10de:2684", "--torch", "none", "--cuda", "12.4", "--driver", "550.54.15"};
    words.insert(words.end(), asked.begin(), asked.end());
    words.insert(words.end(), more.begin(), more.end());
    return words;
  }
  int install(const std::vector<std::string>& more = {"--yes"}) { return run(with({"install"}, more)); }
  /// apt is the first to be asked once all that is asked of people is settled; it says no more here.
  int install_until_apt(const std::vector<std::string>& more)
  {
    effects::ProcessResult failed;
    failed.status = 100;
    m_machine.processes.answer_where([](const auto&) { return true; },
                                     [failed](const base::Command&) { return failed; });
    return install(more);
  }
  void expect_unchanged()
  {
    EXPECT_FALSE(m_machine.target.exists("/var/lib/cudasetup"));
    EXPECT_THAT(m_machine.processes.calls(), IsEmpty());
  }
};

TEST_F(EnrolmentTest, where_nobody_can_be_asked_it_says_how_and_changes_nothing)
{
  EXPECT_EQ(install(), 11) << m_out;
  EXPECT_THAT(m_err,
              AllOf(HasSubstr("Key was rejected by service"),
                    HasSubstr("nothing was changed"),
                    HasSubstr("sudo mokutil --import /var/lib/shim-signed/mok/MOK.der"),
                    HasSubstr("--yes --mok-password-fd 0")));
  EXPECT_EQ(install({}), 11) << "before anybody would have to agree";
  expect_unchanged();
}

TEST_F(EnrolmentTest, a_terminal_over_ssh_is_not_the_console)
{
  m_input = Terminal::yes;
  m_environment = [](const std::string& name) {
    return name == "SSH_CONNECTION" ? std::optional<std::string>("192.0.2.1 50000 192.0.2.2 22") : std::nullopt;
  };
  EXPECT_EQ(install(), 11);
  m_environment = test::no_environment;
  m_machine.files.put("/proc/self/status", "Name:\tcudasetup\nPPid:\t30\n");
  m_machine.files.put("/proc/30/status", "Name:\tsudo\nPPid:\t20\n");
  m_machine.files.put("/proc/20/status", "Name:\tsshd-session\nPPid:\t1\n");
  EXPECT_EQ(install(), 11) << "sudo drops the variables of ssh";
  EXPECT_THAT(m_hidden_questions, IsEmpty());
  expect_unchanged();
  m_machine.files.put("/proc/20/status", "Name:\tbash\nPPid:\t1\n");
  m_machine.files.put("/proc/1/status", "Name:\tsystemd\nPPid:\t0\n");
  EXPECT_NE(install(), 11);
  EXPECT_THAT(m_hidden_questions, Not(IsEmpty()));
}

TEST_F(EnrolmentTest, it_says_what_will_happen_and_asks_twice)
{
  m_input = Terminal::yes;
  m_hidden_answers = {"a secret one", "a secret one"};
  install_until_apt({"--yes"});
  EXPECT_THAT(m_hidden_questions, SizeIs(2));
  EXPECT_THAT(m_err,
              AllOf(HasSubstr("Enroll MOK"),
                    HasSubstr("10 seconds"),
                    HasSubstr("missed"),
                    HasSubstr("US one"),
                    HasSubstr("Ask the firmware to enrol that key")));
  EXPECT_THAT(m_err + m_out, Not(HasSubstr("a secret")));
  EXPECT_THAT(m_machine.processes.calls(), Not(IsEmpty()));
}

TEST_F(EnrolmentTest, a_password_that_the_console_cannot_take_is_asked_for_again)
{
  m_input = Terminal::yes;
  m_hidden_answers = {"short", "seventeen letters", "umlaut: \xc3\xa4"};
  EXPECT_EQ(install(), 1);
  EXPECT_THAT(m_err,
              AllOf(HasSubstr("8 to 16 characters"), HasSubstr("without accents"), HasSubstr("no password was given")));
  m_hidden_questions.clear();
  m_hidden_answers = {"a secret one", "another one", "a secret one", "a secret one"};
  install_until_apt({"--yes"});
  EXPECT_THAT(m_hidden_questions, SizeIs(4));
  EXPECT_THAT(m_err, HasSubstr("two different ones"));
}

TEST_F(EnrolmentTest, who_stops_at_the_question_has_changed_nothing)
{
  m_input = Terminal::yes;
  EXPECT_EQ(install(), 1) << "the input ended";
  m_interrupts = 1;
  EXPECT_EQ(install(), 130);
  expect_unchanged();
}

TEST_F(EnrolmentTest, a_descriptor_has_the_password)
{
  m_open_descriptor = 3;
  m_input_text = "a secret one";
  install_until_apt({"--yes", "--mok-password-fd", "3"});
  EXPECT_THAT(m_machine.processes.calls(), Not(IsEmpty())) << m_err;
  EXPECT_THAT(m_hidden_questions, IsEmpty());
  EXPECT_THAT(m_err + m_out, Not(HasSubstr("a secret")));
}

TEST_F(EnrolmentTest, a_descriptor_without_a_password_that_can_be_is_a_wrong_command_line)
{
  EXPECT_EQ(install({"--yes", "--mok-password-fd", "3"}), 3);
  EXPECT_THAT(m_err, HasSubstr("--mok-password-fd 3: this descriptor cannot be read"));
  m_open_descriptor = 3;
  m_input_text = "far too long a password for it";
  EXPECT_EQ(install({"--yes", "--mok-password-fd", "3"}), 3);
  EXPECT_THAT(m_err, AllOf(HasSubstr("8 to 16 characters"), Not(HasSubstr("far too"))));
  expect_unchanged();
}

TEST_F(EnrolmentTest, no_mok_refuses_what_needs_a_key)
{
  m_input = Terminal::yes;
  EXPECT_EQ(install({"--yes", "--no-mok"}), 11);
  EXPECT_THAT(m_err, HasSubstr("nothing was changed, as --no-mok asks"));
  EXPECT_EQ(run(with({"install", "--dry-run"}, {"--no-mok"})), 11);
  EXPECT_EQ(run(with({"plan"}, {"--no-mok"})), 11);
  expect_unchanged();
  EXPECT_EQ(run({"plan", "--no-mok", "--gpu", "10de:2684", "--driver", "none", "--cuda", "12.4", "--torch", "none"}), 0)
      << m_err;
}

TEST_F(EnrolmentTest, the_script_asks_by_itself)
{
  EXPECT_THAT(out_of(with({"install", "--dry-run"}, {})),
              AllOf(HasSubstr("\nmokutil --import /var/lib/shim-signed/mok/MOK.der\n"),
                    HasSubstr("SHIM_NOTRIGGER=y update-secureboot-policy --new-key\n"),
                    HasSubstr("with somebody at the console")));
}

TEST_F(EnrolmentTest, a_key_that_waits_is_not_asked_about_again)
{
  m_machine.target.put("/var/lib/shim-signed/mok/MOK.der", "certificate");
  m_machine.target.put("/var/lib/shim-signed/mok/MOK.priv", "secret");
  m_machine.files.put(std::string(k_variables) + "MokListRT" + k_shim, "vendor's");
  m_machine.files.put(std::string(k_variables) + "MokNew" + k_shim, "certificate");
  EXPECT_THAT(out_of(with({"plan"}, {})),
              AllOf(Not(HasSubstr("mokutil --import")), HasSubstr("the key waits for the next")));
  install_until_apt({"--yes"});
  EXPECT_THAT(m_machine.processes.calls(), Not(IsEmpty())) << m_err;
  EXPECT_EQ(install({"--yes", "--no-mok"}), 11);
}

} // namespace
} // namespace cudasetup::cli
