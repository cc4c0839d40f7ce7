#include "matrix/trial.hpp"

#include "base/text.hpp"
#include "cli/host_overrides.hpp"
#include "host/os_support.hpp"

#include <algorithm>
#include <ctime>

namespace cudasetup::matrix {

namespace {

/// This thread's processor time: what else the machine does is not counted.
Tally::Duration now()
{
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

constexpr std::size_t k_examples = 5;

} // namespace

void Tally::add(const Tally& other)
{
  hosts += other.hosts;
  resolutions += other.resolutions;
  refusals += other.refusals;
  alternatives += other.alternatives;
  settled += other.settled;
  time_resolved += other.time_resolved;
  time_refused += other.time_refused;
  time_settled += other.time_settled;
  for (const auto& [name, rule] : other.broken) {
    Rule& own = broken[name];
    own.count += rule.count;
    for (const std::string& example : rule.examples) {
      if (own.examples.size() < k_examples) {
        own.examples.push_back(example);
      }
    }
  }
}

const cli::Options* Arguments::read(const std::vector<std::string>& arguments)
{
  const std::string key = base::join(arguments, "\n");
  auto known = m_known.find(key);
  if (known == m_known.end()) {
    std::vector<std::string> line = {"install"};
    line.insert(line.end(), arguments.begin(), arguments.end());
    const auto none = [](const std::string&) -> std::optional<std::string> { return std::nullopt; };
    const auto parsed = cli::parse_options(line, none, cli::Terminal::no);
    const bool read = parsed && parsed->options;
    known = m_known.emplace(key, read ? std::optional(*parsed->options) : std::nullopt).first;
  }
  return known->second ? &*known->second : nullptr;
}

Trial::Trial(const Rows& rows, const HostCell& host, Arguments& arguments, Tally& tally)
    : m_host(host), m_machine(look_at(*rows.manifest, host.facts)), m_possible(rows, m_machine, {}),
      m_anything(m_possible.has_anything()), m_served_alone(count_served_alone()),
      m_served(host::check_os(host.facts.os).has_value()), m_arguments(arguments), m_tally(tally)
{
  ++tally.hosts;
}

void Trial::run(const RequestCell& cell, const Possible& possible)
{
  if (!m_served) {
    ++m_tally.refusals;
    if (m_machine.fit) {
      note({{"refused", "the Ubuntu release is one to be served"}}, cell);
    }
    return;
  }
  const auto start = now();
  const resolve::Outcome outcome = resolve::resolve(cell.request, *m_machine.manifest, m_host.facts);
  const auto time = now() - start;
  if (const auto* resolution = std::get_if<resolve::Resolution>(&outcome)) {
    ++m_tally.resolutions;
    m_tally.time_resolved += time;
    auto breaches = check(m_machine, cell.request, *resolution);
    if (breaches.empty()) {
      breaches = check_preference(possible, cell.asked, cell.request, *resolution);
    }
    note(breaches, cell);
    return;
  }
  const auto& refusal = std::get<resolve::Refusal>(outcome);
  ++m_tally.refusals;
  m_tally.time_refused += time;
  m_tally.alternatives += refusal.alternatives.size();
  note(check(possible, cell.asked, refusal, m_anything), cell);
  const auto alone = std::count_if(refusal.alternatives.begin(), refusal.alternatives.end(), [](const auto& one) {
    return std::find(one.arguments.begin(), one.arguments.end(), "--gpu") != one.arguments.end();
  });
  // What is served alone was counted with files that nobody has published a digest for.
  if (static_cast<std::size_t>(alone) < m_served_alone && !cell.request.require_digests &&
      cell.request.driver.choice != resolve::DriverChoice::none) {
    note({{"alternatives", "no driver serves all GPUs, and not each is offered alone"}}, cell);
  }
  for (const resolve::Alternative& alternative : refusal.alternatives) {
    check_alternative(alternative, cell);
  }
}

std::size_t Trial::count_served_alone() const
{
  if (m_machine.cards.size() < 2 || m_machine.place != Place::machine || m_machine.ubuntu == nullptr ||
      some_driver_drives_all(m_machine, resolve::ModuleChoice::automatic)) {
    return 0;
  }
  std::size_t count = 0;
  for (const host::GpuDevice& device : m_host.facts.gpus) {
    host::HostFacts alone = m_host.facts;
    alone.gpus = {device};
    const Machine machine = look_at(*m_machine.manifest, alone);
    count += Possible(m_possible.rows(), machine, {}).has_anything() ? 1 : 0;
  }
  return count;
}

void Trial::check_alternative(const resolve::Alternative& alternative, const RequestCell& cell)
{
  const auto [known, added] = m_faults.try_emplace(base::join(alternative.arguments, " "));
  if (added) {
    const cli::Options* options = m_arguments.read(alternative.arguments);
    known->second = options == nullptr ? "cannot be read as a command line" : find_fault(*options);
  }
  if (!known->second.empty()) {
    note({{"alternative", known->first + ": " + known->second}}, cell);
  }
}

/// An alternative may be for another machine: its HOST options say which.
std::string Trial::find_fault(const cli::Options& options)
{
  ++m_tally.settled;
  const resolve::Request& request = options.request;
  host::HostFacts facts = m_host.facts;
  if (!cli::override_facts(options.host, *m_machine.manifest, facts)) {
    return "names no machine";
  }
  const auto start = now();
  const resolve::Outcome outcome = resolve::resolve(request, *m_machine.manifest, facts);
  m_tally.time_settled += now() - start;
  const auto* resolution = std::get_if<resolve::Resolution>(&outcome);
  if (resolution == nullptr) {
    return "is refused";
  }
  const auto breaches = check(look_at(*m_machine.manifest, facts), request, *resolution);
  return breaches.empty() ? std::string() : breaches.front().rule + ": " + breaches.front().text;
}

void Trial::note(const std::vector<Breach>& breaches, const RequestCell& cell)
{
  for (const Breach& breach : breaches) {
    Tally::Rule& rule = m_tally.broken[breach.rule];
    if (++rule.count <= k_examples) {
      rule.examples.push_back(breach.text + "\n      cudasetup plan " + m_host.words + cell.words);
    }
  }
}

} // namespace cudasetup::matrix
