// HTTP failures: the reasons people meet (nobody listens, an unknown name, a certificate, silence)
// have texts of their own; all others quote libcurl.

#include "catalog/http/http_failure.hpp"

#include "base/text.hpp"
#include "catalog/http/libcurl.hpp"

#include <fmt/format.h>

#include <system_error>

namespace retouch::catalog {

namespace {

constexpr std::size_t k_longest_server = 200;

/// A reason in words, what to do, and whether it may pass by itself.
struct Reason {
    std::string text;
    std::string hint;
    bool passing = false;
};

std::string system_text(const HttpFailure &failure) {
    if (failure.system_code == 0)
        return base::escape(failure.text);
    return std::generic_category().message(static_cast<int>(failure.system_code));
}

Reason reason_of(const HttpFailure &failure, const HttpRequest &request) {
    const std::string server = server_of(request.url);
    const char *address_hint = "check that the service runs, and the address in clouds.yaml, OS_* "
                               "or the cloud's catalog of services";
    switch (failure.code) {
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
        return {fmt::format("the name in {} is not known: {}", server, base::escape(failure.text)),
                address_hint};
    case CURLE_COULDNT_CONNECT:
        return {fmt::format("no connection to {}: {}", server, system_text(failure)), address_hint,
                true};
    case CURLE_PEER_FAILED_VERIFICATION:
        return {fmt::format("the certificate of {} cannot be trusted: {}", server,
                            base::escape(failure.text)),
                "name the certificate of its authority: cacert in clouds.yaml, or OS_CACERT"};
    case CURLE_SSL_CACERT_BADFILE:
        return {fmt::format("the certificates for {} cannot be read: {}", server,
                            base::escape(failure.text)),
                "check cacert in clouds.yaml, or OS_CACERT"};
    case CURLE_SSL_CERTPROBLEM:
        return {fmt::format("our own certificate for {} cannot be used: {}", server,
                            base::escape(failure.text)),
                "check cert and key in clouds.yaml, or OS_CERT and OS_KEY"};
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_URL_MALFORMAT:
        return {fmt::format("{} is not the URL of a web service", server), address_hint};
    case CURLE_OPERATION_TIMEDOUT:
        return {fmt::format("no answer from {} in time", server),
                "the service may be overloaded; see its log, and try again later", true};
    default:
        return {fmt::format("the connection to {} broke: {}", server, base::escape(failure.text)),
                "see the service's log, and try again", true};
    }
}

} // namespace

bool is_safe(const HttpRequest &request) {
    return request.repeatable || request.method == "GET" || request.method == "HEAD";
}

std::string server_of(std::string_view url) {
    const auto scheme_end = url.find("://");
    const std::size_t start = scheme_end == std::string_view::npos ? 0 : scheme_end + 3;
    const std::string_view scheme = url.substr(0, start);
    std::string_view authority = url.substr(start);
    authority = authority.substr(0, authority.find_first_of("/?#"));
    if (const auto at = authority.rfind('@'); at != std::string_view::npos)
        authority.remove_prefix(at + 1);
    return base::escape(std::string(scheme) + std::string(authority.substr(0, k_longest_server)));
}

ApiError no_answer(const HttpRequest &request, const HttpFailure &failure) {
    const Reason reason = reason_of(failure, request);
    const bool unknown = failure.sent && !is_safe(request);
    const char *addition = unknown ? "; whether it was done is not known" : "";
    return {
        ErrorKind::unavailable,
        fmt::format("cannot {}: {}{}", request.doing, reason.text, addition),
        reason.hint,
        {.outcome_unknown = unknown, .repeatable = reason.passing && !unknown && !failure.touched}};
}

} // namespace retouch::catalog
