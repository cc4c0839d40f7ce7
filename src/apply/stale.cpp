#include "apply/stale.hpp"

#include "apply/packages_ahead.hpp"

#include <algorithm>
#include <array>
#include <span>

namespace cudasetup::apply {

namespace {

bool says_any(std::string_view output, std::span<const std::string_view> texts)
{
  return std::any_of(
      texts.begin(), texts.end(), [&](std::string_view text) { return output.find(text) != std::string_view::npos; });
}

} // namespace

bool is_changing(std::string_view output)
{
  static constexpr std::array<std::string_view, 4> k_texts = {
      "Hash Sum mismatch", "File has unexpected size", "Mirror sync in progress", "BADSIG"};
  return says_any(output, k_texts);
}

bool failed_to_fetch(std::string_view output)
{
  static constexpr std::array<std::string_view, 3> k_texts = {
      "Hash Sum mismatch", "File has unexpected size", "  404  "};
  return output.find("E: Failed to fetch ") != std::string_view::npos && says_any(output, k_texts);
}

base::Result<Tools::Ended> update_patiently(const effects::Effects& effects, Tools& tools, const base::Command& update)
{
  for (const std::chrono::seconds pause : k_update_pauses) {
    CUDASETUP_TRY_ASSIGN(Tools::Ended ended, tools.try_run(update));
    if (!is_changing(ended.output)) {
      return ended;
    }
    effects.events.emit(effects::Notice{"an archive gave an index that does not fit the rest of it (it may be changing "
                                        "just now); trying again in " +
                                        std::to_string(pause.count()) + " s"});
    CUDASETUP_TRY(tools.pause(pause));
  }
  return tools.try_run(update);
}

base::Result<std::size_t> fetch_packages(Workbench& bench, const base::Command& install)
{
  CUDASETUP_TRY_ASSIGN(const PackagesAhead packages, packages_lacking(bench, install));
  if (packages.files.empty()) {
    return 0;
  }
  bench.effects.events.emit(effects::Notice{"apt could not have all packages as its index describes them; fetching " +
                                            std::to_string(packages.files.size()) + " by address and digest"});
  if (auto fetched = fetch_into_archives(bench, packages, fetch::Patience::full); !fetched) {
    drop_parts(bench.effects.target, packages);
    return base::fail(std::move(fetched).error());
  }
  return packages.files.size();
}

} // namespace cudasetup::apply
