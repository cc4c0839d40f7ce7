// manifest_bench: makes the built-in manifest again and again, and prints a JSON object: {"records", "packed_bytes",
// "first_us", "median_us"}, of making it and letting go of it. A start of the program takes the first, whose memory is
// new.

#include "built_in/built_in.hpp"
#include "manifest/pack.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <vector>

int main()
{
  using namespace cudasetup;
  using Clock = std::chrono::steady_clock;
  constexpr std::size_t k_rounds = 201;
  std::vector<double> times;
  std::size_t records = 0;
  for (std::size_t round = 0; round < k_rounds; ++round) {
    const auto start = Clock::now();
    {
      const manifest::Manifest all = built_in::manifest();
      records = all.cuda.size() + all.pairs.size() + all.ubuntu.size() + all.keys.size() + all.gpus.size() +
                all.drivers.size() + all.torch.size();
    }
    times.push_back(std::chrono::duration<double, std::micro>(Clock::now() - start).count());
  }
  const double first = times.front();
  std::sort(times.begin(), times.end());
  std::printf("{\"records\": %zu, \"packed_bytes\": %zu, \"first_us\": %.0f, \"median_us\": %.0f}\n",
              records,
              manifest::pack(built_in::manifest()).size(),
              first,
              times[times.size() / 2]);
  return 0;
}
