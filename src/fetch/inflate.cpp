#include "fetch/inflate.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <new>

#include <libdeflate.h>

namespace cudasetup::fetch {

struct Inflater::State {
  libdeflate_decompressor* decompressor = libdeflate_alloc_decompressor();

  State()
  {
    if (decompressor == nullptr) {
      throw std::bad_alloc();
    }
  }
  State(const State&) = delete;
  State(State&&) = delete;
  State& operator=(const State&) = delete;
  State& operator=(State&&) = delete;
  ~State() { libdeflate_free_decompressor(decompressor); }
};

namespace {

tl::unexpected<base::Error> refuse(const ZipEntry& entry, const std::string& why)
{
  return base::fail(base::ErrorKind::untrusted, "the entry \"" + base::printable(entry.name) + "\" " + why);
}

} // namespace

Inflater::Inflater() : m_state(std::make_unique<State>()) {}

Inflater::~Inflater() = default;

base::Result<void> Inflater::unpack(std::span<const char> zip, const ZipEntry& entry, std::span<char> out)
{
  const std::span<const char> packed = zip.subspan(entry.data_offset, entry.packed_bytes);
  if (entry.method == ZipMethod::stored) {
    std::copy(packed.begin(), packed.end(), out.begin());
  } else {
    std::size_t used = 0;
    std::size_t made = 0;
    // libdeflate takes no null pointer for an empty buffer.
    char nothing = '\0';
    char* to = out.empty() ? &nothing : out.data();
    const auto end = libdeflate_deflate_decompress_ex(
        m_state->decompressor, packed.data(), packed.size(), to, out.size(), &used, &made);
    if (end == LIBDEFLATE_INSUFFICIENT_SPACE || (end == LIBDEFLATE_SUCCESS && made != out.size())) {
      return refuse(entry, "lies about its size");
    }
    if (end != LIBDEFLATE_SUCCESS || used != packed.size()) {
      return refuse(entry, "is damaged");
    }
  }
  // libdeflate takes a null pointer for the initial value alone.
  const std::uint32_t sum = out.empty() ? 0 : libdeflate_crc32(0, out.data(), out.size());
  if (sum != entry.crc32) {
    return refuse(entry, "is damaged: its check sum is wrong");
  }
  return {};
}

} // namespace cudasetup::fetch
