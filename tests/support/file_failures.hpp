#pragma once

#include "base/error.hpp"

#include <map>
#include <string>
#include <utility>

namespace cudasetup::test {

/// What can be made to fail with FakeFiles::fail.
enum class FileOperation {
  read_range,
  write,
  append,
  open,
  stream, ///< FileWriter::write_at
  close,  ///< FileWriter::close
  make_directories,
  make_link,
  rename,
  set_mode,
  remove,
  lock,
};

/// Which operations on which paths fail, and how.
class FileFailures {
public:
  void add(FileOperation operation, const std::string& path, base::Error error)
  {
    m_errors.insert_or_assign({operation, path}, std::move(error));
  }
  void remove(FileOperation operation, const std::string& path) { m_errors.erase({operation, path}); }
  /// The error, or nullptr when the operation works.
  const base::Error* find(FileOperation operation, const std::string& path) const
  {
    const auto found = m_errors.find({operation, path});
    return found == m_errors.end() ? nullptr : &found->second;
  }

private:
  std::map<std::pair<FileOperation, std::string>, base::Error> m_errors;
};

} // namespace cudasetup::test
