// download_bench ADDRESS... TO: fetches files at the same time into a folder, each checked against the SHA-256 that
// ADDRESS#HEX names. An interrupt ends it; started anew, it goes on.
#include "fetch/download.hpp"
#include "support/fake_events.hpp"
#include "system/real_effects.hpp"

#include <cstdio>
#include <string>
#include <vector>

int main(int argc, char** argv)
{
  using namespace cudasetup;
  if (argc < 3) {
    std::fputs("download_bench ADDRESS#SHA256... TO\n", stderr);
    return 3;
  }
  test::FakeEvents events;
  system::RealEffects machine(events, "/", "cudasetup/bench");
  const effects::Effects effects = machine.effects();
  std::vector<fetch::DownloadRequest> requests;
  for (int i = 1; i + 1 < argc; ++i) {
    const std::string word = argv[i];
    const std::size_t hash = word.find('#');
    const auto url = base::Url::parse(word.substr(0, hash));
    const auto digest = hash == std::string::npos ? std::nullopt : base::Digest::sha256(word.substr(hash + 1));
    if (!url) {
      std::fprintf(stderr, "no address: %s\n", argv[i]);
      return 3;
    }
    const std::string name = url->file_name();
    requests.push_back({*url, std::string(argv[argc - 1]) + "/" + name, digest, std::nullopt, name});
  }
  const auto done = fetch::download_all(fetch::tools_for(effects, effects.files), requests, "files");
  if (!done) {
    std::fprintf(stderr, "%s\n", done.error().message.c_str());
    return done.error().kind == base::ErrorKind::interrupted ? 130 : 1;
  }
  return 0;
}
