#pragma once

#include "matrix/rules.hpp"

#include <array>
#include <optional>
#include <vector>

namespace cudasetup::matrix {

/// Every release and every torch build of a manifest in one row each, with what does not depend on the machine.
/// Index 0 of both is "none".
struct Rows {
  struct Build {
    const manifest::TorchRelease* torch = nullptr;
    const manifest::TorchBuild* build = nullptr;
  };
  const manifest::Manifest* manifest = nullptr;
  std::vector<const manifest::CudaRelease*> releases;
  std::vector<Build> builds;
  std::vector<std::vector<char>> fits;         ///< [release][build]: may be put together on some machine
  std::vector<std::vector<std::size_t>> pairs; ///< [release]: the builds that the manifest pairs it with, in its order

  std::size_t index_of(const manifest::CudaRelease* release) const;
  std::size_t index_of(const manifest::TorchBuild* build) const;
};
Rows rows_of(const manifest::Manifest& manifest);

/// Every combination that a machine allows, by brute force: each release with each build, over the methods that the
/// request leaves open.
class Possible {
public:
  /// Everything of @p request counts but which CUDA and torch it names. @p rows and @p machine must outlive this.
  Possible(const Rows& rows, const Machine& machine, const resolve::Request& request);

  bool works(std::size_t release, std::size_t build) const { return m_works[release][build] != 0; }
  bool works(std::size_t release, const std::vector<std::size_t>& builds) const;
  /// Whether it works with this method; a release alone has one. Without a release, network stands for the driver's.
  bool works(std::size_t release, std::size_t build, resolve::Method method) const;
  bool works(std::size_t release, const std::vector<std::size_t>& builds, resolve::Method method) const;
  /// Whether any toolkit or torch for GPUs can be had.
  bool has_anything() const;
  /// Whether the loaded driver is enough for the release and drives every card.
  bool loaded_runs(std::size_t release) const { return m_releases[release].loaded_runs; }
  bool has_targets(std::size_t release) const { return m_releases[release].targets; }
  bool comes_by_apt(std::size_t release) const { return m_releases[release].by_apt; }

  const Rows& rows() const { return m_rows; }
  const Machine& machine() const { return m_machine; }

private:
  /// What a method brings of a release.
  struct Way {
    bool serves = false;
    bool any_driver = false;             ///< whatever driver the rest asks for
    std::optional<base::Version> newest; ///< driver that can be had or is there
  };
  /// What a release has on this machine.
  struct Release {
    bool serves = false;  ///< as far as cards and headers go
    bool targets = false; ///< nvcc has one for every card, or a later one
    bool by_apt = false;
    bool loaded_runs = false;
    std::array<Way, 3> ways; ///< network, local, runfile
  };
  Release look_at(const manifest::CudaRelease* release, const resolve::Request& request) const;
  void look_at_drivers(const resolve::Request& request,
                       const manifest::CudaRelease* release,
                       resolve::Method method,
                       Way& way) const;
  bool serves(const Rows::Build& row, const resolve::Request& request) const;

  const Rows& m_rows;
  const Machine& m_machine;
  bool m_loaded_drives = false;
  bool m_some_driver_drives = false;
  std::optional<base::Version> m_newest_of_ubuntu;  ///< the same of Ubuntu's own
  std::optional<base::Version> m_newest_of_archive; ///< that drives all cards and is what the request names
  std::vector<Release> m_releases;
  std::vector<std::vector<char>> m_works; ///< one bit a method
};

/// What a request names, as rows.
struct Asked {
  std::vector<std::size_t> releases;
  std::vector<std::size_t> builds;
};
std::vector<std::size_t> releases_asked(const Rows& rows, const resolve::CudaRequest& request);
std::vector<std::size_t> builds_asked(const Rows& rows, const resolve::TorchRequest& request);

/// "CUDA 11.8.0 with torch 2.1.2+cu118"
std::string name_of(const Rows& rows, std::size_t release, std::size_t build);

} // namespace cudasetup::matrix
