#include "manifest/pack.hpp"

#include "manifest/fields.hpp"

#include <cstring>
#include <stdexcept>
#include <type_traits>

namespace cudasetup::manifest {

namespace {

using Count = std::uint32_t;

template<typename T>
concept Plain = std::is_arithmetic_v<T> || std::is_enum_v<T>;

template<typename T>
concept Record = requires(T& record)
{
  fields(record);
};

class Packer {
public:
  template<Plain T> void put(const T& value) { m_bytes.append(reinterpret_cast<const char*>(&value), sizeof value); }
  void put(const std::string& text)
  {
    put(static_cast<Count>(text.size()));
    m_bytes += text;
  }
  void put(const base::Version& version) { put(version.text()); }
  void put(const base::Url& url) { put(url.text()); }
  void put(const base::Digest& digest) { put(digest.hex()); }
  void put(const Sources& sources)
  {
    const auto [known, is_new] = m_sources.try_emplace(sources.texts(), static_cast<Count>(m_sources.size()));
    put(known->second);
    if (is_new) {
      put(sources.texts());
    }
  }
  template<typename T> void put(const std::optional<T>& value)
  {
    put(value.has_value());
    if (value) {
      put(*value);
    }
  }
  template<typename T> void put(const std::vector<T>& values) { put_each(values); }
  template<typename Key, typename T> void put(const std::map<Key, T>& values) { put_each(values); }
  template<typename Key, typename T> void put(const std::pair<Key, T>& pair)
  {
    put(pair.first);
    put(pair.second);
  }
  template<Record T> void put(const T& record)
  {
    std::apply([this](const auto&... members) { (this->put(members.value), ...); }, fields(record));
  }

  std::string take() { return std::move(m_bytes); }

private:
  template<typename Values> void put_each(const Values& values)
  {
    put(static_cast<Count>(values.size()));
    for (const auto& value : values) {
      put(value);
    }
  }

  std::string m_bytes;
  std::map<std::vector<std::string>, Count> m_sources; ///< put so far, by their number
};

class Unpacker {
public:
  explicit Unpacker(std::string_view bytes) : m_left(bytes) {}

  template<Plain T> void get(T& value) { std::memcpy(&value, take(sizeof value).data(), sizeof value); }
  void get(std::string& text) { text = get_text(); }
  void get(base::Version& version) { get_parsed(version, base::Version::parse); }
  void get(base::Url& url) { get_parsed(url, base::Url::parse); }
  void get(base::Digest& digest)
  {
    const std::string_view hex = get_text();
    constexpr std::size_t k_sha256_digits = 64;
    keep(digest, hex.size() == k_sha256_digits ? base::Digest::sha256(hex) : base::Digest::md5(hex));
  }
  void get(Sources& sources)
  {
    const auto number = get_one<Count>();
    require(number <= m_sources.size());
    if (number == m_sources.size()) {
      m_sources.emplace_back(get_one<std::vector<std::string>>());
    }
    sources = m_sources[number];
  }
  template<typename T> void get(std::optional<T>& value)
  {
    if (get_one<bool>()) {
      value = get_one<T>();
    }
  }
  template<typename T> void get(std::vector<T>& values)
  {
    values.resize(get_count());
    for (T& value : values) {
      get(value);
    }
  }
  template<typename Key, typename T> void get(std::map<Key, T>& values)
  {
    for (Count left = get_count(); left > 0; --left) {
      get(values.emplace_hint(values.end(), get_one<Key>(), T{})->second);
    }
  }
  template<Record T> void get(T& record)
  {
    std::apply([this](const auto&... members) { (this->get(members.value), ...); }, fields(record));
  }

  void finish() const { require(m_left.empty()); }

private:
  static void require(bool holds)
  {
    if (!holds) {
      throw std::logic_error("the built-in manifest was packed by another program");
    }
  }

  std::string_view take(std::size_t size)
  {
    require(size <= m_left.size());
    const std::string_view taken = m_left.substr(0, size);
    m_left.remove_prefix(size);
    return taken;
  }

  template<typename T> T get_one()
  {
    T value{};
    get(value);
    return value;
  }

  /// Of elements that take a byte or more each.
  Count get_count()
  {
    const auto count = get_one<Count>();
    require(count <= m_left.size());
    return count;
  }

  std::string_view get_text() { return take(get_one<Count>()); }

  template<typename T> static void keep(T& value, std::optional<T> parsed)
  {
    require(parsed.has_value());
    value = *std::move(parsed);
  }

  template<typename T> void get_parsed(T& value, std::optional<T> (*parse)(std::string_view))
  {
    keep(value, parse(get_text()));
  }

  std::string_view m_left;
  std::vector<Sources> m_sources; ///< got so far
};

} // namespace

std::string pack(const Manifest& manifest)
{
  Packer packer;
  packer.put(manifest);
  return packer.take();
}

Manifest unpack(std::string_view bytes)
{
  Unpacker unpacker(bytes);
  Manifest manifest;
  unpacker.get(manifest);
  unpacker.finish();
  return manifest;
}

} // namespace cudasetup::manifest
