#include "apply/ahead.hpp"

#include "plan/input.hpp"

namespace cudasetup::apply {

namespace {

struct Zip {
  const plan::Download* download = nullptr;
  const plan::Unpack* unpack = nullptr;
};

/// The first that is fetched into our cache and unpacked by a later action.
std::optional<Zip> zip_of(const plan::Plan& plan)
{
  std::vector<const plan::Download*> downloads;
  for (const plan::Step& step : plan.steps) {
    for (const plan::Action& action : step.actions) {
      if (const auto* download = std::get_if<plan::Download>(&action)) {
        downloads.push_back(download);
      }
      const auto* unpack = std::get_if<plan::Unpack>(&action);
      for (const plan::Download* download : downloads) {
        if (unpack != nullptr && download->to == unpack->zip && !download->md5_list &&
            download->to.starts_with(k_cache_prefix)) {
          return Zip{download, unpack};
        }
      }
    }
  }
  return std::nullopt;
}

} // namespace

std::unique_ptr<Ahead> Ahead::begin(Workbench& bench, const plan::Plan& plan)
{
  const auto zip = zip_of(plan);
  if (!zip || bench.effects.network.limits().connections < 2 ||
      !bench.effects.target.make_directories(std::string(plan::k_cache), 0700)) {
    return nullptr;
  }
  return std::unique_ptr<Ahead>(new Ahead(bench, request_for(bench, *zip->download), *zip->unpack));
}

Ahead::Ahead(Workbench& bench, fetch::DownloadRequest request, const plan::Unpack& unpack)
    : m_bench(bench), m_unpack(unpack), m_limits(bench.effects.network.limits())
{
  // Half of the connections for what is fetched beside it.
  effects::NetworkLimits half = m_limits;
  half.connections /= 2;
  m_bench.effects.network.set_limits(half);
  m_zip =
      std::make_unique<fetch::ZipOnItsWay>(fetch::tools_for(bench.effects, bench.effects.target), std::move(request));
  m_bench.ahead = m_zip.get();
}

Ahead::~Ahead()
{
  m_bench.ahead = nullptr;
  m_zip.reset();
  m_bench.effects.network.set_limits(m_limits);
}

base::Result<std::vector<Need>> Ahead::needs()
{
  auto size = m_zip->size();
  if (!size) {
    return base::fail(std::move(size).error().while_doing("fetching " + m_zip->request().what));
  }
  m_bytes = size->total;
  const std::string name = m_unpack.zip.substr(m_unpack.zip.rfind('/') + 1);
  std::vector<Need> needs = {{m_unpack.to, size->unpacked, "what is unpacked of " + name}};
  if (size->to_come > 0) {
    needs.push_back({std::string(plan::k_cache), size->to_come, name});
  }
  return needs;
}

plan::Plan Ahead::with_size(plan::Plan plan) const
{
  for (plan::Cost& cost : plan.totals.parts) {
    if (m_bytes > 0 && cost.file == m_zip->request().to && !cost.download_bytes) {
      cost.download_bytes = m_bytes;
    }
  }
  return plan;
}

void Ahead::unpack()
{
  m_zip->unpack(unpack_request(m_bench, m_unpack));
}

} // namespace cudasetup::apply
