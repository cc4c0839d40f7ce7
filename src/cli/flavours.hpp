#pragma once

#include "resolve/request.hpp"

#include <array>
#include <string_view>
#include <utility>

namespace cudasetup::cli {

/// The words of --flavour.
inline constexpr std::array k_flavours = {
    std::pair{std::string_view("auto"), resolve::DriverPackages::automatic},
    std::pair{std::string_view("desktop"), resolve::DriverPackages::desktop},
    std::pair{std::string_view("headless"), resolve::DriverPackages::headless},
    std::pair{std::string_view("server"), resolve::DriverPackages::server},
};

} // namespace cudasetup::cli
