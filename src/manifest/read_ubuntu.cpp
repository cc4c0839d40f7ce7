#include "manifest/read.hpp"

namespace cudasetup::manifest {

namespace {

Archive read_archive(json::Reader& reader)
{
  Archive archive;
  archive.os = read_text(reader, "os", k_directory_name);
  archive.arch = read_arch(reader, "arch");
  archive.url = read_url(reader, "url");
  if (!archive.url.text().empty() && archive.url.text().back() != '/') {
    reader.unexpected("url", "an https address that ends with /");
  }
  if (!reader.is_null("keyring")) {
    reader.object("keyring", [&](json::Reader& inner) { archive.keyring = read_file(inner); });
  }
  archive.key = read_text(reader, "key", k_key_id);
  archive.pin_url = read_url(reader, "pin_url");
  archive.pin_text = read_optional_text(reader, "pin_text", k_pin_text);
  archive.oldest_cuda = read_optional_version(reader, "oldest_cuda");
  archive.newest_cuda = read_optional_version(reader, "newest_cuda");
  if (archive.oldest_cuda && archive.newest_cuda && *archive.newest_cuda < *archive.oldest_cuda) {
    reader.unexpected("newest_cuda", "at least the oldest_cuda " + archive.oldest_cuda->text());
  }
  archive.sources = read_sources(reader);
  return archive;
}

} // namespace

UbuntuRelease read_ubuntu(json::Reader& reader)
{
  UbuntuRelease release;
  release.version = read_version(reader, "version");
  release.codename = read_text(reader, "codename", k_word);
  release.os = read_text(reader, "os", k_directory_name);
  release.glibc = read_optional_version(reader, "glibc");
  release.gcc = read_optional_version(reader, "gcc");
  release.apt = read_optional_version(reader, "apt");
  release.python = read_optional_version(reader, "python");
  release.gcc_packages = read_gcc_range(reader, "gcc_packages");
  if (!reader.is_null("kernels")) {
    reader.each("kernels", [&](json::Reader& element) {
      release.kernels.push_back(
          {read_text(element, "flavour", k_package_name), read_text(element, "release", k_package_name)});
    });
  }
  reader.each("archives", [&](json::Reader& element) { release.archives.push_back(read_archive(element)); });
  release.sources = read_sources(reader);
  return release;
}

SigningKey read_key(json::Reader& reader)
{
  SigningKey key;
  key.id = read_text(reader, "id", k_key_id);
  key.fingerprint = read_text(reader, "fingerprint", k_fingerprint);
  const bool both = !key.id.empty() && !key.fingerprint.empty();
  if (both && key.fingerprint.substr(key.fingerprint.size() - key.id.size()) != key.id) {
    reader.unexpected("fingerprint", "a fingerprint that ends with the id " + key.id);
  }
  key.file = read_text(reader, "file", k_file_name);
  key.sources = read_sources(reader);
  return key;
}

} // namespace cudasetup::manifest
