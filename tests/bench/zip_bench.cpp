// zip_bench ADDRESS#SHA256 RATE FILE TOP FOLDER: downloads a zip at so many bytes a second at most (0: any), unpacks it
// meanwhile as an installation does, and prints the most memory of its own (RssAnon) that it had, in kB.
#include "fetch/zip_on_its_way.hpp"
#include "system/real_effects.hpp"

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <string>
#include <thread>

namespace {

using namespace cudasetup;

class NoEvents : public effects::Events {
public:
  void emit(const effects::Event&) override {}
};

long rss_anon()
{
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("RssAnon:")) {
      return std::stol(line.substr(8));
    }
  }
  return 0;
}

} // namespace

int main(int argc, char** argv)
{
  if (argc != 6) {
    std::fputs("usage: zip_bench ADDRESS#SHA256 RATE FILE TOP FOLDER\n", stderr);
    return 3;
  }
  NoEvents events;
  system::RealEffects machine(events, "/", "cudasetup/bench");
  const effects::Effects effects = machine.effects();
  const std::string word = argv[1];
  const auto url = base::Url::parse(word.substr(0, word.find('#')));
  const auto digest = base::Digest::sha256(word.substr(word.find('#') + 1));
  const std::uint64_t rate = std::stoull(argv[2]);
  effects.network.set_limits({16, rate > 0 ? std::optional(rate) : std::nullopt});
  long most = 0;
  std::jthread sampler([&most](const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      most = std::max(most, rss_anon());
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
  });
  if (!url || !digest) {
    return 3;
  }
  const fetch::UnpackRequest request{argv[3], argv[4], argv[5], std::string(argv[5]) + ".former", "zip"};
  fetch::ZipOnItsWay zip(fetch::tools_for(effects, effects.files), {*url, argv[3], digest, std::nullopt, "zip"});
  zip.unpack(request);
  const auto downloaded = zip.wait_for_download();
  if (!downloaded) {
    std::fprintf(stderr, "%s\n", downloaded.error().message.c_str());
    return 1;
  }
  const auto placed = zip.put_in_place(request);
  if (!placed) {
    std::fprintf(stderr, "%s\n", placed.error().message.c_str());
    return 1;
  }
  sampler = {};
  std::printf("%ld\n", most);
  return 0;
}
