#include "host/os_support.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

namespace cudasetup::host {

namespace {

/// Oldest LTS release that is served.
constexpr std::uint32_t k_oldest_lts_year = 18;

// Ubuntu's own list of releases (/usr/share/distro-info/ubuntu.csv): code name, LTS release it is or follows.
constexpr std::array<std::pair<std::string_view, std::string_view>, 20> k_codenames = {{
    {"bionic", "18.04"},   {"cosmic", "18.04"},   {"disco", "18.04"},  {"eoan", "18.04"},     {"focal", "20.04"},
    {"groovy", "20.04"},   {"hirsute", "20.04"},  {"impish", "20.04"}, {"jammy", "22.04"},    {"kinetic", "22.04"},
    {"lunar", "22.04"},    {"mantic", "22.04"},   {"noble", "24.04"},  {"oracular", "24.04"}, {"plucky", "24.04"},
    {"questing", "24.04"}, {"resolute", "26.04"}, {"xenial", "16.04"}, {"trusty", "14.04"},   {"artful", "16.04"},
}};

/// What a person would call the system.
std::string name_of(const OsRelease& os)
{
  if (!os.name.empty()) {
    return base::printable(os.name);
  }
  return base::printable(os.version_id.empty() ? os.id : os.id + " " + os.version_id);
}

base::Command plan_for(const std::string& ubuntu)
{
  return base::Command{{"cudasetup", "plan", "--os", "ubuntu" + ubuntu}};
}

tl::unexpected<base::Error> refuse_for(std::string message, const std::string& lts)
{
  return base::fail(
      base::make_error(base::ErrorKind::refused, std::move(message))
          .with_hint("print the plan for Ubuntu " + lts + ", the nearest LTS release, and judge it yourself",
                     plan_for(lts)));
}

/// The LTS release that came before an interim release of @p year.@p month; "" where it is older than any served.
std::string lts_before(std::uint32_t year, std::uint32_t month)
{
  const std::uint32_t lts = year % 2 == 0 && month >= 4 ? year : year - (year % 2 == 0 ? 2 : 1);
  return lts < k_oldest_lts_year ? std::string() : std::to_string(lts) + ".04";
}

base::Result<void> check_ubuntu(const OsRelease& os)
{
  const auto version = base::Version::parse(os.version_id);
  // Ubuntu's numbers are year.month; anything else is no release of it.
  const bool is_release = version && version->parts().size() == 2 && version->minor_part() <= 12 &&
                          version->major_part() >= 4 && version->major_part() <= 99;
  if (!is_release) {
    return base::fail(base::make_error(base::ErrorKind::refused,
                                       "this Ubuntu does not say which release it is: VERSION_ID is \"" +
                                           base::printable(os.version_id) + "\" in /etc/os-release")
                          .with_hint("name the release it is built on", plan_for("24.04")));
  }
  const std::uint32_t year = version->major_part();
  const std::uint32_t month = version->minor_part();
  if (year % 2 == 0 && month == 4) {
    if (is_served(*version)) {
      return {};
    }
    return base::fail(base::make_error(base::ErrorKind::refused,
                                       name_of(os) + " is too old: cudasetup serves Ubuntu LTS 18.04 to 26.04")
                          .with_hint("upgrade it first", base::Command{{"do-release-upgrade"}})
                          .with_hint("or see what would be done on the oldest that is served", plan_for("18.04")));
  }
  const std::string lts = lts_before(year, month);
  if (lts.empty()) {
    return base::fail(base::make_error(base::ErrorKind::refused,
                                       name_of(os) + " is an interim release without support: neither Ubuntu nor "
                                                     "NVIDIA serves it any more")
                          .with_hint("upgrade it to an LTS release first", base::Command{{"do-release-upgrade"}}));
  }
  return refuse_for(name_of(os) +
                        " is an interim release: NVIDIA's archive and cudasetup serve LTS releases, and the "
                        "one before it is Ubuntu " +
                        lts,
                    lts);
}

base::Result<void> refuse_derivative(const OsRelease& os)
{
  const auto lts = nearest_lts(os.ubuntu_codename);
  if (lts && lts->major_part() >= k_oldest_lts_year) {
    return refuse_for(name_of(os) + " is not Ubuntu itself but built on Ubuntu " + os.ubuntu_codename +
                          ": its own driver packages and pins may stand in the way, so nothing is changed here",
                      lts->text());
  }
  base::Error error = base::make_error(base::ErrorKind::refused,
                                       name_of(os) + " is not Ubuntu itself but built on an Ubuntu release that it "
                                                     "does not name or that is not served");
  return base::fail(std::move(error).with_hint(
      "if you know the LTS release it is built on, print the plan for that one and judge it yourself",
      plan_for("24.04")));
}

bool is_like_ubuntu(const OsRelease& os)
{
  const auto like = base::words(os.id_like);
  return !os.ubuntu_codename.empty() || std::find(like.begin(), like.end(), "ubuntu") != like.end();
}

base::Result<void> refuse_foreign(const OsRelease& os)
{
  base::Error error = base::make_error(
      base::ErrorKind::refused, name_of(os) + " is not Ubuntu: cudasetup installs on Ubuntu LTS 18.04 to 26.04 only");
  return base::fail(std::move(error)
                        .with_hint("for toolkit and LibTorch an Ubuntu container does, the driver staying that of "
                                   "this system",
                                   base::Command{{"docker", "run", "--rm", "-it", "ubuntu:24.04"}})
                        .with_hint("to see what would be done on an Ubuntu machine", plan_for("24.04")));
}

} // namespace

std::optional<base::Version> nearest_lts(std::string_view codename)
{
  const std::string wanted = base::lower(codename);
  for (const auto& [name, lts] : k_codenames) {
    if (name == wanted) {
      return base::Version::parse(lts);
    }
  }
  return std::nullopt;
}

bool is_served(const base::Version& ubuntu)
{
  return ubuntu.major_part() >= k_oldest_lts_year;
}

base::Result<void> check_os(const OsRelease& os)
{
  if (os.id == "ubuntu") {
    return check_ubuntu(os);
  }
  if (os.id.empty() && os.id_like.empty() && os.ubuntu_codename.empty()) {
    base::Error error = base::make_error(base::ErrorKind::refused,
                                         "cannot tell which system this is: /etc/os-release is missing or has no ID");
    return base::fail(std::move(error)
                          .with_hint("name the system to plan for", plan_for("24.04"))
                          .with_hint("or give its os-release file with --os-release FILE"));
  }
  return is_like_ubuntu(os) ? refuse_derivative(os) : refuse_foreign(os);
}

} // namespace cudasetup::host
