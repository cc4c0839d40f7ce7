// matrix: settles requests on machines and asks an oracle, written from the collected facts alone, about each answer.
//
//   matrix [--all | --sample N] [--seed S] [--jobs N]
//
// --all: every CUDA release, auto, latest and none × every torch release, auto, latest and none, on every Ubuntu × WSL
// or not × architecture × GPU × driver present (none, and two branches drawn with the seed). --sample N: N cells of a
// wider matrix (every branch, pairs of GPUs, containers, methods, drivers, profiles, ABIs), drawn with the seed. Ends 1
// where an answer breaks a rule, with command lines that show it.

#include "built_in/built_in.hpp"
#include "matrix/trial.hpp"

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <thread>

namespace {

using namespace cudasetup;
using namespace cudasetup::matrix;

/// Cells of a sample that share a machine, and how many of them ask for more than CUDA and torch.
constexpr std::uint64_t k_cells_a_host = 40;
constexpr std::uint64_t k_drawn_a_host = 8;

struct Settings {
  std::uint64_t sample = 100000; ///< 0: all
  std::uint64_t seed = 1;
  unsigned jobs = 1;
};

bool read_number(const char* text, std::uint64_t& number)
{
  char* end = nullptr;
  number = std::strtoull(text, &end, 10);
  return *text != '\0' && *end == '\0';
}

bool read_settings(int count, char** words, Settings& settings)
{
  for (int index = 1; index < count; ++index) {
    const char* word = words[index];
    std::uint64_t number = 0;
    if (std::strcmp(word, "--all") == 0) {
      settings.sample = 0;
      continue;
    }
    if (index + 1 == count || !read_number(words[++index], number)) {
      return false;
    }
    if (std::strcmp(word, "--sample") == 0 && number > 0) {
      settings.sample = number;
    } else if (std::strcmp(word, "--seed") == 0) {
      settings.seed = number;
    } else if (std::strcmp(word, "--jobs") == 0 && number > 0) {
      settings.jobs = static_cast<unsigned>(number);
    } else {
      return false;
    }
  }
  return true;
}

void try_all(const Rows& rows,
             const HostCell& host,
             const std::vector<RequestCell>& requests,
             Arguments& arguments,
             Tally& tally)
{
  Trial trial(rows, host, arguments, tally);
  for (const RequestCell& request : requests) {
    trial.run(request);
  }
}

void try_some(const Rows& rows,
              const HostCell& host,
              const std::vector<RequestCell>& requests,
              std::mt19937_64 random,
              Arguments& arguments,
              Tally& tally)
{
  Trial trial(rows, host, arguments, tally);
  for (std::uint64_t cell = 0; cell < k_cells_a_host - k_drawn_a_host; ++cell) {
    trial.run(requests[random() % requests.size()]);
  }
  for (std::uint64_t cell = 0; cell < k_drawn_a_host; ++cell) {
    const RequestCell drawn = draw_request(rows, random);
    trial.run(drawn, Possible(rows, trial.machine(), drawn.request));
  }
}

Tally run(const Rows& rows, const Settings& settings)
{
  const bool all = settings.sample == 0;
  const Hosts hosts(*rows.manifest, all ? Extent::whole : Extent::wide, settings.seed);
  const std::vector<RequestCell> requests = requests_of(rows);
  const std::size_t turns = all ? hosts.size() : (settings.sample + k_cells_a_host - 1) / k_cells_a_host;
  std::vector<Tally> tallies(settings.jobs);
  std::atomic<std::size_t> next = 0;
  std::vector<std::thread> threads;
  for (Tally& tally : tallies) {
    threads.emplace_back([&] {
      Arguments arguments;
      for (std::size_t turn = next++; turn < turns; turn = next++) {
        std::mt19937_64 random(settings.seed * 1000003 + turn); // the same cells whatever the number of jobs
        if (all) {
          try_all(rows, hosts.at(turn), requests, arguments, tally);
        } else {
          const HostCell host = hosts.at(random() % hosts.size());
          try_some(rows, host, requests, random, arguments, tally);
        }
      }
    });
  }
  Tally sum;
  for (std::size_t index = 0; index < threads.size(); ++index) {
    threads[index].join();
    sum.add(tallies[index]);
  }
  return sum;
}

double mean(Tally::Duration time, std::uint64_t count)
{
  const double whole = std::chrono::duration<double, std::micro>(time).count();
  return count == 0 ? 0 : whole / static_cast<double>(count);
}

using Number = unsigned long long;

int print(const Tally& tally, const Settings& settings, Tally::Duration wall)
{
  std::printf("%s, seed %llu\n", settings.sample == 0 ? "the whole matrix" : "a sample", Number{settings.seed});
  std::printf(
      "%llu cells on %llu machines: %llu resolved, %llu refused, %llu alternatives offered (%llu settled again)\n",
      Number{tally.cells()},
      Number{tally.hosts},
      Number{tally.resolutions},
      Number{tally.refusals},
      Number{tally.alternatives},
      Number{tally.settled});
  std::printf("resolve(): %.1f us of processor a cell (resolved %.1f, refused with alternatives %.1f), %.1f us an "
              "alternative; %.1f "
              "s in all\n",
              mean(tally.time_resolved + tally.time_refused, tally.cells()),
              mean(tally.time_resolved, tally.resolutions),
              mean(tally.time_refused, tally.refusals),
              mean(tally.time_settled, tally.settled),
              std::chrono::duration<double>(wall).count());
  std::uint64_t broken = 0;
  for (const auto& [name, rule] : tally.broken) {
    broken += rule.count;
    std::printf("broken: %s, %llu times\n", name.c_str(), Number{rule.count});
    for (const std::string& example : rule.examples) {
      std::printf("    %s\n", example.c_str());
    }
  }
  std::printf("%llu broken\n", Number{broken});
  return broken == 0 ? 0 : 1;
}

} // namespace

int main(int count, char** words)
{
  Settings settings;
  if (!read_settings(count, words, settings)) {
    std::fprintf(stderr, "usage: matrix [--all | --sample N] [--seed S] [--jobs N]\n");
    return 3;
  }
  const manifest::Manifest manifest = built_in::manifest();
  const auto start = std::chrono::steady_clock::now();
  const Tally tally = run(rows_of(manifest), settings);
  return print(tally, settings, std::chrono::steady_clock::now() - start);
}
