#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

namespace cudasetup::test {

/// A directory of its own for one test, removed at the end.
class TempDir {
public:
  TempDir()
  {
    std::string name = std::filesystem::temp_directory_path() / "cudasetup-test-XXXXXX";
    m_path = ::mkdtemp(name.data());
  }
  TempDir(const TempDir&) = delete;
  TempDir(TempDir&&) = delete;
  TempDir& operator=(const TempDir&) = delete;
  TempDir& operator=(TempDir&&) = delete;
  ~TempDir()
  {
    std::error_code ignored;
    std::filesystem::remove_all(m_path, ignored);
  }

  const std::string& path() const { return m_path; }
  void put(const std::string& name, const std::string& bytes) const
  {
    std::filesystem::create_directories(std::filesystem::path(m_path + name).parent_path());
    std::ofstream(m_path + name) << bytes;
  }
  void put_link(const std::string& name, const std::string& target) const
  {
    std::filesystem::create_directories(std::filesystem::path(m_path + name).parent_path());
    std::filesystem::create_symlink(target, m_path + name);
  }
  std::string get(const std::string& name) const
  {
    std::ifstream file(m_path + name);
    if (!file) {
      return "no such file";
    }
    std::stringstream bytes;
    bytes << file.rdbuf();
    return bytes.str();
  }
  bool exists(const std::string& name) const
  {
    return std::filesystem::exists(std::filesystem::symlink_status(m_path + name));
  }
  unsigned mode(const std::string& name) const
  {
    return static_cast<unsigned>(std::filesystem::symlink_status(m_path + name).permissions());
  }

private:
  std::string m_path;
};

} // namespace cudasetup::test
