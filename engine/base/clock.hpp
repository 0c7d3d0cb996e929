#pragma once
// Clock: timestamps for records and stopwatches for reports.

#include <chrono>
#include <string>

namespace retouch::base {

/// Now, RFC 3339 in UTC with microseconds: "2026-01-31T12:00:00.123456Z". Sorts as text.
[[nodiscard]] std::string utc_now();

/// The same, `ahead` from now.
[[nodiscard]] std::string utc_in(std::chrono::seconds ahead);

/// Today in UTC as YYYYMMDD.
[[nodiscard]] std::string utc_today();

class Stopwatch {
  public:
    [[nodiscard]] double seconds() const {
        return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
    }

  private:
    std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

} // namespace retouch::base
