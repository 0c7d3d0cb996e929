#pragma once
// Watchdog: ends the appliance when a call into it takes too long, the user interrupts, or what
// serves its disk has ended, because libguestfs can stop a waiting call in no other way.

#include "base/process_handle.hpp"

#include <atomic>
#include <chrono>
#include <mutex>
#include <optional>
#include <thread>

namespace retouch::guest {

class Watchdog {
  public:
    /// Throws Error.
    Watchdog(base::ProcessHandle appliance, base::ProcessHandle server);
    ~Watchdog();
    Watchdog(const Watchdog &) = delete;
    Watchdog &operator=(const Watchdog &) = delete;

    /// While one lives the appliance is ended at its limit, when an interruption is due, and with
    /// the server.
    class Watch {
      public:
        Watch(Watchdog &watchdog, std::chrono::seconds limit);
        ~Watch();
        Watch(const Watch &) = delete;
        Watch &operator=(const Watch &) = delete;

      private:
        Watchdog &watchdog_;
    };

    /// True when a limit was passed.
    [[nodiscard]] bool fired() const { return fired_; }

  private:
    using Clock = std::chrono::steady_clock;

    void set(std::optional<Clock::time_point> deadline);
    void guard();
    [[nodiscard]] int patience();

    base::ProcessHandle appliance_;
    base::ProcessHandle server_;
    base::UniqueFd wake_;
    std::mutex mutex_;
    std::optional<Clock::time_point> deadline_; ///< of the present watch
    std::atomic<bool> stopping_ = false;
    std::atomic<bool> fired_ = false;
    std::thread thread_;
};

} // namespace retouch::guest
