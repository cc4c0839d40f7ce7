#include "fetch/file_digests.hpp"

#include <algorithm>

namespace cudasetup::fetch {

using base::DigestKind;

namespace {

constexpr std::uint64_t k_piece = 4u * 1024 * 1024;

} // namespace

StreamDigests::StreamDigests(const std::optional<base::Digest>& known) : m_sha256(DigestKind::sha256)
{
  if (known && known->kind() == DigestKind::md5) {
    m_md5.emplace(DigestKind::md5);
  }
}

void StreamDigests::update(std::string_view bytes)
{
  m_sha256.update(bytes);
  if (m_md5) {
    m_md5->update(bytes);
  }
}

StreamDigests::Sums StreamDigests::finish()
{
  const base::Digest sha256 = m_sha256.finish();
  return {sha256, m_md5 ? m_md5->finish() : sha256};
}

base::Result<void> add_file(effects::Files& files,
                            effects::Interrupts& interrupts,
                            const std::string& path,
                            std::uint64_t bytes,
                            StreamDigests& digests)
{
  for (std::uint64_t offset = 0; offset < bytes;) {
    if (interrupts.count() > 0) {
      return base::fail(base::ErrorKind::interrupted, "interrupted while reading " + path);
    }
    CUDASETUP_TRY_ASSIGN(const std::string piece, files.read_range(path, offset, std::min(k_piece, bytes - offset)));
    if (piece.empty()) {
      return base::fail(base::ErrorKind::refused, path + " became shorter while it was read");
    }
    digests.update(piece);
    offset += piece.size();
  }
  return {};
}

} // namespace cudasetup::fetch
