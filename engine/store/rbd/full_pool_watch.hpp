#pragma once
// FullPoolWatch: notices that the pool a disk is written to has been full for long. Ceph lets those
// who write there wait until there is room, without limit, and their host's every sync with them.

#include "retouch/store.hpp"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

namespace retouch::store {

class FullPoolWatch {
  public:
    /// A disk without an image stands for its pool. Looks from time to time, from a thread of its
    /// own, and connects only when it first does. When the pool was full for `patience` on end,
    /// `give_up` is called from there, once.
    FullPoolWatch(RbdDisk disk, std::function<void()> give_up,
                  std::chrono::seconds patience = std::chrono::seconds(120),
                  std::chrono::seconds interval = std::chrono::seconds(15));
    ~FullPoolWatch();
    FullPoolWatch(const FullPoolWatch &) = delete;
    FullPoolWatch &operator=(const FullPoolWatch &) = delete;

    /// Throws Error: temporary, naming the pool, once it has given up.
    void require_patience() const;

  private:
    void watch(const std::stop_token &stop);

    RbdDisk disk_;
    std::function<void()> give_up_;
    std::chrono::seconds patience_;
    std::chrono::seconds interval_;
    std::atomic<bool> gave_up_ = false;
    std::mutex mutex_;
    std::condition_variable_any wake_;
    std::jthread thread_; ///< last, so that it ends first
};

} // namespace retouch::store
