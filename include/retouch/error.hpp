#pragma once
// Error: what the world did to us (a full disk, a dead appliance, a held lock). It is thrown by
// store, catalog and guest and caught around a target in apply and in main. It is not for what a
// user wrote (Diagnostics) nor for our own faults (assert).
// Thread-safety: as of any exception; one may be kept in an exception_ptr and thrown elsewhere.

#include <stdexcept>
#include <string>

namespace retouch {

/// Decides the exit code; see docs/cli.md for the table users rely on.
enum class ErrorKind {
    failed,         ///< 1: the work was tried and did not succeed
    stale,          ///< 4: a saved plan no longer fits the world
    refused,        ///< 5: a guard or policy says no
    usage,          ///< 64: the command line makes no sense
    invalid,        ///< 65: a recipe, plan or image file is not acceptable
    unavailable,    ///< 69: a service or tool that is needed is not there
    internal,       ///< 70: our bug
    temporary,      ///< 75: try again later: a lock is held, a service is overloaded
    not_authorised, ///< 77: missing rights
    bad_config,     ///< 78: retouch.yaml or the environment is wrong
    interrupted,    ///< 130/143: a signal arrived and everything was rolled back
};

class Error : public std::runtime_error {
  public:
    /// `message` says what happened, one sentence without a final full stop, already escaped where
    /// it quotes untrusted bytes. `hint` says what to do about it; may be empty.
    Error(ErrorKind kind, const std::string &message, std::string hint = {})
        : std::runtime_error(message), kind_(kind), hint_(std::move(hint)) {}

    [[nodiscard]] ErrorKind kind() const noexcept { return kind_; }

    [[nodiscard]] const std::string &hint() const noexcept { return hint_; }

  private:
    ErrorKind kind_;
    std::string hint_;
};

} // namespace retouch
