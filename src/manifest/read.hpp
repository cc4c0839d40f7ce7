#pragma once

#include "manifest/names.hpp"
#include "manifest/types.hpp"
#include "json/reader.hpp"

/// From JSON to the records of types.hpp. Every fault becomes a Problem of the Reader; what is returned then has
/// harmless defaults in its place.
namespace cudasetup::manifest {

CudaRelease read_cuda(json::Reader& reader);
Pair read_pair(json::Reader& reader);
UbuntuRelease read_ubuntu(json::Reader& reader);
SigningKey read_key(json::Reader& reader);
Gpu read_gpu(json::Reader& reader);
DriverBranch read_driver(json::Reader& reader);
TorchRelease read_torch(json::Reader& reader);

/// Pieces of records.
std::string read_text(json::Reader& reader, std::string_view name, const TextKind& kind);
std::optional<std::string> read_optional_text(json::Reader& reader, std::string_view name, const TextKind& kind);
std::vector<std::string> read_texts(json::Reader& reader, std::string_view name, const TextKind& kind);
base::Version read_version(json::Reader& reader, std::string_view name);
std::optional<base::Version> read_optional_version(json::Reader& reader, std::string_view name);
std::optional<base::ComputeCapability> read_optional_capability(json::Reader& reader, std::string_view name);
std::vector<base::ComputeCapability> read_capabilities(json::Reader& reader, std::string_view name);
std::optional<std::uint32_t> read_optional_number(json::Reader& reader, std::string_view name);
/// An object with the members least (0: none is known) and most.
std::optional<CudaRelease::GccRange> read_gcc_range(json::Reader& reader, std::string_view name);
/// https only; nothing in it that a shell or a log would take for something else.
base::Url read_url(json::Reader& reader, std::string_view name);
std::optional<base::Url> read_optional_url(json::Reader& reader, std::string_view name);
base::Arch read_arch(json::Reader& reader, std::string_view name);
Evidence read_evidence(json::Reader& reader, std::string_view name);
Sources read_sources(json::Reader& reader);
/// The members url, sha256, md5, bytes, evidence and sources of @p reader.
RemoteFile read_file(json::Reader& reader);

} // namespace cudasetup::manifest
