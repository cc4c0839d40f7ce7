#include "manifest/layer.hpp"

#include <algorithm>
#include <map>

namespace cudasetup::manifest {

namespace {

template<typename Record> bool all_sound(const std::vector<Located<Record>>& records)
{
  return std::all_of(records.begin(), records.end(), [](const auto& located) { return located.sound; });
}

template<typename Record, typename Key, typename Wanted>
const Record* find(const std::vector<Located<Record>>& records, Key Record::*key, const Wanted& wanted)
{
  const auto at = std::lower_bound(records.begin(), records.end(), wanted, [&](const auto& located, const Wanted& k) {
    return located.record.*key < k;
  });
  return at != records.end() && at->record.*key == wanted ? &at->record : nullptr;
}

void check_torch(const Layer& layer, const Located<Pair>& pair, std::vector<json::Problem>& problems)
{
  const TorchRelease* release = find(layer.torch, &TorchRelease::version, pair.record.torch);
  if (release == nullptr) {
    json::add_problem(problems, problem_at(pair.place, "/torch", "there is no torch " + pair.record.torch.text()));
    return;
  }
  const auto has_platform = [&](const TorchBuild& build) { return build.platform == pair.record.platform; };
  if (std::any_of(release->builds.begin(), release->builds.end(), has_platform)) {
    return;
  }
  std::string text = "torch " + release->version.text() + " has no build for " + pair.record.platform;
  if (!pair.place.is_in_file()) { // so a file has replaced the torch release
    text += " any more, which is in the pairs of CUDA " + pair.record.cuda.text() + "; give these pairs anew too";
  }
  json::add_problem(problems, problem_at(pair.place, "/platform", std::move(text)));
}

void check_pairs(const Layer& layer, std::vector<json::Problem>& problems)
{
  const bool cuda_known = all_sound(layer.cuda);
  const bool torch_known = all_sound(layer.torch);
  for (const Located<Pair>& pair : layer.pairs) {
    if (!pair.sound) {
      continue;
    }
    if (cuda_known && find(layer.cuda, &CudaRelease::version, pair.record.cuda) == nullptr) {
      json::add_problem(problems, problem_at(pair.place, "/cuda", "there is no CUDA " + pair.record.cuda.text()));
    }
    if (torch_known) {
      check_torch(layer, pair, problems);
    }
  }
}

void check_archives(const Layer& layer, std::vector<json::Problem>& problems)
{
  const bool keys_known = all_sound(layer.keys);
  std::map<std::pair<std::string_view, base::Arch>, const Place*> seen;
  for (const Located<UbuntuRelease>& release : layer.ubuntu) {
    if (!release.sound) {
      continue;
    }
    for (std::size_t i = 0; i < release.record.archives.size(); ++i) {
      const Archive& archive = release.record.archives[i];
      const std::string pointer = json::element_pointer("/archives", i);
      if (keys_known && find(layer.keys, &SigningKey::id, archive.key) == nullptr) {
        json::add_problem(problems, problem_at(release.place, pointer + "/key", "there is no key " + archive.key));
      }
      const auto [other, is_new] = seen.try_emplace({archive.os, archive.arch}, &release.place);
      if (!is_new) {
        json::add_problem(problems,
                          problem_at(release.place,
                                     pointer,
                                     "an archive of " + archive.os + " for " +
                                         std::string(base::name_of(archive.arch)) + " is there already, at " +
                                         other->second->text()));
      }
    }
  }
}

} // namespace

void check_references(const Layer& layer, std::vector<json::Problem>& problems)
{
  if (!layer.sound) {
    return; // what a file that could not be read would have held is not known
  }
  check_pairs(layer, problems);
  check_archives(layer, problems);
}

} // namespace cudasetup::manifest
