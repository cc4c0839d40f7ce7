#include "unit/cli/run_fixture.hpp"

namespace cudasetup::cli::test {
namespace {

using ::testing::HasSubstr;

class ExplainTest : public RunTest {
protected:
  const std::string m_line = "Failed to initialize NVML: Driver/library version mismatch";
};

TEST_F(ExplainTest, AKnownTextHasItsCauseAndWhatToDo)
{
  m_machine.files.put("/tmp/log", "before\n" + m_line + "\n");
  const std::string text = out_of({"explain", "/tmp/log"});
  EXPECT_EQ(text,
            "the driver was upgraded, and its former module is still loaded\n"
            "    shown by: " +
                m_line +
                "\n"
                "    do:       a reboot loads the new module: reboot\n");
  const json::Value document = document_of({"explain", "/tmp/log", "--json"});
  EXPECT_EQ(text_at(document, "schema"), "cudasetup.explain/1");
  EXPECT_EQ(text_at(document.find("causes")->array()->front(), "line"), m_line);
  EXPECT_TRUE(document.find("text")->is_null());
}

TEST_F(ExplainTest, AnUnknownTextIsShownWhole)
{
  m_machine.files.put("/tmp/log", "something \x1b[31melse\nfailed");
  const std::string text = out_of({"explain", "/tmp/log"}, 1);
  EXPECT_EQ(text,
            "something ?[31melse\nfailed\n\nNot known: none of the failures known here has a line of this text.\n");
  EXPECT_THAT(text_at(document_of({"explain", "/tmp/log", "--json"}, 1), "text"), HasSubstr("failed"));
}

TEST_F(ExplainTest, ColoursAndTheWordsOfATerminalDoNotMatter)
{
  m_input_text = "E: Unable to locate package nvidia-driver-999\n";
  const std::string known = out_of({"explain"});
  m_input_text = "\x1b[1;31mError: \x1b[0mUnable to locate package nvidia-driver-999\n";
  EXPECT_EQ(out_of({"explain"}), known);
}

TEST_F(ExplainTest, StandardInputServesToo)
{
  m_input_text = m_line;
  EXPECT_THAT(out_of({"explain"}), HasSubstr("former module is still loaded"));
  EXPECT_THAT(out_of({"explain", "-"}), HasSubstr("former module is still loaded"));
  m_input = Terminal::yes;
  EXPECT_EQ(run({"explain"}), 3);
  EXPECT_THAT(m_err, HasSubstr("standard input is a terminal"));
}

TEST_F(ExplainTest, APipeServesToo)
{
  m_input_text = m_line;
  m_machine.files.put_node("/tmp/pipe", cudasetup::test::Node{effects::FileType::other, {}, 0600});
  for (const std::string path : {"/tmp/pipe", "/dev/fd/63"}) {
    EXPECT_THAT(out_of({"explain", path}), HasSubstr("former module is still loaded"));
    EXPECT_EQ(m_read, path);
  }
}

TEST_F(ExplainTest, AFileThatIsNotThere)
{
  EXPECT_EQ(run({"explain", "/tmp/gone"}), 3);
  EXPECT_THAT(m_err, HasSubstr("ls -l /tmp/gone"));
  EXPECT_EQ(run({"explain", "/tmp/a", "/tmp/b"}), 3);
}

} // namespace
} // namespace cudasetup::cli::test
