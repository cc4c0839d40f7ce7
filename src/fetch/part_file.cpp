#include "fetch/part_file.hpp"

#include "base/text.hpp"

namespace cudasetup::fetch {

namespace {

constexpr std::string_view k_first_line = "cudasetup part 1";

} // namespace

PartFile::PartFile(effects::Files& files,
                   effects::Interrupts& interrupts,
                   std::string to,
                   base::Url url,
                   std::optional<base::Digest> known)
    : m_files(files), m_interrupts(interrupts), m_to(std::move(to)), m_part(m_to + ".part"),
      m_note(m_to + ".part.from"), m_url(std::move(url)), m_known(std::move(known)), m_digests(m_known)
{
}

base::Result<void> PartFile::take_up(std::optional<std::uint64_t> most)
{
  const auto status = m_files.status(m_part, effects::FollowLinks::no);
  const std::string note = m_files.read(m_note).value_or("");
  const auto lines = base::lines(note);
  const bool is_of_this = lines.size() == 3 && lines[0] == k_first_line && lines[1] == m_url.text();
  const bool can_be_checked = is_of_this && (!lines[2].empty() || m_known);
  if (!status || status->type != effects::FileType::regular || !can_be_checked || (most && status->bytes > *most)) {
    return drop();
  }
  m_validator = lines[2];
  m_bytes = status->bytes;
  return add_file(m_files, m_interrupts, m_part, m_bytes, m_digests);
}

base::Result<void> PartFile::begin(const std::string& validator)
{
  CUDASETUP_TRY(drop());
  m_validator = validator;
  const std::string note = std::string(k_first_line) + "\n" + m_url.text() + "\n" + validator + "\n";
  CUDASETUP_TRY(m_files.write(m_note, note, 0600));
  CUDASETUP_TRY_ASSIGN(m_writer, m_files.open(m_part, effects::OpenMode::truncate, 0644));
  return {};
}

base::Result<void> PartFile::go_on()
{
  CUDASETUP_TRY_ASSIGN(m_writer, m_files.open(m_part, effects::OpenMode::append, 0644));
  return {};
}

base::Result<void> PartFile::write(std::string_view bytes)
{
  CUDASETUP_TRY(m_writer->write(bytes));
  m_digests.update(bytes);
  m_bytes += bytes.size();
  return {};
}

base::Result<void> PartFile::pause()
{
  if (const auto writer = std::move(m_writer)) {
    return writer->close();
  }
  return {};
}

base::Result<void> PartFile::drop()
{
  m_writer.reset();
  m_bytes = 0;
  m_validator.clear();
  m_digests = StreamDigests(m_known);
  CUDASETUP_TRY(m_files.remove(m_part));
  return m_files.remove(m_note);
}

base::Result<void> PartFile::publish()
{
  CUDASETUP_TRY(pause());
  CUDASETUP_TRY(m_files.rename(m_part, m_to));
  return m_files.remove(m_note);
}

} // namespace cudasetup::fetch
