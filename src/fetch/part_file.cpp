#include "fetch/part_file.hpp"

#include "base/text.hpp"

#include <algorithm>

namespace cudasetup::fetch {

namespace {

constexpr std::string_view k_first_line = "cudasetup part 1";
constexpr std::uint64_t k_read_back = 4u * 1024 * 1024;

} // namespace

PartNames part_names(const std::string& to)
{
  return {to + ".part", to + ".part.from"};
}

PartFile::PartFile(effects::Files& files,
                   effects::Interrupts& interrupts,
                   std::string to,
                   base::Url url,
                   std::optional<base::Digest> known)
    : m_files(files), m_interrupts(interrupts), m_to(std::move(to)), m_part(part_names(m_to).part),
      m_note(part_names(m_to).note), m_url(std::move(url)), m_known(std::move(known)), m_digests(m_known)
{
}

/// Of "TOTAL SPANS…", if that can be so of a file of that length.
std::optional<Spans> PartFile::noted_spans(std::string_view line, std::uint64_t file_bytes)
{
  const std::size_t space = line.find(' ');
  m_total = base::parse_number(line.substr(0, space));
  auto spans = Spans::parse(space == std::string_view::npos ? "" : line.substr(space + 1));
  const bool fits =
      m_total && spans &&
      (spans->all().empty() || (spans->all().back().to <= file_bytes && spans->all().back().to <= *m_total));
  return fits ? spans : std::nullopt;
}

base::Result<void> PartFile::take_up(std::optional<std::uint64_t> most)
{
  const auto status = m_files.status(m_part, effects::FollowLinks::no);
  const std::string note = m_files.read(m_note).value_or("");
  const auto lines = base::lines(note);
  const bool is_of_this =
      (lines.size() == 3 || lines.size() == 4) && lines[0] == k_first_line && lines[1] == m_url.text();
  const bool can_be_checked = is_of_this && (!lines[2].empty() || m_known);
  if (!status || status->type != effects::FileType::regular || !can_be_checked || (most && status->bytes > *most)) {
    return drop();
  }
  m_spans_are_noted = lines.size() == 4;
  if (m_spans_are_noted) {
    const auto spans = noted_spans(lines[3], status->bytes);
    if (!spans || (most && m_total != *most)) {
      return drop();
    }
    m_here = *spans;
  } else {
    m_here.add({0, status->bytes});
  }
  m_recorded = m_here.bytes();
  m_validator = lines[2];
  m_begun = true;
  return {};
}

base::Result<void> PartFile::write_note(const std::string& spans)
{
  return m_files.write(
      m_note, std::string(k_first_line) + "\n" + m_url.text() + "\n" + m_validator + "\n" + spans, 0600);
}

base::Result<void> PartFile::begin(const std::string& validator, std::optional<std::uint64_t> total)
{
  CUDASETUP_TRY(drop());
  m_validator = validator;
  m_total = total;
  CUDASETUP_TRY(write_note(""));
  CUDASETUP_TRY_ASSIGN(m_writer, m_files.open(m_part, effects::OpenMode::truncate, 0644));
  m_begun = true;
  return {};
}

base::Result<void> PartFile::go_on()
{
  if (!m_writer) {
    CUDASETUP_TRY_ASSIGN(m_writer, m_files.open(m_part, effects::OpenMode::keep, 0644));
  }
  return {};
}

base::Result<void> PartFile::record()
{
  if (!m_spans_are_noted || m_recorded == m_here.bytes()) {
    return {};
  }
  // A power failure may take bytes that were not flushed. A known digest would notice that; nothing else does.
  if (!m_known && m_writer) {
    CUDASETUP_TRY(m_writer->flush());
  }
  CUDASETUP_TRY(write_note(std::to_string(m_total.value_or(0)) + " " + m_here.text() + "\n"));
  m_recorded = m_here.bytes();
  return {};
}

base::Result<void> PartFile::write_at(std::uint64_t offset, std::string_view bytes)
{
  if (!m_spans_are_noted && offset > m_here.from_the_start()) {
    // Before the file has its first gap: from then on its length tells nothing.
    m_spans_are_noted = true;
    m_recorded = m_here.bytes() + 1;
    CUDASETUP_TRY(record());
  }
  CUDASETUP_TRY(m_writer->write_at(offset, bytes));
  if (offset == m_hashed) {
    m_digests.update(bytes);
    m_hashed += bytes.size();
  }
  m_here.add({offset, offset + bytes.size()});
  return {};
}

base::Result<bool> PartFile::catch_up(std::uint64_t most)
{
  const std::uint64_t end = m_here.from_the_start();
  while (m_hashed < end && most > 0) {
    if (m_interrupts.count() > 0) {
      return base::fail(base::ErrorKind::interrupted, "interrupted while reading " + m_part);
    }
    const std::uint64_t count = std::min({k_read_back, most, end - m_hashed});
    CUDASETUP_TRY_ASSIGN(const std::string piece, m_files.read_range(m_part, m_hashed, count));
    if (piece.empty()) {
      return base::fail(base::ErrorKind::refused, m_part + " became shorter while it was read");
    }
    m_digests.update(piece);
    m_hashed += piece.size();
    most -= piece.size();
  }
  return m_hashed < end;
}

base::Result<void> PartFile::pause()
{
  if (const auto writer = std::move(m_writer)) {
    CUDASETUP_TRY(writer->close());
    return record();
  }
  return {};
}

base::Result<void> PartFile::drop()
{
  m_writer.reset();
  ++m_edition;
  m_begun = false;
  m_here = {};
  m_total.reset();
  m_spans_are_noted = false;
  m_recorded = 0;
  m_validator.clear();
  m_digests = StreamDigests(m_known);
  m_hashed = 0;
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
