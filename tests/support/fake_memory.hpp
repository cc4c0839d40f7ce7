#pragma once

#include "effects/files.hpp"

#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

namespace cudasetup::test {

/// A view of a file in memory, which shows what is written into it after it was made.
class FakeView : public effects::FileView {
public:
  /// @p name: of the file, as long as it has one.
  FakeView(effects::Files& files, std::shared_ptr<const std::string> name) : m_files(files), m_name(std::move(name))
  {
    refresh();
  }
  std::span<const char> bytes() const override
  {
    refresh();
    const std::lock_guard guard(m_mutex);
    return m_seen.back();
  }
  /// Takes in what the file holds now. What was shown before stays valid.
  void refresh() const
  {
    auto bytes = m_files.read_range(*m_name, 0, std::string::npos);
    const std::lock_guard guard(m_mutex);
    if (bytes && (m_seen.empty() || *bytes != m_seen.back())) {
      m_seen.push_back(*std::move(bytes));
    }
  }

private:
  effects::Files& m_files;
  std::shared_ptr<const std::string> m_name;
  mutable std::mutex m_mutex;
  mutable std::list<std::string> m_seen;
};

/// A writer that hands on what it gets.
class FakeWriter : public effects::FileWriter {
public:
  using Take = std::function<base::Result<void>(std::uint64_t offset, std::span<const char>)>;
  FakeWriter(Take take, std::function<base::Result<void>()> close) : m_take(std::move(take)), m_close(std::move(close))
  {
  }
  base::Result<void> write_at(std::uint64_t offset, std::span<const char> bytes) override
  {
    return m_take(offset, bytes);
  }
  base::Result<void> flush() override { return {}; }
  base::Result<void> close() override { return m_close(); }

private:
  Take m_take;
  std::function<base::Result<void>()> m_close;
};

/// A file of known length that reaches its writer at `close`.
class FakeSizedFile : public effects::SizedFile {
public:
  FakeSizedFile(std::unique_ptr<effects::FileWriter> writer, std::uint64_t bytes)
      : m_writer(std::move(writer)), m_bytes(bytes, '\0')
  {
  }
  std::span<char> bytes() override { return m_bytes; }
  base::Result<void> close() override
  {
    CUDASETUP_TRY(m_writer->write_at(0, m_bytes));
    return m_writer->close();
  }

private:
  std::unique_ptr<effects::FileWriter> m_writer;
  std::string m_bytes;
};

} // namespace cudasetup::test
