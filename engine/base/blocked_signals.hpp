#pragma once
// BlockedSignals: keeps all signals from this thread while it lives, and so from the threads and
// children it starts meanwhile: signals are for those who work and wait.

#include <csignal>

namespace retouch::base {

class BlockedSignals {
  public:
    BlockedSignals() {
        sigset_t all;
        sigfillset(&all);
        pthread_sigmask(SIG_SETMASK, &all, &before_);
    }

    ~BlockedSignals() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

    BlockedSignals(const BlockedSignals &) = delete;
    BlockedSignals &operator=(const BlockedSignals &) = delete;

  private:
    sigset_t before_{};
};

} // namespace retouch::base
