#pragma once
// HTTP failures: what libcurl reports when there is no answer, in words of ours. Nothing of a
// request but its purpose and the server's address gets into them.

#include "catalog/http/api_error.hpp"
#include "catalog/http/http.hpp"

#include <string>
#include <string_view>

namespace retouch::catalog {

/// What is known about a failed exchange.
struct HttpFailure {
    int code = 0;         ///< a CURLcode
    std::string text;     ///< libcurl's own
    long system_code = 0; ///< errno, or 0
    bool sent = false;    ///< some of the request went out
    bool touched = false; ///< a sink got bytes, so that a repeat would give them twice
};

[[nodiscard]] ApiError no_answer(const HttpRequest &request, const HttpFailure &failure);

/// "http://host:9292" of a URL, escaped and without user and password: for messages.
[[nodiscard]] std::string server_of(std::string_view url);

/// True when receiving it twice does no harm.
[[nodiscard]] bool is_safe(const HttpRequest &request);

} // namespace retouch::catalog
