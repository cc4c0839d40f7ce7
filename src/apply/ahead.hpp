#pragma once

#include "apply/actions.hpp"
#include "apply/space.hpp"
#include "fetch/zip_on_its_way.hpp"

#include <memory>
#include <vector>

namespace cudasetup::apply {

/// The download and unpacking of a plan's zip, which go on while apt and dpkg work. Its steps wait for it when their
/// turn comes, and tell what became of it; what is not done when this object goes is ended: the download's part stays,
/// what was unpacked goes.
class Ahead {
public:
  /// Begins the download, and has @p bench know it. nullptr where the plan has no such zip, the user wants no more than
  /// one connection, or where what it should come to is in a list that is still to be fetched.
  static std::unique_ptr<Ahead> begin(Workbench& bench, const plan::Plan& plan);
  Ahead(const Ahead&) = delete;
  Ahead(Ahead&&) = delete;
  Ahead& operator=(const Ahead&) = delete;
  Ahead& operator=(Ahead&&) = delete;
  ~Ahead();

  /// Where the zip comes to lie.
  const std::string& zip() const { return m_unpack.zip; }
  /// What room it takes. Waits until that is known, which shows also that the zip can be had. Errors: as of
  /// fetch::ZipOnItsWay::size.
  base::Result<std::vector<Need>> needs();
  /// @p plan with the size of the zip, once `needs` has found it.
  plan::Plan with_size(plan::Plan plan) const;
  /// Begins to unpack. What was at its place must be on record by then.
  void unpack();

private:
  Ahead(Workbench& bench, fetch::DownloadRequest request, const plan::Unpack& unpack);

  Workbench& m_bench;
  const plan::Unpack& m_unpack;
  effects::NetworkLimits m_limits; ///< of the user
  std::uint64_t m_bytes = 0;
  std::unique_ptr<fetch::ZipOnItsWay> m_zip;
};

} // namespace cudasetup::apply
