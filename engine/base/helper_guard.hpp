#pragma once
// HelperGuard: ends a helper that is in the way of an interruption. Who waits in the kernel for
// what a helper serves (a disk through FUSE, a machine's answer) can be woken in no other way,
// least of all when somebody stopped the helper.

#include "base/interruption_watch.hpp"
#include "base/process_handle.hpp"

#include <atomic>
#include <chrono>

namespace retouch::base {

class HelperGuard {
  public:
    /// When an interruption is due, a stopped helper is continued at once, and one that is still
    /// there after `grace` is killed. Throws Error.
    explicit HelperGuard(ProcessHandle helper,
                         std::chrono::milliseconds grace = std::chrono::seconds(3));
    HelperGuard(const HelperGuard &) = delete;
    HelperGuard &operator=(const HelperGuard &) = delete;

    /// True once the helper was killed: what failed since did so for the interruption.
    [[nodiscard]] bool fired() const { return fired_; }

  private:
    void end(const InterruptionWatch &watch);

    ProcessHandle helper_;
    std::chrono::milliseconds grace_;
    std::atomic<bool> fired_ = false;
    InterruptionWatch watch_; ///< ends first
};

} // namespace retouch::base
