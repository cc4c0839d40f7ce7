// resolve_bench: settles every CUDA and every torch release of the built-in manifest on a sample of machines, and
// prints a JSON object: {"resolutions", "refused", "median_us", "slowest_us"}. The median is over rounds, of a round's
// mean.

#include "built_in/built_in.hpp"
#include "cli/host_overrides.hpp"
#include "host/os_support.hpp"
#include "resolve/resolution.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>

namespace {

using namespace cudasetup;
using Clock = std::chrono::steady_clock;

constexpr std::array k_gpus = {"none", "10de:1eb8", "sm_37", "sm_61", "sm_86", "sm_90", "sm_120"};
constexpr std::size_t k_rounds = 5;

std::vector<host::HostFacts> sample_hosts(const manifest::Manifest& manifest)
{
  std::vector<host::HostFacts> hosts;
  for (const manifest::UbuntuRelease& release : manifest.ubuntu) {
    if (!host::is_served(release.version)) {
      continue; // too old, or WSL's archive
    }
    for (const char* gpu : k_gpus) {
      cli::HostOptions options;
      options.os = "ubuntu" + release.version.text();
      options.arch = base::Arch::amd64;
      options.gpus = {gpu};
      host::HostFacts facts;
      if (auto done = cli::override_facts(options, manifest, facts); !done) {
        std::fprintf(stderr, "%s\n", done.error().message.c_str());
        std::exit(1);
      }
      hosts.push_back(std::move(facts));
    }
  }
  return hosts;
}

std::vector<resolve::Request> sample_requests(const manifest::Manifest& manifest)
{
  std::vector<resolve::Request> requests(1); // all automatic
  for (const manifest::CudaRelease& release : manifest.cuda) {
    requests.emplace_back().cuda = {resolve::Choice::exact, release.version};
  }
  for (const manifest::TorchRelease& release : manifest.torch) {
    requests.emplace_back().torch = {resolve::Choice::exact, release.version, std::nullopt};
  }
  return requests;
}

double microseconds(Clock::duration time)
{
  return std::chrono::duration<double, std::micro>(time).count();
}

} // namespace

int main()
{
  const manifest::Manifest manifest = built_in::manifest();
  const auto hosts = sample_hosts(manifest);
  const auto requests = sample_requests(manifest);
  const std::size_t count = hosts.size() * requests.size();
  std::array<double, k_rounds> means{};
  double slowest = 0;
  std::size_t refused = 0;
  for (double& mean : means) {
    refused = 0;
    const auto start = Clock::now();
    for (const host::HostFacts& host : hosts) {
      for (const resolve::Request& request : requests) {
        const auto one = Clock::now();
        const resolve::Outcome outcome = resolve::resolve(request, manifest, host);
        slowest = std::max(slowest, microseconds(Clock::now() - one));
        refused += std::holds_alternative<resolve::Refusal>(outcome) ? 1 : 0;
      }
    }
    mean = microseconds(Clock::now() - start) / static_cast<double>(count);
  }
  std::sort(means.begin(), means.end());
  std::printf("{\"resolutions\": %zu, \"refused\": %zu, \"median_us\": %.1f, \"slowest_us\": %.1f}\n",
              count,
              refused,
              means.at(k_rounds / 2),
              slowest);
  return 0;
}
