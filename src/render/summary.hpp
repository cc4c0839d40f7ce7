#pragma once

#include "plan/plan.hpp"

#include <map>
#include <string>
#include <vector>

/// The same words for every form that people read. Only src/render/ includes this.
namespace cudasetup::render {

/// A name and what there is to say of it.
struct Row {
  std::string name;
  std::string text;
};

/// What was found on the machine, as far as it matters for a choice; GPUs with the names that @p gpu_names has for
/// their PCI ids.
std::vector<Row> found_rows(const host::HostFacts& facts, const std::map<std::string, std::string>& gpu_names);
/// What was chosen.
std::vector<Row> chosen_rows(const plan::Plan& plan);
/// Download, disk and reboot; unknown is said so.
std::vector<Row> cost_rows(const plan::Plan& plan);

/// "  name   text" for each, with names as wide as the widest.
std::vector<std::string> aligned(const std::vector<Row>& rows);
/// @p text broken between words into lines of at most @p width characters; longer words stay whole.
std::vector<std::string> wrapped(const std::string& text, std::size_t width);

} // namespace cudasetup::render
