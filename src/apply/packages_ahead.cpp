#include "apply/packages_ahead.hpp"

#include "apply/apt_settings.hpp"
#include "fetch/part_file.hpp"

namespace cudasetup::apply {

namespace {

std::string one_or_many(const std::vector<PackageFile>& files)
{
  return files.size() == 1 ? files.front().name : std::to_string(files.size()) + " packages";
}

} // namespace

base::Result<PackagesAhead> packages_lacking(Workbench& bench, const base::Command& install)
{
  CUDASETUP_TRY_ASSIGN(const std::string dump, bench.tools.run(base::Command{{"apt-config", "dump"}}));
  const AptSettings settings = parse_apt_settings(dump);
  if (settings.archives.empty()) {
    return PackagesAhead{};
  }
  const auto folder = bench.effects.target.status(settings.archives, effects::FollowLinks::yes);
  if (settings.has_proxy || settings.has_limit || !folder || folder->type != effects::FileType::directory) {
    return PackagesAhead{};
  }
  base::Command ask = install;
  // Without that, apt-get names the MD5 sum.
  ask.argv.insert(ask.argv.begin() + 1, {"--print-uris", "-o", "Acquire::ForceHash=SHA256"});
  CUDASETUP_TRY_ASSIGN(const std::string output, bench.tools.run(ask));
  return PackagesAhead{parse_package_files(output), settings.archives};
}

base::Result<void> fetch_into_archives(Workbench& bench, const PackagesAhead& packages, fetch::Patience patience)
{
  std::vector<fetch::DownloadRequest> requests;
  for (const PackageFile& file : packages.files) {
    requests.push_back({file.url, packages.archives + file.name, file.digest, file.bytes, file.name, patience});
  }
  CUDASETUP_TRY(fetch::download_all(
      fetch::tools_for(bench.effects, bench.effects.target), requests, one_or_many(packages.files)));
  return {};
}

void drop_parts(effects::Files& target, const PackagesAhead& packages)
{
  for (const PackageFile& file : packages.files) {
    const fetch::PartNames names = fetch::part_names(packages.archives + file.name);
    static_cast<void>(target.remove(names.part));
    static_cast<void>(target.remove(names.note));
  }
}

base::Result<PackagesAhead> fetch_ahead(Workbench& bench, const base::Command& install)
{
  const auto stop = [](const base::Error& error) { return error.kind == base::ErrorKind::interrupted; };
  auto packages = packages_lacking(bench, install);
  if (!packages) {
    // What is wrong, apt says again when it is to install.
    return stop(packages.error()) ? base::Result<PackagesAhead>(base::fail(std::move(packages).error()))
                                  : PackagesAhead{};
  }
  auto fetched =
      packages->files.empty() ? base::Result<void>{} : fetch_into_archives(bench, *packages, fetch::Patience::none);
  if (!fetched && stop(fetched.error())) {
    return base::fail(std::move(fetched).error());
  }
  if (!fetched) {
    bench.effects.events.emit(effects::Notice{"apt fetches the packages itself: " + fetched.error().message});
  }
  return *std::move(packages);
}

} // namespace cudasetup::apply
