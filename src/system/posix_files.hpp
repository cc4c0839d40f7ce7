#pragma once

#include "effects/files.hpp"
#include "system/tree_walk.hpp"

#include <string>

namespace cudasetup::system {

/// The files of this machine, or of the tree below @p root, whose links are followed inside it: nothing outside can be
/// read or changed through it. Safe to use from several threads.
class PosixFiles : public effects::Files {
public:
  /// @p root: an absolute folder, "/" for the machine itself; looked up anew at each call.
  explicit PosixFiles(std::string root);

  std::optional<std::string> read(const std::string& path) override;
  base::Result<std::string> read_range(const std::string& path, std::uint64_t offset, std::size_t count) override;
  std::optional<effects::FileStatus> status(const std::string& path, effects::FollowLinks follow) override;
  std::optional<std::string> link_target(const std::string& path) override;
  std::optional<std::string> resolve(const std::string& path) override;
  std::vector<std::string> list(const std::string& path) override;
  std::optional<effects::Space> space(const std::string& path) override;
  base::Result<std::unique_ptr<effects::FileView>> view(const std::string& path) override;

  base::Result<void> write(const std::string& path, std::string_view bytes, unsigned mode) override;
  base::Result<void> append(const std::string& path, std::string_view bytes, unsigned mode) override;
  base::Result<std::unique_ptr<effects::FileWriter>>
  open(const std::string& path, effects::OpenMode open_mode, unsigned mode) override;
  base::Result<std::unique_ptr<effects::SizedFile>>
  create_sized(const std::string& path, std::uint64_t bytes, unsigned mode) override;
  base::Result<void> sync(const std::string& path) override;
  base::Result<void> make_directories(const std::string& path, unsigned mode) override;
  base::Result<void> make_link(const std::string& path, const std::string& target) override;
  base::Result<void> rename(const std::string& from, const std::string& to) override;
  base::Result<void> set_mode(const std::string& path, unsigned mode) override;
  base::Result<void> remove(const std::string& path) override;
  base::Result<std::shared_ptr<void>> lock(const std::string& path) override;
  std::optional<int> lock_owner(const std::string& path) override;

private:
  /// The place of @p path, or the Error of what @p verb could not do there.
  base::Result<Place> locate(const std::string& verb, const std::string& path, effects::FollowLinks follow) const;
  /// Opens what @p path finally points to, for reading, if it is a regular file; errno otherwise.
  int open_regular(const std::string& path, Fd& file) const;
  /// The path as this machine knows it, for messages.
  std::string shown(const std::string& path) const;
  base::Error failure(int number, const std::string& verb, const std::string& path) const;

  TreeWalk m_walk;
};

} // namespace cudasetup::system
