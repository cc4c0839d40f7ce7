// download_bench ADDRESS... TO: fetches files at the same time into a folder, each checked against the SHA-256 that
// ADDRESS#HEX names, and prints how many bytes it read of all bodies. An interrupt ends it; started anew, it goes on.
#include "fetch/download.hpp"
#include "support/fake_events.hpp"
#include "system/real_effects.hpp"

#include <cstdio>
#include <string>
#include <vector>

namespace {

using namespace cudasetup;

/// A network whose bodies are counted.
class CountedNetwork : public effects::Network {
public:
  explicit CountedNetwork(effects::Network& network) : m_network(network) {}

  std::uint64_t bytes() const { return m_bytes; }
  effects::TransferId start(effects::HttpRequest request, effects::HttpSink sink) override
  {
    sink.on_data = [this, on_data = std::move(sink.on_data)](std::span<const char> bytes) {
      m_bytes += bytes.size();
      return on_data(bytes);
    };
    return m_network.start(std::move(request), std::move(sink));
  }
  void stop(effects::TransferId id) override { m_network.stop(id); }
  std::vector<effects::EndedTransfer> wait(std::chrono::milliseconds most) override { return m_network.wait(most); }

private:
  effects::Network& m_network;
  std::uint64_t m_bytes = 0;
};

} // namespace

int main(int argc, char** argv)
{
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
  CountedNetwork network(effects.network);
  const fetch::Tools tools{effects.files, network, effects.clock, effects.events, effects.interrupts};
  const auto done = fetch::download_all(tools, requests, "files");
  std::printf("%llu\n", static_cast<unsigned long long>(network.bytes()));
  if (!done) {
    std::fprintf(stderr, "%s\n", done.error().message.c_str());
    return done.error().kind == base::ErrorKind::interrupted ? 130 : 1;
  }
  return 0;
}
