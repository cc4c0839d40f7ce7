#include "apply/unread.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <array>

namespace cudasetup::apply {

namespace {

constexpr std::string_view k_sources = "/etc/apt/sources.list";

/// What apt says of a list that it did not take; other warnings name archives too.
constexpr std::array<std::string_view, 11> k_failures = {"Failed to fetch",
                                                         "does not have a Release file",
                                                         "no longer has a Release file",
                                                         "is not signed",
                                                         "no longer signed",
                                                         "is expired",
                                                         "is not valid yet",
                                                         "GPG error",
                                                         "OpenPGP signature verification failed",
                                                         "error occurred during the signature verification",
                                                         "changed its '"};

bool tells_of_failure(std::string_view line)
{
  if (line.starts_with("Err:")) {
    return true;
  }
  const bool speaks = line.starts_with("E: ") || line.starts_with("W: ") || line.starts_with("Error: ") ||
                      line.starts_with("Warning: ");
  return speaks && std::any_of(k_failures.begin(), k_failures.end(), [&](std::string_view text) {
           return line.find(text) != std::string_view::npos;
         });
}

/// The first address in a line; empty where there is none.
std::string_view address_in(std::string_view line)
{
  std::size_t start = line.find("://");
  if (start != std::string_view::npos) {
    start = line.find_last_of(" '", start) + 1;
  } else {
    start = line.find(" file:/");
    start = start == std::string_view::npos ? line.find(" copy:/") : start;
    if (start == std::string_view::npos) {
      return {};
    }
    ++start;
  }
  const std::string_view rest = line.substr(start);
  return rest.substr(0, rest.find_first_of(" '"));
}

/// The archive of a list's address: what is before /dists/, or the list's directory.
std::string archive_of(std::string_view address)
{
  if (const std::size_t dists = address.find("/dists/"); dists != std::string_view::npos) {
    return std::string(address.substr(0, dists));
  }
  const std::string_view name = address.substr(address.rfind('/') + 1);
  if (name == "InRelease" || name.starts_with("Release") || name.starts_with("Packages") ||
      name.starts_with("Translation-")) {
    address.remove_suffix(name.size());
  }
  while (address.ends_with('/') || address.ends_with("/.")) {
    address.remove_suffix(1);
  }
  return std::string(address);
}

} // namespace

std::vector<std::string> unread_archives(std::string_view output)
{
  std::vector<std::string> archives;
  for (const std::string_view line : base::lines(output)) {
    std::string archive = tells_of_failure(line) ? archive_of(address_in(line)) : "";
    if (!archive.empty() && std::find(archives.begin(), archives.end(), archive) == archives.end()) {
      archives.push_back(std::move(archive));
    }
  }
  return archives;
}

bool is_in_archive(std::string_view address, std::string_view archive)
{
  return address.starts_with(archive) && (address.size() == archive.size() || address[archive.size()] == '/');
}

std::vector<std::string> source_files_of(effects::Files& target, std::string_view archive)
{
  std::vector<std::string> files = {std::string(k_sources)};
  const std::string folder = std::string(k_sources) + ".d";
  for (const std::string& name : target.list(folder)) {
    files.push_back(folder + "/" + name);
  }
  std::erase_if(files, [&](const std::string& file) {
    return target.read(file).value_or("").find(archive) == std::string::npos;
  });
  return files;
}

} // namespace cudasetup::apply
