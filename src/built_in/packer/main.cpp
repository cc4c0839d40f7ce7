// packer OUTPUT DIRECTORY FILES...: reads the manifests FILES below DIRECTORY and writes them packed. Run by the build;
// where a file has a fault, every fault of every file is printed and the build fails.

#include "manifest/load.hpp"
#include "manifest/pack.hpp"

#include <deque>
#include <fstream>
#include <iostream>
#include <iterator>

int main(int argc, char** argv)
{
  using namespace cudasetup;
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  if (arguments.size() < 3) {
    std::cerr << "usage: packer OUTPUT DIRECTORY FILES...\n";
    return 3;
  }
  std::deque<std::string> texts;
  std::vector<manifest::Source> sources;
  for (std::size_t i = 2; i < arguments.size(); ++i) {
    std::ifstream file(arguments[1] + "/" + arguments[i], std::ios::binary);
    if (!file) {
      std::cerr << arguments[1] << "/" << arguments[i] << ": cannot be read\n";
      return 1;
    }
    texts.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
    sources.push_back({"manifests/" + arguments[i], texts.back()});
  }
  std::vector<json::Problem> problems;
  const manifest::Manifest loaded = manifest::load({}, sources, problems);
  for (const json::Problem& problem : problems) {
    std::cerr << json::to_text(problem) << "\n";
  }
  if (!problems.empty()) {
    return 1;
  }
  std::ofstream output(arguments[0], std::ios::binary);
  if (!(output << manifest::pack(loaded)).flush()) {
    std::cerr << arguments[0] << ": cannot be written\n";
    return 1;
  }
  return 0;
}
