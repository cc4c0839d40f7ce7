#pragma once

#include <initializer_list>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace cudasetup::manifest {

/// Where a record is known from: addresses and rules, as in the file. Most records share their list with many others,
/// so a copy is the same list and never changes; it is read as the vector that it stands for.
class Sources {
public:
  Sources() = default;
  Sources(std::vector<std::string> texts) : m_texts(std::make_shared<const std::vector<std::string>>(std::move(texts)))
  {
  }
  Sources(std::initializer_list<std::string> texts) : Sources(std::vector<std::string>(texts)) {}

  const std::vector<std::string>& texts() const
  {
    static const std::vector<std::string> k_none;
    return m_texts ? *m_texts : k_none;
  }
  operator const std::vector<std::string>&() const { return texts(); }
  bool empty() const { return texts().empty(); }
  std::size_t size() const { return texts().size(); }
  auto begin() const { return texts().begin(); }
  auto end() const { return texts().end(); }
  const std::string& front() const { return texts().front(); }

  bool operator==(const Sources& other) const { return texts() == other.texts(); }

private:
  std::shared_ptr<const std::vector<std::string>> m_texts;
};

} // namespace cudasetup::manifest
