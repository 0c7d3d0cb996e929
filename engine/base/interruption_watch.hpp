#pragma once
// InterruptionWatch: a thread that does something when an interruption is due while another one
// waits where it cannot hear of signals. It starts nothing itself.

#include "base/file.hpp"

#include <chrono>
#include <functional>
#include <thread>

namespace retouch::base {

class InterruptionWatch {
  public:
    using Act = std::function<void(const InterruptionWatch &)>;

    /// Does `act` once, in the thread, when an interruption is due. It must not throw, and must
    /// come to its end when ended_within() is true. Throws Error.
    explicit InterruptionWatch(Act act);

    /// Waits for `act` when it is at work.
    ~InterruptionWatch();
    InterruptionWatch(const InterruptionWatch &) = delete;
    InterruptionWatch &operator=(const InterruptionWatch &) = delete;

    /// For `act`: waits up to `time`. True when the watch is to end.
    [[nodiscard]] bool ended_within(std::chrono::milliseconds time) const;

  private:
    void watch();
    [[nodiscard]] bool await_interruption() const;

    Act act_;
    UniqueFd stop_; ///< readable when this is to end
    std::thread thread_;
};

} // namespace retouch::base
