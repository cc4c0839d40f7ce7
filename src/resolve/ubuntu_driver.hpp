#pragma once

#include "resolve/driver.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace cudasetup::resolve {

/// Ubuntu's own package of the branch, where it drives every GPU; nullopt where there is none, as far as is known.
std::optional<std::string>
ubuntu_package(const manifest::Manifest& manifest, const Target& target, const manifest::DriverBranch& branch);

/// How Ubuntu's own package gets on the machine: "sudo apt-get install nvidia-driver-470", and what to be careful of.
std::string ubuntu_way(const std::string& package, std::uint32_t branch);

/// "; Ubuntu's own nvidia-driver-470 does (...)": the newest branch that drives every GPU and is new enough, to be
/// named where NVIDIA's archive has none that will do; empty where Ubuntu has none either, as far as is known.
std::string ubuntu_advice(const DriverQuestion& question);

} // namespace cudasetup::resolve
