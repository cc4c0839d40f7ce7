#include "journal/known_digests.hpp"

#include "journal/journal.hpp"
#include "json/reader.hpp"

namespace cudasetup::journal {

namespace {

constexpr std::string_view k_schema = "cudasetup.digests/1";

std::string path_of_file()
{
  return std::string(k_digests_file);
}

} // namespace

base::Result<KnownDigests> KnownDigests::load(effects::Files& target)
{
  KnownDigests known;
  const auto text = target.read(path_of_file());
  if (!text) {
    return known;
  }
  std::vector<json::Problem> problems;
  const json::Value value = json::parse(*text, path_of_file(), problems);
  if (problems.empty()) {
    json::Reader reader(value, path_of_file(), "", problems);
    reader.word("schema", {k_schema});
    reader.each_member("sha256", [&](const std::string& url, json::Reader& digest) {
      const std::string hex = digest.as_string();
      if (const auto parsed = base::Digest::sha256(hex)) {
        known.m_digests.emplace(url, *parsed);
      } else {
        digest.problem("", "expected 64 hexadecimal digits");
      }
    });
    reader.finish();
  }
  if (!problems.empty()) {
    return base::fail(json::to_error(problems));
  }
  return known;
}

std::optional<base::Digest> KnownDigests::find(const std::string& url) const
{
  const auto it = m_digests.find(url);
  return it == m_digests.end() ? std::nullopt : std::optional(it->second);
}

base::Result<void> KnownDigests::record(effects::Files& target, const std::string& url, const base::Digest& digest)
{
  std::map<std::string, base::Digest> all = m_digests;
  if (!all.emplace(url, digest).second) {
    return {};
  }
  json::Object digests;
  for (const auto& [address, known] : all) {
    digests.emplace_back(address, known.hex());
  }
  CUDASETUP_TRY(target.make_directories(std::string(k_state_directory), 0700));
  CUDASETUP_TRY(
      target.write(path_of_file(),
                   json::write(json::Value(json::Object{{"schema", k_schema}, {"sha256", std::move(digests)}}),
                               json::Layout::indented),
                   0600));
  m_digests = std::move(all);
  return {};
}

} // namespace cudasetup::journal
