#include "system/real_effects.hpp"

namespace cudasetup::system {

RealEffects::RealEffects(effects::Events& events, std::string root, std::string user_agent)
    : m_events(events), m_files("/"), m_target(root.empty() ? "/" : std::move(root)),
      m_processes(home_of_this_process(), proxies_of_this_process(), m_interrupts),
      m_network(NetworkOptions{std::move(user_agent), usual_ca_bundles()}, m_interrupts)
{
}

effects::Effects RealEffects::effects()
{
  return {m_files, m_target, m_processes, m_network, m_clock, m_events, m_interrupts};
}

} // namespace cudasetup::system
