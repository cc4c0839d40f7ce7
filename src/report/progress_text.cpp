#include "report/progress_text.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <iterator>
#include <vector>

namespace cudasetup::report {

namespace {

using effects::Progress;
using Seconds = std::chrono::duration<double>;

/// The rate is that of so long: shorter jumps about, longer tells of what is over.
constexpr std::chrono::seconds k_window{5};
/// Not before so much of it is known.
constexpr std::chrono::seconds k_least_window{1};

std::string amount_of(std::uint64_t number, Progress::Unit unit)
{
  return unit == Progress::Unit::bytes ? base::human_bytes(number) : std::to_string(number);
}

std::string duration_words(double seconds)
{
  constexpr double k_minute = 60;
  constexpr double k_hour = 3600;
  if (seconds < 2 * k_minute) {
    return fmt::format("{:.0f} s", seconds);
  }
  return seconds < 2 * k_hour ? fmt::format("{:.0f} min", seconds / k_minute)
                              : fmt::format("{:.1f} h", seconds / k_hour);
}

} // namespace

std::string ProgressText::share_of(const Progress& progress)
{
  const std::string done = base::printable(progress.what) + " ";
  if (!progress.total || *progress.total == 0) {
    return done + amount_of(progress.done, progress.unit);
  }
  if (progress.unit == Progress::Unit::packages) {
    return done + fmt::format("{} of {}", progress.done, *progress.total);
  }
  return done + fmt::format("{} %", progress.done * 100 / *progress.total);
}

std::string ProgressText::words_of(const Course& course)
{
  const Progress& last = course.last;
  std::string text = base::printable(last.what) + " " + amount_of(last.done, last.unit);
  const bool has_total = last.total && *last.total > 0;
  if (has_total) {
    text += fmt::format(" of {} ({} %)", amount_of(*last.total, last.unit), last.done * 100 / *last.total);
  }
  const Sample& first = course.samples.front();
  const auto span = course.samples.back().at - first.at;
  // Packages differ by three orders of size: their number per second tells nothing.
  if (last.unit != Progress::Unit::bytes || span < k_least_window || last.done <= first.done) {
    return text;
  }
  const double rate = static_cast<double>(last.done - first.done) / Seconds(span).count();
  text += ", " + base::human_bytes(static_cast<std::uint64_t>(rate)) + "/s";
  if (has_total && last.done < *last.total && rate >= 1) {
    text += ", " + duration_words(static_cast<double>(*last.total - last.done) / rate) + " left";
  }
  return text;
}

std::string ProgressText::text_after(const Progress& progress, Time now)
{
  Course& course = m_courses[progress.what];
  if (!course.samples.empty() && progress.done < course.samples.back().done) {
    course.samples.clear();
  }
  course.last = progress;
  course.samples.push_back({now, progress.done});
  while (course.samples.size() > 2 && now - course.samples[1].at >= k_window) {
    course.samples.pop_front();
  }
  forget_ended(now);
  if (m_courses.size() == 1) {
    return words_of(course);
  }
  std::vector<std::string> shares;
  for (const auto& [what, each] : m_courses) {
    shares.push_back(share_of(each.last));
  }
  return base::join(shares, ", ");
}

void ProgressText::forget_ended(Time now)
{
  for (auto course = m_courses.begin(); course != m_courses.end();) {
    const Progress& last = course->second.last;
    const auto still = now - course->second.samples.back().at;
    const bool is_over = last.total && last.done >= *last.total && still > std::chrono::seconds(0);
    course = is_over || still > k_window ? m_courses.erase(course) : std::next(course);
  }
}

} // namespace cudasetup::report
