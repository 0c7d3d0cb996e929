#pragma once
// ApiError: a request to a service of the cloud that did not succeed: refused with an HTTP status,
// or without a usable answer. Its text names what was tried and what the server said, escaped and
// bounded; it never holds a token or a password.

#include "retouch/error.hpp"

#include <string>

namespace retouch::catalog {

class ApiError : public Error {
  public:
    /// What is known beyond the text.
    struct Circumstances {
        int status = 0;              ///< HTTP status; 0: there was no answer
        std::string request_id = {}; ///< of the server's log; escaped; may be empty
        std::string said = {};       ///< the server's own message, escaped and bounded
        bool outcome_unknown = false;
        bool repeatable = false;
    };

    ApiError(ErrorKind kind, const std::string &message, std::string hint,
             Circumstances circumstances)
        : Error(kind, message, std::move(hint)), circumstances_(std::move(circumstances)) {}

    /// 0: there was no answer.
    [[nodiscard]] int status() const noexcept { return circumstances_.status; }

    [[nodiscard]] const std::string &request_id() const noexcept {
        return circumstances_.request_id;
    }

    /// The server's own words, without markup.
    [[nodiscard]] const std::string &said() const noexcept { return circumstances_.said; }

    /// True when a change was sent and no answer came: it may have been made or not. Look at the
    /// record before repeating anything.
    [[nodiscard]] bool outcome_unknown() const noexcept { return circumstances_.outcome_unknown; }

    /// True when repeating the same request a little later may help and can do no harm.
    [[nodiscard]] bool repeatable() const noexcept { return circumstances_.repeatable; }

  private:
    Circumstances circumstances_;
};

} // namespace retouch::catalog
