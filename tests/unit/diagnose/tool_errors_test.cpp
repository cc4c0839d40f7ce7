#include "diagnose/tool_errors.hpp"

#include "diagnose/symptoms.hpp"
#include "support/tool_text.hpp"

#include <gtest/gtest.h>

#include <filesystem>

namespace cudasetup::diagnose {

namespace {

using base::ErrorKind;
using test::tool_text;

struct Expectation {
  std::string text;
  ErrorKind kind;
  std::string cause; ///< a part of it
};

void PrintTo(const Expectation& expectation, std::ostream* out)
{
  *out << expectation.text;
}

class ToolErrors : public testing::TestWithParam<Expectation> {};

TEST_P(ToolErrors, gives_the_cause_and_what_to_do_next)
{
  const auto known = recognise(tool_text(GetParam().text));
  ASSERT_TRUE(known);
  EXPECT_EQ(base::name_of(known->kind), base::name_of(GetParam().kind));
  EXPECT_NE(known->cause.find(GetParam().cause), std::string::npos) << known->cause;
  ASSERT_FALSE(known->hints.empty());
  EXPECT_FALSE(known->hints.front().text.empty());
}

const std::vector<Expectation> k_expectations = {
    {"sha1-key", ErrorKind::untrusted, "self-signature uses SHA-1"},
    {"sqv-refused", ErrorKind::untrusted, "signature was refused"},
    {"signed-by-conflict", ErrorKind::packages, "same archive with different keys"},
    {"no-pubkey", ErrorKind::untrusted, "key that is not installed"},
    {"badsig", ErrorKind::untrusted, "does not match its signature"},
    {"signatures-invalid", ErrorKind::untrusted, "signature was refused"},
    {"gpg-error", ErrorKind::untrusted, "signature was refused"},
    {"unsigned", ErrorKind::untrusted, "is not signed"},
    {"expired", ErrorKind::untrusted, "index has expired"},
    {"not-valid-yet", ErrorKind::untrusted, "from the future"},
    {"pip-hashes", ErrorKind::untrusted, "not the file that its index describes"},
    {"hash-mismatch", ErrorKind::network, "its own index does not describe"},
    {"size-mismatch", ErrorKind::network, "its own index does not describe"},
    {"unresolved", ErrorKind::network, "name could not be found"},
    {"temporary-resolving", ErrorKind::network, "name could not be found"},
    {"pip-resolving", ErrorKind::network, "name could not be found"},
    {"connection-refused", ErrorKind::network, "could not be reached"},
    {"pip-connection", ErrorKind::network, "could not be reached"},
    {"timed-out", ErrorKind::network, "could not be fetched"},
    {"no-certificates", ErrorKind::network, "no certificates of authorities"},
    {"certificate", ErrorKind::network, "certificate was refused"},
    {"sign-in-page", ErrorKind::network, "sign-in page"},
    {"not-found-404", ErrorKind::network, "no such file any more"},
    {"no-release-file", ErrorKind::network, "an archive that is not there"},
    {"no-local-directory", ErrorKind::packages, "directory that is not there any more"},
    {"no-space-apt", ErrorKind::no_space, "not enough free space"},
    {"no-space-dpkg", ErrorKind::no_space, "file system is full"},
    {"no-space-dpkg-deb", ErrorKind::no_space, "became full"},
    {"read-only", ErrorKind::packages, "read-only"},
    {"read-only-dpkg", ErrorKind::packages, "read-only"},
    {"unable-to-locate", ErrorKind::packages, "no such package"},
    {"no-candidate", ErrorKind::packages, "no such package"},
    {"version-not-found", ErrorKind::packages, "no such version"},
    {"unmet-dependencies", ErrorKind::packages, "cannot be installed here"},
    {"unmet-broken", ErrorKind::packages, "lack others"},
    {"held", ErrorKind::packages, "on hold"},
    {"simulate-held", ErrorKind::packages, "on hold"},
    {"downgrade", ErrorKind::packages, "newer version is installed"},
    {"simulate-downgrade", ErrorKind::packages, "newer version is installed"},
    {"overwrite", ErrorKind::packages, "hold the same file"},
    {"interrupted", ErrorKind::packages, "was interrupted"},
    {"script-failed", ErrorKind::packages, "own script failed"},
    {"dkms", ErrorKind::packages, "could not be built"},
    {"kernel-headers", ErrorKind::packages, "headers of the running kernel"},
    {"secure-boot", ErrorKind::needs_person, "Secure Boot"},
    {"secure-boot-old", ErrorKind::needs_person, "Secure Boot"},
    {"nouveau", ErrorKind::needs_reboot, "nouveau holds the GPU"},
    {"nouveau-runfile", ErrorKind::needs_reboot, "nouveau holds the GPU"},
    {"bind-mounts", ErrorKind::refused, "mounted into this container"},
    {"runfile-gcc", ErrorKind::packages, "found no gcc"},
    {"runfile-libxml2", ErrorKind::packages, "libxml2.so.2"},
    {"pip-no-build", ErrorKind::refused, "no build for this Python"},
    {"no-ensurepip", ErrorKind::packages, "cannot make virtual environments"},
    {"lock-apt", ErrorKind::busy, "holds apt's lock"},
    {"lock-dpkg", ErrorKind::busy, "holds apt's lock"},
    {"lock-waited-for", ErrorKind::packages, "no such package"},
};

std::string test_name(const testing::TestParamInfo<Expectation>& info)
{
  std::string name = info.param.text;
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(Captured, ToolErrors, testing::ValuesIn(k_expectations), test_name);

TEST(Symptoms, each_is_the_one_found_in_some_captured_text)
{
  for (const Symptom& symptom : known_symptoms()) {
    const bool is_found = std::any_of(k_expectations.begin(), k_expectations.end(), [&](const Expectation& each) {
      const auto known = recognise(tool_text(each.text));
      return known && known->cause == symptom.cause && known->kind == symptom.kind;
    });
    EXPECT_TRUE(is_found) << symptom.text;
  }
}

TEST(Symptoms, those_that_come_later_are_not_hidden_by_those_before)
{
  const auto all = known_symptoms();
  for (std::size_t later = 0; later < all.size(); ++later) {
    for (std::size_t i = 0; i < later; ++i) {
      const bool hides = all[i].rank == all[later].rank && all[i].and_text.empty() &&
                         all[later].text.find(all[i].text) != std::string_view::npos;
      EXPECT_FALSE(hides) << all[i].text << " hides " << all[later].text;
    }
  }
}

TEST(ToolErrors, texts_of_tools_that_did_their_work_mean_nothing)
{
  for (const char* name :
       {"success-dpkg", "success-update", "simulate-install", "simulate-own-removal", "simulate-foreign-removal"}) {
    EXPECT_FALSE(recognise(tool_text(name))) << name;
  }
}

TEST(ToolErrors, the_line_of_a_package_going_well_is_no_symptom)
{
  EXPECT_FALSE(recognise("Setting up fix-no-pubkey (1.0) Hash Sum mismatch ...\n"
                         "Get:1 http://archive.ubuntu.com/ubuntu NO_PUBKEY 404  x [10 B]\n"
                         "N: No space left on device\n"));
}

TEST(ToolErrors, an_error_counts_before_what_another_source_is_warned_of)
{
  const auto known = recognise("W: GPG error: https://ppa.example/ubuntu InRelease: NO_PUBKEY 1234567890ABCDEF\n"
                               "E: Write error - write (28: No space left on device)\n");
  ASSERT_TRUE(known);
  EXPECT_EQ(known->kind, ErrorKind::no_space);
}

TEST(ToolErrors, a_text_nobody_knows_is_not_guessed_at)
{
  EXPECT_FALSE(recognise(tool_text("unknown")));
  EXPECT_FALSE(recognise(""));
}

TEST(LockHolder, is_who_the_tool_names)
{
  EXPECT_EQ(lock_holder(tool_text("lock-apt")), "process 18879 (unattended-upgr)");
  EXPECT_EQ(lock_holder(tool_text("lock-lists")), "process 19657 (unattended-upgr)");
  EXPECT_EQ(lock_holder(tool_text("lock-dpkg")), "process 18879");
  EXPECT_EQ(lock_holder(tool_text("lock-dpkg-database")), "process 18991");
}

TEST(LockHolder, of_an_old_tool_is_somebody)
{
  EXPECT_EQ(lock_holder(tool_text("lock-apt-old")), "another program");
  EXPECT_EQ(lock_holder(tool_text("lock-dpkg-old")), "another program");
}

TEST(LockHolder, is_nobody_where_rights_are_missing_or_the_lock_came_in_time)
{
  EXPECT_EQ(lock_holder(tool_text("lock-not-root")), std::nullopt);
  EXPECT_EQ(lock_holder(tool_text("lock-waited-for")), std::nullopt);
  EXPECT_EQ(lock_holder(tool_text("success-dpkg")), std::nullopt);
}

TEST(LockHolder, can_be_looked_up_with_the_hint)
{
  const auto known = recognise(tool_text("lock-apt"));
  ASSERT_TRUE(known && !known->hints.empty() && known->hints.front().command);
  EXPECT_EQ(base::to_shell(*known->hints.front().command), "ps -fp 18879");
}

} // namespace

} // namespace cudasetup::diagnose
