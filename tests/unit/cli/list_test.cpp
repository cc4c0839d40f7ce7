#include "unit/cli/run_fixture.hpp"

#include "base/text.hpp"

#include <set>

namespace cudasetup::cli {
namespace {

using test::RunTest;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

/// A list's items, each by what names it.
std::set<std::string> names_in(const json::Value& list)
{
  std::set<std::string> names;
  for (const json::Value& item : *list.find("items")->array()) {
    std::string name;
    for (const std::string_view member : {"id", "branch", "cuda", "version", "torch", "platform"}) {
      const json::Value* value = item.find(member);
      if (value != nullptr && !value->is_null()) {
        name += (value->string() != nullptr ? *value->string() : json::write(*value, json::Layout::compact)) + " ";
      }
    }
    names.insert(name);
  }
  return names;
}

TEST_F(RunTest, lists_hold_every_record_and_without_a_machine_leave_none_out)
{
  for (const auto& [kind, count] :
       std::map<std::string, std::size_t>{{"cuda", 68}, {"gpus", 843 + 604}, {"drivers", 30}, {"torch", 163}}) {
    const json::Value list = document_of({"list", kind, "--json"});
    EXPECT_EQ(text_at(list, "schema"), "cudasetup.list/1");
    EXPECT_EQ(list.find("items")->array()->size(), count) << kind;
    EXPECT_EQ(list.find("left_out"), nullptr);
  }
  std::set<std::string> releases;
  const json::Value torch = document_of({"list", "torch", "--json"});
  for (const json::Value& build : *torch.find("items")->array()) {
    releases.insert(text_at(build, "version"));
  }
  EXPECT_EQ(releases.size(), 45U);
  EXPECT_THAT(out_of({"list", "pairs"}), HasSubstr("11.1.1    455.32.00   1.7.1+cu110"));
}

TEST_F(RunTest, a_list_of_what_can_run_leaves_the_rest_out_and_counts_it)
{
  const std::vector<std::string> host = {"--os", "ubuntu22.04", "--gpu", "10de:1b06"};
  for (const std::string kind : {"cuda", "torch", "drivers", "gpus", "pairs"}) {
    SCOPED_TRACE(kind);
    const std::set<std::string> all = names_in(document_of({"list", kind, "--json"}));
    const json::Value here = document_of({"list", kind, "--json", host[0], host[1], host[2], host[3]});
    const std::set<std::string> some = names_in(here);
    const auto count = static_cast<std::size_t>(*here.find("left_out")->find("count")->integer());
    EXPECT_GT(some.size(), 5U);
    EXPECT_GT(count, 5U);
    EXPECT_TRUE(std::includes(all.begin(), all.end(), some.begin(), some.end()));
    const std::string command = text_at(*here.find("left_out"), "command");
    EXPECT_THAT(command, AllOf(HasSubstr("cudasetup why-not --"), HasSubstr(" --os ubuntu22.04")));
    std::vector<std::string> words;
    for (const std::string_view word : base::words(command)) {
      words.emplace_back(word);
    }
    words.erase(words.begin());
    EXPECT_EQ(run(words), 1) << command;
  }
}

TEST_F(RunTest, a_list_agrees_with_what_the_resolver_says_of_each_item)
{
  const std::set<std::string> here = names_in(document_of({"list", "cuda", "--gpu", "10de:1b06", "--json"}));
  const json::Value list = document_of({"list", "cuda", "--json"});
  for (const json::Value& item : *list.find("items")->array()) {
    const std::string version = text_at(item, "version");
    const int status = run({"why-not", "--cuda", version, "--torch", "none", "--gpu", "10de:1b06"});
    EXPECT_EQ(status, here.count(version + " ") > 0 ? 0 : 1) << version;
  }
}

TEST_F(RunTest, a_list_of_drivers_names_those_that_only_ubuntu_has)
{
  const std::vector<std::string> list = {"list", "drivers", "--os", "ubuntu24.04", "--gpu", "10de:102d"};
  EXPECT_THAT(out_of(list), HasSubstr("470     "));
  EXPECT_THAT(out_of(list), Not(HasSubstr("580     "))) << "which does not drive Kepler";
}

TEST_F(RunTest, here_is_this_machine)
{
  m_machine.files.put("/sys/bus/pci/devices/0000:01:00.0/vendor", "0x10de\n");
  m_machine.files.put("/sys/bus/pci/devices/0000:01:00.0/device", "0x1b06\n");
  m_machine.files.put("/sys/bus/pci/devices/0000:01:00.0/class", "0x030000\n");
  const std::string table = out_of({"list", "cuda", "--here"});
  EXPECT_THAT(table, AllOf(HasSubstr("12.9.1"), Not(HasSubstr("13.0.2"))));
  EXPECT_THAT(m_err, AllOf(HasSubstr("can run here, "), HasSubstr(" cannot; why, for one of them: cudasetup why-not")));
  EXPECT_THAT(out_of({"list", "cuda"}), HasSubstr("13.0.2"));
}

TEST_F(RunTest, a_list_for_a_container_has_no_driver)
{
  const json::Value drivers = document_of({"list", "drivers", "--container", "--json"});
  EXPECT_TRUE(drivers.find("items")->array()->empty());
  EXPECT_EQ(*drivers.find("left_out")->find("count")->integer(), 30);
}

TEST_F(RunTest, a_list_of_something_else_names_what_there_is)
{
  EXPECT_EQ(run({"list", "gpu"}), 3);
  EXPECT_THAT(m_err, HasSubstr("did you mean gpus? cudasetup list gpus"));
  EXPECT_EQ(run({"list", "foo"}), 3);
  EXPECT_THAT(m_err, HasSubstr("list foo: expected one of cuda, torch, drivers, gpus, pairs"));
}

} // namespace
} // namespace cudasetup::cli
