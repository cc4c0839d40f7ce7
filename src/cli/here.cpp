#include "cli/here.hpp"

#include "resolve/search.hpp"
#include "resolve/ubuntu_driver.hpp"

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

/// How Ubuntu itself brings the driver branch that is wished for; empty where it is none or Ubuntu has none.
std::string from_ubuntu(const Wish& wish, const manifest::Manifest& manifest, const resolve::Target& machine)
{
  const auto& version = wish.request.driver.version;
  const manifest::DriverBranch* branch = version ? manifest.find_branch(version->major_part()) : nullptr;
  const auto package = branch != nullptr ? resolve::ubuntu_package(manifest, machine, *branch) : std::nullopt;
  return package ? version->text() + " is not in NVIDIA's archive for this machine, but in Ubuntu's own: " +
                       resolve::ubuntu_way(*package, branch->branch)
                 : std::string();
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
    const bool settled = runs(list.wishes[i], manifest, machine, with_another_gpu);
    std::string note = settled ? std::string() : from_ubuntu(list.wishes[i], manifest, machine);
    if (settled || !note.empty()) {
      if (!note.empty()) {
        list.items[i].set("note", note);
        left_out.notes.push_back(std::move(note));
      }
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
