#include "manifest/layer.hpp"

#include "manifest/identity.hpp"

#include <algorithm>
#include <iterator>
#include <set>

namespace cudasetup::manifest {

namespace {

/// In words.
std::string name(const CudaRelease& release)
{
  return "CUDA " + release.version.text();
}
std::string name(const UbuntuRelease& release)
{
  return "Ubuntu " + release.version.text();
}
std::string name(const SigningKey& key)
{
  return "key " + key.id;
}
std::string name(const Gpu& gpu)
{
  return "GPU " + gpu.id.text();
}
std::string name(const DriverBranch& driver)
{
  return "driver branch " + std::to_string(driver.branch);
}
std::string name(const TorchRelease& release)
{
  return "torch " + release.version.text();
}

template<typename Record> bool precedes(const Located<Record>& a, const Located<Record>& b)
{
  return identity(a.record) < identity(b.record);
}

template<typename Record> void sort(std::vector<Located<Record>>& records, std::vector<json::Problem>& problems)
{
  if (!std::is_sorted(records.begin(), records.end(), precedes<Record>)) {
    std::stable_sort(records.begin(), records.end(), precedes<Record>);
  }
  const Located<Record>* before = nullptr;
  for (const Located<Record>& located : records) {
    if (!located.sound) {
      continue; // its identity may be a mere default
    }
    if (before != nullptr && !precedes(*before, located)) {
      json::add_problem(
          problems,
          problem_at(located.place, "", name(located.record) + " is there already, at " + before->place.text()));
    }
    before = &located;
  }
}

template<typename Record>
std::vector<Located<Record>> merge(std::vector<Located<Record>> base, std::vector<Located<Record>> overlay)
{
  // Of equal ones std::merge takes the first range's first, and std::unique keeps that.
  std::vector<Located<Record>> merged;
  merged.reserve(base.size() + overlay.size());
  std::merge(std::make_move_iterator(overlay.begin()),
             std::make_move_iterator(overlay.end()),
             std::make_move_iterator(base.begin()),
             std::make_move_iterator(base.end()),
             std::back_inserter(merged),
             precedes<Record>);
  const auto same = [](const auto& a, const auto& b) { return !precedes(a, b); };
  merged.erase(std::unique(merged.begin(), merged.end(), same), merged.end());
  return merged;
}

bool is_same(const Pair& a, const Pair& b)
{
  return a.cuda == b.cuda && a.torch == b.torch && a.platform == b.platform && a.driver == b.driver;
}

void refuse_doubled_pairs(const std::vector<Located<Pair>>& pairs, std::vector<json::Problem>& problems)
{
  std::vector<const Located<Pair>*> sorted;
  for (const Located<Pair>& pair : pairs) {
    if (pair.sound) {
      sorted.push_back(&pair);
    }
  }
  const auto by_release = [](const Located<Pair>* a, const Located<Pair>* b) {
    return a->record.cuda < b->record.cuda;
  };
  std::stable_sort(sorted.begin(), sorted.end(), by_release);
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    for (std::size_t j = i; j > 0 && sorted[j - 1]->record.cuda == sorted[i]->record.cuda; --j) {
      if (is_same(sorted[j - 1]->record, sorted[i]->record)) {
        json::add_problem(
            problems,
            problem_at(sorted[i]->place, "", "the same pair is there already, at " + sorted[j - 1]->place.text()));
        break;
      }
    }
  }
}

std::vector<Located<Pair>> merge_pairs(std::vector<Located<Pair>> base, std::vector<Located<Pair>> overlay)
{
  std::set<base::Version> replaced;
  for (const Located<Pair>& pair : overlay) {
    replaced.insert(pair.record.cuda);
  }
  std::vector<Located<Pair>> merged;
  for (Located<Pair>& pair : base) {
    if (replaced.count(pair.record.cuda) == 0) {
      merged.push_back(std::move(pair));
    }
  }
  std::move(overlay.begin(), overlay.end(), std::back_inserter(merged));
  return merged;
}

} // namespace

void sort_layer(Layer& layer, std::vector<json::Problem>& problems)
{
  sort(layer.cuda, problems);
  sort(layer.ubuntu, problems);
  sort(layer.keys, problems);
  sort(layer.gpus, problems);
  sort(layer.drivers, problems);
  sort(layer.torch, problems);
  refuse_doubled_pairs(layer.pairs, problems);
}

Layer merge_layers(Layer base, Layer overlay)
{
  Layer merged;
  merged.cuda = merge(std::move(base.cuda), std::move(overlay.cuda));
  merged.pairs = merge_pairs(std::move(base.pairs), std::move(overlay.pairs));
  merged.ubuntu = merge(std::move(base.ubuntu), std::move(overlay.ubuntu));
  merged.keys = merge(std::move(base.keys), std::move(overlay.keys));
  merged.gpus = merge(std::move(base.gpus), std::move(overlay.gpus));
  merged.drivers = merge(std::move(base.drivers), std::move(overlay.drivers));
  merged.torch = merge(std::move(base.torch), std::move(overlay.torch));
  merged.sound = base.sound && overlay.sound;
  return merged;
}

} // namespace cudasetup::manifest
