#pragma once
// Token: what Keystone gives for credentials, and what it says about us and its services; the
// request for one and the reading of its answer, as pure functions. Sending is the session's.

#include "catalog/glance/clouds.hpp"
#include "retouch/json.hpp"

#include <chrono>
#include <string>
#include <vector>

namespace retouch {

struct ServiceEndpoint {
    std::string service;   ///< type: "image"
    std::string interface; ///< public | internal | admin
    std::string region;
    std::string url;
};

struct Token {
    Secret text;
    std::chrono::steady_clock::time_point renew_at = std::chrono::steady_clock::time_point::max();
    std::vector<std::string> roles; ///< sorted
    std::string project_id;
    std::string user_name;
    std::vector<ServiceEndpoint> catalog;
};

/// The body of POST /v3/auth/tokens.
[[nodiscard]] Json token_request(const CloudSettings &cloud);

/// Where to POST it.
[[nodiscard]] std::string token_url(const CloudSettings &cloud);

/// Reads the answer to it. Throws Error: unavailable when it is no token.
[[nodiscard]] Token read_token(const HttpResponse &response);

/// The image service's URL by `cloud`'s region and interfaces, without version and final slash.
/// Throws Error: bad_config, saying what the catalog of services offers instead.
[[nodiscard]] std::string image_endpoint(const Token &token, const CloudSettings &cloud);

/// Without a final slash and a final /vN or /vN.N.
[[nodiscard]] std::string without_version(std::string url);

} // namespace retouch
