#pragma once
// Token: what Keystone gives for credentials, and what it says about us and its services; the
// request for one and the reading of its answer, as pure functions. Sending is the session's.

#include "catalog/glance/clouds.hpp"
#include "catalog/glance/secret_filter.hpp"
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

/// Reads the answer to it; the token joins `secrets`. Throws Error: unavailable when it is no
/// token.
[[nodiscard]] Token read_token(const HttpResponse &response, SecretFilter &secrets);

/// The image service's URL by `cloud`'s region and interfaces, without version and final slash.
/// Throws Error: bad_config, saying what the catalog of services offers instead; also when what it
/// offers is no address, or would carry the token over http after a login over https.
[[nodiscard]] std::string image_endpoint(const Token &token, const CloudSettings &cloud);

/// Without a final slash and a final /vN or /vN.N.
[[nodiscard]] std::string without_version(std::string url);

} // namespace retouch
