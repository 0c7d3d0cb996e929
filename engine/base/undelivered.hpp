#pragma once
// Undelivered: the work is done, but a report or another output could not be written.

#include "base/exit_code.hpp"
#include "retouch/error.hpp"

namespace retouch::base {

inline constexpr int k_undelivered = 74;

/// An Error whose exit code is k_undelivered. Where only its kind is looked at it has failed.
class Undelivered : public Error {
  public:
    explicit Undelivered(const Error &cause)
        : Error(ErrorKind::failed, cause.what(), cause.hint()) {}
};

/// What a command ends with that fails with `error`.
[[nodiscard]] inline int exit_code_of(const Error &error) {
    return dynamic_cast<const Undelivered *>(&error) != nullptr ? k_undelivered
                                                                : exit_code(error.kind());
}

} // namespace retouch::base
