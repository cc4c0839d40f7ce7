#pragma once

#include "verify/checks.hpp"

#include <string>
#include <vector>

namespace cudasetup::verify {

/// What a tree's shared libraries need, followed as the loader does (ld.so(8)): RPATH, RUNPATH, the loader's cache, its
/// own directories; and what some of them load only at their first use.
struct LibraryLook {
  std::vector<std::string> cut; ///< files that end too early
  /// What LibTorch itself lacks: "libtorch_cuda.so needs libcufft.so.11".
  std::vector<std::string> missing;
  /// What others beside it lack, which LibTorch computes without: "libcufile_rdma.so.1 lacks libibverbs.so.1".
  std::vector<std::string> optional;
  /// Of the missing ones, those that are there where the loader does not look: the directories.
  std::vector<std::string> unlisted;
  std::vector<std::string> of_driver; ///< names that only a driver brings, where none is to be expected
  bool lacks_driver = false;          ///< one of those is missing though a driver's libraries ought to be here
  /// nvrtc's built-ins, where they are there under a name by which nvrtc does not find them; empty: they are not.
  std::string hidden_builtins;
  std::size_t libraries = 0; ///< of the tree
  std::size_t followed = 0;  ///< files in all
};

/// Looks at every library in @p directory (a LibTorch's `lib`).
LibraryLook look_at_libraries(const Context& context, const std::string& directory);

/// The check `libraries` of a LibTorch tree: failed where one is cut short, or one that LibTorch itself needs is not
/// found; passed, and said, where only optional ones lack something.
Check check_libraries(const Context& context, const std::string& tree);

} // namespace cudasetup::verify
