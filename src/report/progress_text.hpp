#pragma once

#include "effects/events.hpp"

#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <string>

namespace cudasetup::report {

/// Words for how far things are, how fast they go, and when they end at that rate.
class ProgressText {
public:
  using Time = std::chrono::steady_clock::time_point;

  /// "LibTorch 1.7.1+cpu 500 kB of 2 MB (25 %), 100 kB/s, 15 s left"; what is not known yet is left out. Where more
  /// than this one moved in the last seconds, each with its share alone: "LibTorch 1.7.1+cpu 25 %, packages set up 3 of
  /// 40".
  std::string text_after(const effects::Progress& progress, Time now);
  /// Drops what did not move lately: the next of its name begins anew.
  void forget_ended(Time now);

private:
  struct Sample {
    Time at;
    std::uint64_t done = 0;
  };
  struct Course {
    effects::Progress last;
    std::deque<Sample> samples; ///< of the last seconds, the oldest first
  };

  static std::string words_of(const Course& course);
  static std::string share_of(const effects::Progress& progress);

  std::map<std::string, Course> m_courses;
};

} // namespace cudasetup::report
