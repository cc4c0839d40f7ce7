#pragma once

#include "effects/files.hpp"

#include <functional>
#include <memory>
#include <string>
#include <utility>

namespace cudasetup::test {

/// A view of bytes in memory.
class FakeView : public effects::FileView {
public:
  explicit FakeView(std::string bytes) : m_bytes(std::move(bytes)) {}
  std::span<const char> bytes() const override { return m_bytes; }

private:
  std::string m_bytes;
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
