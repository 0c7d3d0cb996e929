#pragma once
// Finding: one thing `doctor` looked at, how it is, and what to do about it. Plain data; render/
// prints it.
// Thread-safety: plain values; any number of threads may read one that nobody changes.

#include "retouch/error.hpp"

#include <string>

namespace retouch {

inline constexpr const char *k_findings_format_version = "1.0";

struct Finding {
    enum class State {
        ok,
        warning, ///< it works, but costs something, or something else does not
        failed,
    };

    std::string area;    ///< what it belongs to: "Ceph"; findings of an area follow each other
    std::string subject; ///< what was looked at: "pool"
    State state = State::ok;
    std::string detail; ///< one sentence, escaped, without a final full stop
    std::string remedy; ///< what to do; empty when there is nothing to do, or nothing known
    ErrorKind kind = ErrorKind::failed; ///< of a failed one: what apply would fail with

    bool operator==(const Finding &) const = default;
};

} // namespace retouch
