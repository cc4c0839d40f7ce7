#pragma once

#include "resolve/resolution.hpp"
#include "json/value.hpp"

#include <string>
#include <vector>

namespace cudasetup::report {

/// The command line around what is offered instead: the options that say which machine it is for and how it is done.
struct NextCommands {
  std::vector<std::string> instead = {"cudasetup", "install"};
  std::vector<std::string> instead_more; ///< after the arguments of the alternative
  std::vector<std::string> list_more;    ///< of `cudasetup list KIND`
  std::vector<std::string> plan_more;    ///< of `cudasetup plan --os X`
  std::vector<std::string> ask = {"cudasetup", "why-not"};
  std::vector<std::string> ask_more = {}; ///< after what is asked for
};

/// A refusal as people read it: every reason with its source, and what can be had instead with its command.
std::string text_of(const resolve::Refusal& refusal, const NextCommands& next = {});

/// The reasons of a refusal in cudasetup.refusal/1 and wherever else constraints are told.
json::Array constraints_json(const std::vector<resolve::Constraint>& constraints);

/// cudasetup.refusal/1.
json::Value to_json(const resolve::Refusal& refusal, const NextCommands& next = {});

} // namespace cudasetup::report
