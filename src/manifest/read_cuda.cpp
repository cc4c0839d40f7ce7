#include "manifest/read.hpp"

namespace cudasetup::manifest {

namespace {

AptPackage read_package(json::Reader& reader)
{
  AptPackage package;
  package.name = read_text(reader, "name", k_package_name);
  package.version = read_text(reader, "version", k_package_version);
  if (reaches_driver(package.name)) {
    reader.problem("name", "expected a package that does not bring the driver, found \"" + package.name + "\"");
  }
  return package;
}

std::map<Profile, std::vector<AptPackage>> read_packages(json::Reader& reader)
{
  std::map<Profile, std::vector<AptPackage>> packages;
  reader.object("packages", [&](json::Reader& profiles) {
    for (const Profile profile : {Profile::full, Profile::build, Profile::runtime}) {
      auto& list = packages[profile];
      profiles.each(name_of(profile), [&](json::Reader& element) { list.push_back(read_package(element)); });
    }
  });
  return packages;
}

LocalInstaller read_local_installer(json::Reader& reader)
{
  LocalInstaller installer;
  installer.os = read_text(reader, "os", k_directory_name);
  installer.arch = read_arch(reader, "arch");
  installer.file = read_file(reader);
  return installer;
}

Runfile read_runfile(json::Reader& reader)
{
  Runfile runfile;
  runfile.arch = read_arch(reader, "arch");
  runfile.file = read_file(reader);
  return runfile;
}

/// A problem where an earlier element of the array has the same (os and) architecture.
template<typename Record, typename Same>
void push_unique(std::vector<Record>& records, Record record, json::Reader& reader, const Same& same)
{
  for (std::size_t i = 0; i < records.size(); ++i) {
    if (same(records[i], record)) {
      reader.problem("", "the same system and architecture as element " + std::to_string(i));
    }
  }
  records.push_back(std::move(record));
}

std::optional<LocalRepository> read_local_repository(json::Reader& reader)
{
  if (reader.is_null("local_repository")) {
    return std::nullopt;
  }
  LocalRepository repository;
  reader.object("local_repository", [&](json::Reader& inner) {
    repository.directory = read_text(inner, "directory", k_path);
    repository.list = read_text(inner, "list", k_path);
    repository.key = read_text(inner, "key", k_file_pattern);
  });
  return repository;
}

} // namespace

CudaRelease read_cuda(json::Reader& reader)
{
  CudaRelease release;
  release.version = read_version(reader, "version");
  if (!release.version.text().empty() && release.version.parts().size() != 3) {
    reader.unexpected("version", "a version of three parts such as 11.1.1");
  }
  release.bundled_driver = read_optional_version(reader, "bundled_driver");
  release.minimum_driver = read_optional_version(reader, "minimum_driver");
  release.compatible_driver = read_optional_version(reader, "compatible_driver");
  release.packages = read_packages(reader);
  release.packages_evidence = read_evidence(reader, "packages_evidence");
  reader.each("local_installers", [&](json::Reader& element) {
    push_unique(release.local_installers, read_local_installer(element), element, [](const auto& a, const auto& b) {
      return a.os == b.os && a.arch == b.arch;
    });
  });
  release.local_repository = read_local_repository(reader);
  reader.each("runfiles", [&](json::Reader& element) {
    push_unique(release.runfiles, read_runfile(element), element, [](const auto& a, const auto& b) {
      return a.arch == b.arch;
    });
  });
  release.md5_list = read_optional_url(reader, "md5_list");
  release.gcc = read_gcc_range(reader, "gcc");
  release.least_capability = read_optional_capability(reader, "least_capability");
  release.most_capability = read_optional_capability(reader, "most_capability");
  if (release.least_capability && release.most_capability && *release.most_capability < *release.least_capability) {
    reader.unexpected("most_capability", "at least the least_capability " + release.least_capability->text());
  }
  release.glibc_below = read_optional_version(reader, "glibc_below");
  release.notes = read_texts(reader, "notes", k_line);
  release.sources = read_sources(reader);
  return release;
}

Pair read_pair(json::Reader& reader)
{
  Pair pair;
  pair.cuda = read_version(reader, "cuda");
  pair.driver = read_optional_version(reader, "driver");
  pair.torch = read_version(reader, "torch");
  pair.platform = read_text(reader, "platform", k_platform);
  pair.sources = read_sources(reader);
  return pair;
}

} // namespace cudasetup::manifest
