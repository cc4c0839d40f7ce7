#include "cli/here.hpp"

#include "resolve/search.hpp"

#include <utility>

namespace cudasetup::cli {

namespace {

bool runs(const Wish& wish, const manifest::Manifest& manifest, const resolve::Target& machine, host::HostFacts& facts)
{
  if (!wish.gpu) {
    return resolve::find_selection(resolve::ask(wish.request, manifest, machine)).has_value();
  }
  facts.gpus.resize(1);
  facts.gpus.front() = host::GpuDevice{};
  facts.gpus.front().id = wish.gpu;
  const resolve::Target with_it = resolve::find_target(manifest, facts);
  return resolve::find_selection(resolve::ask(wish.request, manifest, with_it)).has_value();
}

} // namespace

LeftOut keep_what_runs(List& list, const manifest::Manifest& manifest, const host::HostFacts& facts)
{
  host::HostFacts with_another_gpu = facts;
  with_another_gpu.pci_readable = true;
  const resolve::Target machine = resolve::find_target(manifest, facts);
  LeftOut left_out;
  List kept;
  kept.header = std::move(list.header);
  for (std::size_t i = 0; i < list.wishes.size(); ++i) {
    if (runs(list.wishes[i], manifest, machine, with_another_gpu)) {
      kept.items.push_back(std::move(list.items[i]));
      kept.rows.push_back(std::move(list.rows[i]));
      kept.wishes.push_back(std::move(list.wishes[i]));
    } else {
      ++left_out.count;
      left_out.why = std::move(list.wishes[i].arguments);
    }
  }
  list = std::move(kept);
  return left_out;
}

} // namespace cudasetup::cli
