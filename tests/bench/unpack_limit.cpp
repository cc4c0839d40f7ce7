// unpack_limit ZIP FOLDER: what unpacking costs at least with the same decoder: libdeflate on every core, the largest
// entry first, straight into mapped files, flushed in the end. No check but that of the lengths.
#include "fetch/unpack.hpp"
#include "fetch/zip.hpp"
#include "system/posix_files.hpp"

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstring>
#include <set>
#include <thread>
#include <vector>

#include <libdeflate.h>

int main(int argc, char** argv)
{
  using namespace cudasetup;
  if (argc != 3) {
    std::fputs("usage: unpack_limit ZIP FOLDER\n", stderr);
    return 3;
  }
  const std::string to = argv[2];
  system::PosixFiles files("/");
  const auto view = files.view(argv[1]);
  const std::span<const char> zip = view ? (*view)->bytes() : std::span<const char>();
  auto entries = fetch::read_zip_directory(zip, fetch::ZipLimits{fetch::k_most_unpacked_bytes});
  if (!entries) {
    std::fprintf(stderr, "%s\n", entries.error().message.c_str());
    return 1;
  }
  std::erase_if(*entries, [](const fetch::ZipEntry& entry) { return entry.type != fetch::ZipType::file; });
  std::sort(
      entries->begin(), entries->end(), [](const auto& one, const auto& other) { return one.bytes > other.bytes; });
  std::set<std::string> folders;
  for (const fetch::ZipEntry& entry : *entries) {
    folders.insert(to + "/" + entry.name.substr(0, entry.name.rfind('/')));
  }
  for (const std::string& folder : folders) {
    static_cast<void>(files.make_directories(folder, 0755));
  }
  std::atomic<std::size_t> next{0};
  std::atomic<bool> failed{false};
  const auto work = [&] {
    libdeflate_decompressor* const decoder = libdeflate_alloc_decompressor();
    for (std::size_t i = next++; i < entries->size(); i = next++) {
      const fetch::ZipEntry& entry = (*entries)[i];
      auto file = files.create_sized(to + "/" + entry.name, entry.bytes, 0644);
      const char* from = zip.data() + entry.data_offset;
      if (!file) {
        failed = true;
      } else if (entry.method == fetch::ZipMethod::stored) {
        std::memcpy((*file)->bytes().data(), from, entry.bytes);
      } else if (entry.bytes > 0 &&
                 libdeflate_deflate_decompress(
                     decoder, from, entry.packed_bytes, (*file)->bytes().data(), entry.bytes, nullptr) !=
                     LIBDEFLATE_SUCCESS) {
        failed = true;
      }
      failed = failed || !file || !(*file)->close();
    }
    libdeflate_free_decompressor(decoder);
  };
  {
    std::vector<std::jthread> threads;
    for (unsigned i = 0; i < std::max(1u, std::thread::hardware_concurrency()); ++i) {
      threads.emplace_back(work);
    }
  }
  return failed || !files.sync(to) ? 1 : 0;
}
