#include "report/records.hpp"

#include <gtest/gtest.h>

namespace cudasetup::report {
namespace {

constexpr std::string_view k_file = R"({"schema": "cudasetup.manifest/1",
"cuda": [
 {"version": "11.1.1", "gcc": null, "audio": true, "packages": {"full": [{"name": "a", "version": "1-1"}], "build": []},
  "packages_evidence": "derived",
  "runfiles": [{"url": "https://x/y", "evidence": "seen", "sources": ["one", "two"]}], "pin": "a\nb\n"}],
"drivers": [{"branch": 455, "sources": ["s"]}]})";

TEST(RecordText, has_every_member_and_what_is_seen_or_derived)
{
  EXPECT_EQ(text_of(manifest::read_records({{"m.json", k_file}})),
            "cuda 11.1.1 (m.json:3; of its files and package lists 1 were seen, 1 derived by a rule)\n"
            "  version: 11.1.1\n"
            "  gcc: not known\n"
            "  audio: yes\n"
            "  packages:\n"
            "    full:\n"
            "      - name: a\n"
            "        version: 1-1\n"
            "    build: none\n"
            "  packages_evidence: derived\n"
            "  runfiles:\n"
            "    - url: https://x/y\n"
            "      evidence: seen\n"
            "      sources:\n"
            "        - one\n"
            "        - two\n"
            "  pin:\n"
            "    | a\n"
            "    | b\n"
            "\n"
            "drivers 455 (m.json:6)\n"
            "  branch: 455\n"
            "  sources:\n"
            "    - s\n");
}

TEST(RecordDocument, gives_the_record_as_it_stands_in_the_file)
{
  const json::Value document = to_json(manifest::read_records({{"m.json", k_file}}));
  const json::Array& records = *document.find("records")->array();
  ASSERT_EQ(records.size(), 2u);
  EXPECT_EQ(json::write(records[1], json::Layout::compact),
            R"({"kind":"drivers","id":"455","file":"m.json","line":6,"record":{"branch":455,"sources":["s"]}})");
}

} // namespace
} // namespace cudasetup::report
