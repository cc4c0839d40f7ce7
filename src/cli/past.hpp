#pragma once

#include "journal/transaction.hpp"

#include <optional>
#include <string>
#include <string_view>

/// What was done, in words.
namespace cudasetup::cli {

std::string_view outcome_of(const std::optional<journal::Outcome>& outcome);

/// What is to be known of the reboot that it needs; empty where it needs none.
std::string reboot_of(const journal::Transaction& transaction);

/// "install --cuda 11.1", "undo of 0001"
std::string words_of(const journal::Transaction& transaction);

} // namespace cudasetup::cli
