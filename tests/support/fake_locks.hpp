#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <utility>

namespace cudasetup::test {

/// Advisory locks by path, as several processes see them.
class FakeLocks {
public:
  /// Another process holds this lock until `release`.
  void hold(const std::string& path)
  {
    const std::lock_guard guard(m_lock_mutex);
    m_held.insert(path);
  }
  void release(const std::string& path)
  {
    const std::lock_guard guard(m_lock_mutex);
    m_held.erase(path);
  }

  /// Another process has a record lock there, for the next @p looks at it.
  void own(const std::string& path, int process, int looks)
  {
    const std::lock_guard guard(m_lock_mutex);
    m_owners[path] = {process, looks};
  }

protected:
  std::optional<int> owner_of(const std::string& path)
  {
    const std::lock_guard guard(m_lock_mutex);
    const auto owner = m_owners.find(path);
    if (owner == m_owners.end() || owner->second.second == 0) {
      return std::nullopt;
    }
    --owner->second.second;
    return owner->second.first;
  }

  /// The lock for as long as the result lives; nullptr while someone holds it, we or another process.
  std::shared_ptr<void> take_lock(const std::string& path)
  {
    const std::lock_guard guard(m_lock_mutex);
    auto& current = m_locks[path];
    if (m_held.contains(path) || !current.expired()) {
      return nullptr;
    }
    auto taken = std::make_shared<int>(0);
    current = taken;
    return taken;
  }

private:
  std::mutex m_lock_mutex;
  std::set<std::string> m_held;
  std::map<std::string, std::pair<int, int>> m_owners;
  std::map<std::string, std::weak_ptr<void>> m_locks;
};

} // namespace cudasetup::test
