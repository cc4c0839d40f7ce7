#include "matrix/check.hpp"

#include <algorithm>
#include <tuple>

namespace cudasetup::matrix {

namespace {

using resolve::Choice;
using resolve::Method;

/// How wanted a release is for `--cuda auto`: "the newest that GPU, system and driver allow and that has a LibTorch
/// build"; among those, what has a target for the GPU comes before what merely runs there, for an asked torch a release
/// that it is a pair of comes first, what apt brings comes before what a runfile brings, and a first pair before
/// another.
auto wantedness(const Possible& possible, const Asked& asked, const resolve::Request& request, std::size_t release)
{
  const std::vector<std::size_t>& pairs = possible.rows().pairs[release];
  int place = 0;
  if (request.torch.choice == Choice::exact) {
    const auto pair = std::find_first_of(pairs.begin(), pairs.end(), asked.builds.begin(), asked.builds.end());
    place = pair == pairs.end() ? 0 : (pair == pairs.begin() ? 2 : 1);
  }
  return std::tuple(possible.loaded_runs(release),
                    possible.has_targets(release),
                    place > 0,
                    possible.comes_by_apt(release),
                    place,
                    !pairs.empty(),
                    release);
}

void check_cuda(const Possible& possible,
                const Asked& asked,
                const resolve::Request& request,
                const resolve::Resolution& resolution,
                std::vector<Breach>& breaches)
{
  const Rows& rows = possible.rows();
  const std::size_t chosen = rows.index_of(resolution.cuda->release);
  const bool automatic = request.cuda.choice == Choice::automatic;
  for (const std::size_t release : asked.releases) {
    const bool better =
        automatic ? wantedness(possible, asked, request, chosen) < wantedness(possible, asked, request, release)
                  : chosen < release;
    if (better && possible.works(release, asked.builds)) {
      breaches.push_back({"newest", "CUDA " + rows.releases[release]->version.text() + " would be more wanted"});
      return;
    }
  }
}

/// Whether somebody published which GPUs a build serves: the zip's code, on arm64 the wheel's.
bool has_known_kernels(const manifest::TorchBuild& build, base::Arch arch)
{
  if (build.is_cpu()) {
    return true; // it serves every GPU by leaving it alone
  }
  if (arch == base::Arch::amd64) {
    return !build.sm.empty() || !build.ptx.empty();
  }
  return build.arm64_wheel && (!build.arm64_wheel->sm.empty() || !build.arm64_wheel->ptx.empty());
}

/// How wanted a build is with a release: a pair (auto), for a GPU first those whose kernels are known, by their place;
/// then the newest torch, then the newest platform; builds whose kernels nobody published come last.
auto wantedness(const Possible& possible, const std::vector<std::size_t>& pairs, std::size_t build)
{
  const Rows::Build& row = possible.rows().builds[build];
  const Machine& machine = possible.machine();
  const auto place = pairs.end() - std::find(pairs.begin(), pairs.end(), build);
  const bool known = has_known_kernels(*row.build, machine.arch);
  const auto older_platform = row.build - row.torch->builds.data(); // newest CUDA first
  return std::tuple(place > 0, machine.cards.empty() || known, place, known, row.torch->version, -older_platform);
}

void check_torch(const Possible& possible,
                 const Asked& asked,
                 const resolve::Request& request,
                 const resolve::Resolution& resolution,
                 std::vector<Breach>& breaches)
{
  const Rows& rows = possible.rows();
  const std::size_t release = resolution.cuda ? rows.index_of(resolution.cuda->release) : 0;
  const std::size_t chosen = rows.index_of(resolution.torch->build);
  const bool automatic = request.torch.choice == Choice::automatic;
  const std::vector<std::size_t> pairs = automatic ? rows.pairs[release] : std::vector<std::size_t>();
  const Method method = resolution.cuda ? resolution.cuda->method : Method::network;
  for (const std::size_t build : asked.builds) {
    if (wantedness(possible, pairs, chosen) < wantedness(possible, pairs, build) &&
        possible.works(release, build, method)) {
      breaches.push_back({"newest", name_of(rows, release, build) + " would be more wanted"});
      return;
    }
  }
}

/// "network where it carries that version, else local, else the runfile": the first that brings what was asked, with a
/// driver that does.
void check_method(const Possible& possible,
                  const Asked& asked,
                  const resolve::Resolution& resolution,
                  std::vector<Breach>& breaches)
{
  for (const Method method : {Method::network, Method::local}) {
    if (resolution.cuda->method == method) {
      return;
    }
    if (possible.works(possible.rows().index_of(resolution.cuda->release), asked.builds, method)) {
      breaches.push_back({"method order", std::string(resolve::name_of(method)) + " would do"});
      return;
    }
  }
}

} // namespace

std::vector<Breach> check_preference(const Possible& possible,
                                     const Asked& asked,
                                     const resolve::Request& request,
                                     const resolve::Resolution& resolution)
{
  std::vector<Breach> breaches;
  if (resolution.cuda) {
    check_cuda(possible, asked, request, resolution, breaches);
    if (request.method == Method::automatic) {
      check_method(possible, asked, resolution, breaches);
    }
  }
  if (resolution.torch) {
    check_torch(possible, asked, request, resolution, breaches);
  }
  return breaches;
}

std::vector<Breach>
check(const Possible& possible, const Asked& asked, const resolve::Refusal& refusal, bool anything_possible)
{
  std::vector<Breach> breaches;
  if (refusal.reasons.empty() || std::any_of(refusal.reasons.begin(), refusal.reasons.end(), [](const auto& reason) {
        return reason.text.empty() || reason.source.empty();
      })) {
    breaches.push_back({"reason", "a refusal without reason, text or source"});
  }
  if (refusal.alternatives.size() > 3) {
    breaches.push_back({"alternatives", "more than three"});
  }
  if (!possible.machine().fit) {
    return breaches;
  }
  for (const std::size_t release : asked.releases) {
    for (const std::size_t build : asked.builds) {
      if (possible.works(release, build)) {
        breaches.push_back({"refused", name_of(possible.rows(), release, build) + " would work"});
        return breaches;
      }
    }
  }
  if (refusal.alternatives.empty() && anything_possible) {
    breaches.push_back({"alternatives", "none is offered where some toolkit is possible"});
  }
  return breaches;
}

} // namespace cudasetup::matrix
