#pragma once

#include "sample.hpp"

#include <ostream>

namespace cudasetup::manifest::test {

/// One fault put into the sample, and all that a user is told of it.
struct Broken {
  std::string name;
  std::string from; ///< of the sample; "": the whole
  std::string to;
  std::string expected;
};

inline std::ostream& operator<<(std::ostream& stream, const Broken& broken)
{
  return stream << broken.name;
}

inline std::string text_of(const Broken& broken)
{
  return broken.from.empty() ? broken.to : with(k_sample, broken.from, broken.to);
}

/// Faults of the document as a whole, of JSON, of types and numbers.
inline const std::vector<Broken> k_documents = {
    {"syntax",
     "\"keys\": [",
     "\"keys\": {",
     "m.json:4: /keys: bad JSON at column 1: unexpected '{'; expected string literal"},
    {"schema_of_another_version",
     "manifest/1\"",
     "manifest/2\"",
     "m.json:2: /schema: expected \"cudasetup.manifest/1\", found \"cudasetup.manifest/2\""},
    {"schema_missing", "\"schema\": \"cudasetup.manifest/1\",", "", "m.json:1: /schema: missing; expected a string"},
    {"unknown_array",
     "\"drivers\": [",
     "\"driver\": [",
     "m.json:52: /driver: unknown member; did you mean \"drivers\"?"},
    {"array_that_is_none",
     "\"gpus\": [",
     "\"gpus\": null, \"drivers\": 7, \"more\": [",
     "m.json:52: /drivers: doubled member name"},
    {"member_doubled",
     "\"bundled_driver\": \"455.32.00\",",
     "\"bundled_driver\": \"455.32.00\", \"bundled_driver\": null,",
     "m.json:10: /cuda/0/bundled_driver: doubled member name"},
    {"member_mistyped",
     "\"md5_list\"",
     "\"md5list\"",
     "m.json:26: /cuda/0/md5list: unknown member; did you mean \"md5_list\"?"},
    {"member_missing", " \"codename\": \"bionic\",", "", "m.json:36: /ubuntu/0/codename: missing; expected a string"},
    {"record_that_is_a_string",
     "{\"cuda\": \"11.1.1\", \"driver\": \"455.32.00\", \"torch\": \"1.7.1\", \"platform\": \"cpu\", \"sources\": "
     "[\"a\"]}",
     "\"11.1.1\"",
     "m.json:33: /pairs/1: expected an object, found \"11.1.1\""},
    // A file that was cut off, or is none.
    {"cut_off_in_a_name",
     "",
     R"({"schema": "cudasetup.manifest/1", "gp)",
     "m.json:1: bad JSON at column 39: invalid string: missing closing quote"},
    {"cut_off_in_a_record",
     "",
     "{\"schema\": \"cudasetup.manifest/1\",\n \"gpus\": [{\"name\": \"T4\",\n",
     "m.json:2: /gpus/0: bad JSON at column 25: unexpected end of input; expected string literal"},
    {"nothing", "", "", "m.json:1: bad JSON at column 1: unexpected end of input; expected '[', '{', or a literal"},
    {"blanks",
     "",
     " \n\n ",
     "m.json:1: bad JSON at column 1: unexpected end of input; expected '[', '{', or a literal"},
    {"an_array", "", "[]", "m.json:1: expected an object, found an array"},
    {"a_web_page", "", "<!DOCTYPE html>", "m.json:1: bad JSON at column 1: invalid literal"},
    {"two_documents",
     "",
     R"({"schema": "cudasetup.manifest/1"} {})",
     "m.json:1: bad JSON at column 36: unexpected '{'; expected end of input"},
    {"a_comment",
     "",
     "{\"schema\": \"cudasetup.manifest/1\" // mine\n}",
     "m.json:1: bad JSON at column 35: invalid literal"},
    {"a_comma_too_many",
     "",
     R"({"schema": "cudasetup.manifest/1",})",
     "m.json:1: bad JSON at column 35: unexpected '}'; expected string literal"},
    {"single_quotes", "", "{'schema': 1}", "m.json:1: bad JSON at column 2: invalid literal"},
    // Versions.
    {"a_future_version_with_other_members",
     "",
     R"({"schema": "cudasetup.manifest/12", "clouds": [], "gpus": {"ids": 1}})",
     "m.json:1: /schema: expected \"cudasetup.manifest/1\", found \"cudasetup.manifest/12\""},
    {"another_kind_of_document",
     "",
     R"({"schema": "cudasetup.plan/1", "steps": []})",
     "m.json:1: /schema: expected \"cudasetup.manifest/1\", found \"cudasetup.plan/1\""},
    {"version_as_a_number", "", R"({"schema": 1})", "m.json:1: /schema: expected a string, found 1"},
    // Bytes that no text has.
    {"invalid_utf8",
     "\"Tesla T4\"",
     "\"Tesla \xc3\x28\"",
     "m.json:48: /gpus/0/name: bad JSON at column 37: invalid string: ill-formed UTF-8 byte"},
    {"utf8_that_is_too_long",
     "\"Tesla T4\"",
     "\"Tesla \xc0\xaf\"",
     "m.json:48: /gpus/0/name: bad JSON at column 36: invalid string: ill-formed UTF-8 byte"},
    {"half_a_surrogate",
     "\"Tesla T4\"",
     "\"Tesla \\ud800\"",
     "m.json:48: /gpus/0/name: bad JSON at column 42: invalid string: surrogate U+D800..U+DBFF must be followed by "
     "U+DC00..U+DFFF"},
    {"a_nul_in_a_text", "\"Tesla T4\"", "\"Tesla \\u0000\"", "m.json:48: /gpus/0/name: a string with U+0000"},
    {"a_nul_byte", "\"Tesla T4\"", std::string("\"Tesla \0\"", 9), "m.json:48: not JSON: a byte of value 0"},
    {"a_byte_order_mark",
     "",
     "\xef\xbb\xbf{\"schema\": \"cudasetup.manifest/1\"}",
     "m.json:1: begins with a byte order mark; save it as UTF-8 without one"},
    {"a_control_character",
     "\"Tesla T4\"",
     "\"Tesla \x1b[2J\"",
     "m.json:48: /gpus/0/name: bad JSON at column 36: invalid string: control character U+001B (ESC) must be escaped "
     "to "
     "\\u001B"},
    // Numbers.
    {"an_integer_of_20_digits",
     "\"branch\": 455",
     "\"branch\": 99999999999999999999",
     "m.json:53: /drivers/0/branch: number out of range"},
    {"an_integer_beyond_64_bits",
     "\"bytes\": 123",
     "\"bytes\": -9223372036854775809",
     "m.json:18: /cuda/0/local_installers/0/bytes: number out of range"},
    {"a_real_beyond_all",
     "\"bytes\": 123",
     "\"bytes\": 1e400",
     "m.json:18: /cuda/0/local_installers/0/bytes: number out of range"},
    {"a_real_for_an_integer",
     "\"bytes\": 123",
     "\"bytes\": 123.5",
     "m.json:18: /cuda/0/local_installers/0/bytes: expected an integer from 1 on, found 123.5"},
    {"a_negative_size",
     "\"bytes\": 123",
     "\"bytes\": -123",
     "m.json:18: /cuda/0/local_installers/0/bytes: expected an integer from 1 on, found -123"},
    {"a_branch_beyond_any",
     "\"branch\": 455",
     "\"branch\": 10000",
     "m.json:53: /drivers/0/branch: expected an integer from 1 to 9999, found 10000"},
    {"not_a_number",
     "\"bytes\": 123",
     "\"bytes\": NaN",
     "m.json:18: /cuda/0/local_installers/0/bytes: bad JSON at column 42: invalid literal"},
    {"a_version_of_absurd_numbers",
     "{\"version\": \"1.7.1\"",
     "{\"version\": \"1.7.4294967296000\"",
     "m.json:58: /torch/0/version: expected a version such as 11.1.1, found \"1.7.4294967296000\""},
    {"a_version_of_seven_parts",
     "{\"version\": \"1.7.1\"",
     "{\"version\": \"1.2.3.4.5.6.7\"",
     "m.json:58: /torch/0/version: expected a version such as 11.1.1, found \"1.2.3.4.5.6.7\""},
    // Depth.
    {"arrays_within_arrays",
     "",
     std::string(100'000, '['),
     "m.json:1: /0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0: more than 32 levels"},
    {"deep_in_a_record",
     "\"notes\": [\"n\"]",
     "\"notes\": " + std::string(40, '[') + std::string(40, ']'),
     "m.json:29: /cuda/0/notes/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0: more than 32 levels"},
    // Wrong types.
    {"records_in_an_object",
     "\"gpus\": [",
     "\"gpus\": {\"a\": 1}, \"GPUs\": [",
     "m.json:47: /gpus: expected an array, found an object\nm.json:47: /GPUs: unknown member"},
    {"a_text_for_a_list",
     "\"sm\": [\"3.7\", \"5.0\"]",
     "\"sm\": \"3.7\"",
     "m.json:63: /torch/0/builds/0/sm: expected an array, found \"3.7\""},
    {"a_list_for_a_text",
     "\"platform\": \"cpu\", \"cuda\": null",
     "\"platform\": [\"cpu\"], \"cuda\": null",
     "m.json:68: /torch/0/builds/1/platform: expected a string, found an array"},
    {"null_for_a_name",
     "\"name\": \"Tesla T4\"",
     "\"name\": null",
     "m.json:48: /gpus/0/name: expected a string, found null"},
    {"an_overlong_name",
     "\"chip\": \"TU104\"",
     "\"chip\": \"" + std::string(129, 'a') + "\"",
     "m.json:48: /gpus/0/chip: expected a word of letters, digits, '.', '_' and '-', found \"" + std::string(120, 'a') +
         "\"…"},
    {"a_name_that_climbs",
     "\"codename\": \"bionic\"",
     "\"codename\": \"..bionic\"",
     "m.json:36: /ubuntu/0/codename: expected a word of letters, digits, '.', '_' and '-', found \"..bionic\""},
    {"an_address_with_a_user",
     "https://developer.download.nvidia.com/md5sum.txt",
     "https://me@x/md5sum.txt",
     "m.json:26: /cuda/0/md5_list: expected an https address, found \"https://me@x/md5sum.txt\""},
    {"an_address_that_is_a_path",
     "https://developer.download.nvidia.com/md5sum.txt",
     "file:///etc/passwd",
     "m.json:26: /cuda/0/md5_list: expected an https address, found \"file:///etc/passwd\""},
    {"an_address_that_climbs_in_disguise",
     "https://developer.download.nvidia.com/md5sum.txt",
     "https://x/%2e%2e/y",
     "m.json:26: /cuda/0/md5_list: expected an https address, found \"https://x/%2e%2e/y\""},
};

} // namespace cudasetup::manifest::test
