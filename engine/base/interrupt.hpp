#pragma once

// Interruption: SIGINT, SIGTERM and SIGHUP as a flag that work checks between acts, so that
// rollback runs as ordinary unwinding. The handler only sets the flag and wakes waiting polls.

#include "retouch/error.hpp"

namespace retouch::base {

/// Installs the handlers; called once by main. A second signal of the same kind does not kill: the
/// rollback goes on. SIGPIPE is ignored.
void install_interrupt_handlers();

/// The signal that arrived, or 0.
[[nodiscard]] int pending_interrupt() noexcept;

/// Readable once a signal has arrived; for poll. -1 before install_interrupt_handlers().
[[nodiscard]] int interrupt_fd() noexcept;

/// True when a signal has arrived and no shield is up.
[[nodiscard]] bool interrupt_due() noexcept;

/// What check_interrupt() throws. Requires: a signal has arrived.
[[nodiscard]] Error interrupt_error();

/// Throws Error: interrupted when a signal has arrived and no shield is up.
void check_interrupt();

/// While one lives, in any thread, check_interrupt() and run_process() do not react: for the few
/// acts (hand-over, undo) that must not stop half way. They nest.
class InterruptShield {
  public:
    InterruptShield() noexcept;
    ~InterruptShield();
    InterruptShield(const InterruptShield &) = delete;
    InterruptShield &operator=(const InterruptShield &) = delete;
};

} // namespace retouch::base
