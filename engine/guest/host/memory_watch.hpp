#pragma once
// MemoryWatch: a thread that looks again and again whether a sandbox has taken more memory than it
// may, and then ends it as a whole: the kernel may not do that, or not count at all.

#include "guest/host/first_in_sandbox.hpp"

#include <condition_variable>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>

namespace retouch::guest {

class MemoryWatch {
  public:
    /// Called in the thread, from when the sandbox is made, with its first process.
    using IsOver = std::function<bool(pid_t)>;

    /// Throws Error: unavailable when this kernel does not tell enough.
    static void require_means();

    /// `launcher`: what has been started to become the sandbox. Nobody else may use `first` until
    /// stop(). Throws Error. Requires: require_means().
    MemoryWatch(const base::ProcessHandle &launcher, FirstInSandbox &first, IsOver is_over);
    ~MemoryWatch();
    MemoryWatch(const MemoryWatch &) = delete;
    MemoryWatch &operator=(const MemoryWatch &) = delete;

    /// Stops watching. True when the sandbox was ended for what it took. Throws Error when it was
    /// ended because it could not be watched.
    [[nodiscard]] bool stop();

  private:
    void watch(const std::stop_token &stop);
    [[nodiscard]] bool look();

    base::ProcessHandle launcher_;
    FirstInSandbox &first_;
    IsOver is_over_;
    bool has_begun_ = false;
    bool over_ = false;
    std::exception_ptr failure_;
    std::mutex mutex_;
    std::condition_variable_any wake_;
    std::jthread thread_; ///< ends first
};

} // namespace retouch::guest
