#pragma once

#include "manifest/layer.hpp"

#include <string>
#include <string_view>
#include <vector>

/// The rules of lint, a kind of record each. Only the lint includes this.
namespace cudasetup::manifest {

/// A record while it is looked at.
struct Subject {
  const Place& place;
  const Manifest& manifest; ///< the record among all others
  std::vector<json::Problem>& problems;

  void report(const std::string& pointer, std::string text) const;
  void want(bool right, const std::string& pointer, const std::string& text) const;
  /// At least one source, and no address in them without https.
  void want_sources(const std::string& pointer, const std::vector<std::string>& sources) const;
  /// Sources of a file: where it was seen, or by which rule it was derived.
  void want_sources(const std::string& pointer, const RemoteFile& file) const;
  /// The file's name must have @p part, which says its @p what.
  void
  want_part(const std::string& pointer, const RemoteFile& file, std::string_view part, std::string_view what) const;
};

void lint_record(const Subject& subject, const CudaRelease& release);
void lint_record(const Subject& subject, const Pair& pair);
void lint_record(const Subject& subject, const TorchRelease& release);
void lint_record(const Subject& subject, const UbuntuRelease& release);
void lint_record(const Subject& subject, const SigningKey& key);
void lint_record(const Subject& subject, const Gpu& gpu);
void lint_record(const Subject& subject, const DriverBranch& branch);

/// What a platform's name says of CUDA, as a number that grows with it: cu92 is 92, cu110 is 110, cpu is 0.
std::uint32_t platform_number(std::string_view platform);

} // namespace cudasetup::manifest
