#pragma once

#include "host/apt_sources.hpp"
#include "support/sample_plan.hpp"

namespace cudasetup::test {

/// Changes facts as if the plan's steps had been done: what a probe would find afterwards.
class Pretender {
public:
  explicit Pretender(Sample& sample) : m_sample(sample), m_facts(sample.facts) {}

  void run(const plan::Plan& plan)
  {
    for (const plan::Step& step : plan.steps) {
      for (const plan::Action& action : step.actions) {
        std::visit(*this, action);
      }
    }
  }

  void operator()(const plan::Download& download)
  {
    if (download.to.starts_with("/etc/")) {
      m_facts.files[download.to] = "what was fetched";
    }
  }
  void operator()(const plan::WriteFile& file)
  {
    m_facts.files[file.path] = file.content;
    if (file.path.ends_with(".list")) {
      for (host::AptSource& source : host::parse_one_line_sources(file.content, file.path)) {
        m_facts.nvidia_sources.push_back(std::move(source));
      }
    }
  }
  void operator()(const plan::MakeDirectory&) {}
  void operator()(const plan::Unpack& unpack)
  {
    m_facts.libtorch.push_back({unpack.to, m_sample.resolution.torch->text()});
  }
  void operator()(const plan::Link& link)
  {
    m_facts.current_libtorch =
        link.target.starts_with('/') ? link.target : link.path.substr(0, link.path.rfind('/') + 1) + link.target;
  }
  void operator()(const plan::CopyMatch& copy)
  {
    const std::string to = copy.to.ends_with('/') ? copy.to + copy.pattern : copy.to;
    if (to.starts_with("/etc/")) {
      m_facts.files[to] = "what the package holds";
    } else {
      m_facts.nvidia_keyrings.push_back(to);
    }
  }
  void operator()(const plan::Remove& remove)
  {
    for (const std::string& path : remove.paths) {
      m_facts.files.erase(path);
    }
  }
  void operator()(const plan::RemoveEmpty&) {}
  void operator()(const plan::Run& run)
  {
    const std::vector<std::string>& argv = run.command.argv;
    if (argv[0] == "apt-get" && argv[1] == "install") {
      install(argv);
    } else if (argv[0] == "apt-mark") {
      for (const std::string& name : std::vector<std::string>(argv.begin() + 2, argv.end())) {
        std::erase(m_facts.holds, name);
        if (argv[1] == "hold") {
          m_facts.holds.push_back(name);
        }
      }
    } else if (argv[0] == "dpkg") {
      unpack(argv.back());
    } else if (argv[0] == "sh") {
      const std::string directory = "/usr/local/cuda-" + m_sample.cuda.version.prefix(2);
      m_facts.toolkits.push_back({directory, m_sample.cuda.version, true});
    }
  }

private:
  void install(const std::vector<std::string>& argv)
  {
    for (const std::string& word : argv) {
      const std::size_t equals = word.find('=');
      if (word.find("::") == std::string::npos && !word.starts_with('-')) {
        m_facts.packages[word.substr(0, equals)] = {equals == std::string::npos ? "1" : word.substr(equals + 1), true};
      }
    }
  }
  void unpack(const std::string& deb)
  {
    const std::string file = deb.substr(deb.rfind('/') + 1);
    const std::size_t first = file.find('_');
    const std::size_t second = file.find('_', first + 1);
    m_facts.packages[file.substr(0, first)] = {file.substr(first + 1, second - first - 1), true};
    if (file.starts_with("cuda-keyring")) {
      const std::string key = "/usr/share/keyrings/cuda-archive-keyring.gpg";
      const std::string uri = m_sample.resolution.archive->url.text();
      m_facts.nvidia_keyrings.push_back(key);
      m_facts.nvidia_sources.push_back({"/etc/apt/sources.list.d/cuda.list", "deb " + uri + " /", uri, key});
      m_facts.files["/etc/apt/preferences.d/cuda-repository-pin-600"] = "the package's pin";
    }
  }

  Sample& m_sample;
  host::HostFacts& m_facts;
};

} // namespace cudasetup::test
