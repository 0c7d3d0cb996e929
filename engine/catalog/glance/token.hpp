#pragma once
// Token: what Keystone gives for credentials, and what it says about us and its services; the
// requests for one and the reading of their answers, as pure functions. Sending is the session's.

#include "base/secret_filter.hpp"
#include "catalog/glance/clouds.hpp"
#include "retouch/json.hpp"

#include <chrono>
#include <string>
#include <vector>

namespace retouch::catalog {

struct ServiceEndpoint {
    std::string service;   ///< type: "image"
    std::string interface; ///< public | internal | admin
    std::string region;
    std::string url;
};

struct Token {
    using Moment = std::chrono::steady_clock::time_point;

    base::Secret text;
    Moment ends_at = Moment::max(); ///< max(): nobody told
    Moment renew_at = Moment::max();
    std::vector<std::string> roles; ///< sorted
    KeystoneName project;           ///< empty: it is for none
    std::string user_name;
    std::vector<ServiceEndpoint> catalog;
};

/// The body of POST /v3/auth/tokens.
[[nodiscard]] Json token_request(const CloudSettings &cloud);

/// The same, to get a token for what `cloud` is about with a token for something else.
[[nodiscard]] Json token_request(const CloudSettings &cloud, const base::Secret &token);

/// Where to POST it.
[[nodiscard]] std::string token_url(const CloudSettings &cloud);

/// Where Keystone tells of a project.
[[nodiscard]] std::string project_url(const CloudSettings &cloud, const std::string &id);

/// True when `token` is for the very project that `cloud` names, or `cloud` names nothing and it is
/// for some project: it need not be exchanged.
[[nodiscard]] bool is_meant(const Token &token, const CloudSettings &cloud);

/// Reads the answer to it; the token joins `secrets`. Throws Error: unavailable when it is not
/// a token.
[[nodiscard]] Token read_token(const HttpResponse &response, base::SecretFilter &secrets);

/// Likewise the answer to a GET that asked about the token `text`, which is among `secrets`.
[[nodiscard]] Token read_known_token(const HttpResponse &response, const base::Secret &text,
                                     const base::SecretFilter &secrets);

/// Makes `token` one that ends at `end`, counted from `now`.
void set_end(Token &token, std::chrono::sys_time<std::chrono::microseconds> end,
             std::chrono::sys_time<std::chrono::microseconds> now);

/// The image service's URL by `cloud`'s region and interfaces, without version and final slash.
/// Throws Error: bad_config, saying what the catalog of services offers instead; also when what it
/// offers is no address, or would carry the token over http after a login over https.
[[nodiscard]] std::string image_endpoint(const Token &token, const CloudSettings &cloud);

/// Without a final slash and a final /vN or /vN.N.
[[nodiscard]] std::string without_version(std::string url);

} // namespace retouch::catalog
