// Session: the token is made when a request needs it and looked at before every one.
// Repeating stops after a number of tries or a time, whichever is first.

#include "catalog/glance/keystone.hpp"

#include "base/base64.hpp"
#include "base/text.hpp"
#include "base/utc_time.hpp"
#include "base/waiting.hpp"
#include "catalog/glance/answer.hpp"
#include "catalog/glance/token_command.hpp"
#include "catalog/http/http_failure.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <utility>

namespace retouch::catalog {

namespace {

namespace ch = std::chrono;

constexpr std::size_t k_answer_bound = std::size_t{4} * 1024 * 1024;

bool is_away(int status) {
    return status == 429 || status == 502 || status == 503 || status == 504;
}

bool same_role(std::string_view left, std::string_view right) {
    return base::small_letters(left) == base::small_letters(right);
}

std::string login_hint(int status, const CloudSettings &cloud) {
    const std::string where =
        fmt::format("cloud '{}' in {}", base::escape(cloud.name), base::escape(cloud.origin));
    if (status == 401 || status == 403)
        switch (cloud.auth_type) {
        case AuthType::token:
            return fmt::format("the token of {} may have ended or been revoked, or may not be used "
                               "for that project: get a new one; an application credential or "
                               "auth_command in retouch.yaml does so by itself",
                               where);
        case AuthType::command:
            return fmt::format("Keystone does not take the token that auth_command printed: does "
                               "the program sign in to {}, and may its user work in that project?",
                               where);
        case AuthType::application_credential:
            return fmt::format("check the application credential of {}; it may have ended or been "
                               "revoked",
                               where);
        default:
            return fmt::format("check user, password, project and their domains of {}", where);
        }
    if (status >= 500 || status == 429)
        return "see Keystone's log, and try again later";
    return fmt::format("check auth_url of {}: it must be the address of a Keystone with API v3",
                       where);
}

/// The role lists and names of a cloud without Keystone.
const Token &nobody() {
    static const Token token;
    return token;
}

} // namespace

Session::Session(CloudSettings cloud, RetryPolicy retries)
    : cloud_(std::move(cloud)), retries_(retries), http_(cloud_.tls) {
    secrets_.add(cloud_.secret);
    for (const base::Secret &secret : cloud_.hidden)
        secrets_.add(secret);
}

const std::string &Session::endpoint() {
    if (endpoint_.empty())
        endpoint_ = cloud_.image_endpoint.empty() ? image_endpoint(token(), cloud_)
                                                  : without_version(cloud_.image_endpoint);
    return endpoint_;
}

const std::vector<std::string> &Session::roles() {
    return uses_keystone(cloud_.auth_type) ? token().roles : nobody().roles;
}

bool Session::has_role(std::string_view role) {
    return std::ranges::any_of(roles(),
                               [&](const std::string &ours) { return same_role(ours, role); });
}

const std::string &Session::project_id() {
    return uses_keystone(cloud_.auth_type) ? token().project.id : nobody().project.id;
}

const std::string &Session::user_name() {
    return uses_keystone(cloud_.auth_type) ? token().user_name : cloud_.user.name;
}

std::optional<ch::seconds> Session::time_left() {
    if (cloud_.auth_type != AuthType::token || token().ends_at == Token::Moment::max())
        return std::nullopt;
    const auto left = ch::floor<ch::seconds>(token().ends_at - ch::steady_clock::now());
    return std::max(left, ch::seconds(0));
}

HttpResponse Session::request(HttpRequest request) {
    const std::string path = std::exchange(request.url, "");
    request.url = endpoint() + path;
    request.headers.emplace_back("Accept", "application/json");
    const auto plain_headers = request.headers;
    authorise(request);
    HttpResponse response = send_with_retries(request, &requests_);
    if (response.status != 401 || !uses_keystone(cloud_.auth_type))
        return response;
    token_.reset();
    request.headers = plain_headers;
    authorise(request);
    return send_with_retries(request, &requests_);
}

const Token &Session::token() {
    if (token_ && ch::steady_clock::now() < token_->renew_at)
        return *token_;
    token_.emplace(log_in());
    return *token_;
}

Token Session::log_in() {
    if (cloud_.auth_type == AuthType::command)
        return token_of_command();
    if (cloud_.auth_type != AuthType::token)
        return token_for(token_request(cloud_));
    Token token = log_in_with(cloud_.secret);
    token.renew_at = token.ends_at; // no other can be had
    return token;
}

Token Session::token_of_command() {
    const PrintedToken printed = run_token_command(cloud_, secrets_);
    secrets_.add(printed.text);
    Token token = log_in_with(printed.text);
    if (printed.ends_at && token.ends_at == Token::Moment::max())
        set_end(token, *printed.ends_at, base::utc_time_now());
    if (std::exchange(printed_, printed.text) == printed.text)
        token.renew_at = token.ends_at; // one that the program keeps is used to its end
    return token;
}

Token Session::log_in_with(const base::Secret &text) {
    HttpRequest request = token_call("GET");
    request.headers.emplace_back("X-Auth-Token", text.reveal());
    request.headers.emplace_back("X-Subject-Token", text.reveal());
    const HttpResponse response = send_with_retries(request, nullptr);
    if (response.status == 401)
        throw refusal(response, request.doing, login_hint(response.status, cloud_), secrets_);
    if (response.status == 200)
        if (Token token = read_known_token(response, text, secrets_); is_meant(token, cloud_))
            return token;
    return token_for(token_request(cloud_, text));
}

Token Session::token_for(const Json &credentials) {
    HttpRequest request = token_call("POST");
    request.headers.emplace_back("Content-Type", "application/json");
    request.body = credentials.dump();
    const HttpResponse response = send_with_retries(request, nullptr);
    if (response.status != 201 && response.status != 200)
        throw refusal(response, request.doing, login_hint(response.status, cloud_), secrets_);
    return read_token(response, secrets_);
}

std::optional<ProjectState> Session::project_state(const std::string &id) {
    if (!uses_keystone(cloud_.auth_type))
        return std::nullopt;
    HttpRequest request;
    request.doing = fmt::format("ask for project '{}'", base::escape(id));
    request.method = "GET";
    request.url = project_url(cloud_, id);
    request.headers = {{"Accept", "application/json"}};
    request.bound = k_answer_bound;
    authorise(request);
    const HttpResponse response = send_with_retries(request, nullptr);
    const Json answer = Json::parse(response.body, nullptr, false);
    const auto says = [&](const char *place, const Json &value) {
        const Json::json_pointer at(place);
        return answer.is_object() && answer.contains(at) && answer[at] == value;
    };
    if (response.status == 200 && says("/project/is_domain", true))
        return ProjectState::domain;
    if (response.status == 200 && says("/project/enabled", false))
        return ProjectState::disabled;
    if (response.status == 200)
        return ProjectState::usable;
    // A 404 of whatever stands before Keystone says nothing of projects.
    if (response.status == 404 && says("/error/code", 404))
        return ProjectState::absent;
    return std::nullopt;
}

HttpRequest Session::token_call(const std::string &method) const {
    HttpRequest request;
    request.doing = fmt::format("log in to cloud '{}'", base::escape(cloud_.name));
    request.method = method;
    request.url = token_url(cloud_);
    request.headers = {{"Accept", "application/json"}};
    request.repeatable = true; // a token more does no harm
    request.bound = k_answer_bound;
    return request;
}

void Session::authorise(HttpRequest &request) {
    if (uses_keystone(cloud_.auth_type))
        request.headers.emplace_back("X-Auth-Token", token().text.reveal());
    else if (cloud_.auth_type == AuthType::admin_token)
        request.headers.emplace_back("X-Auth-Token", cloud_.secret.reveal());
    else if (cloud_.auth_type == AuthType::http_basic)
        request.headers.emplace_back(
            "Authorization",
            "Basic " + base::base64(cloud_.user.name + ':' + cloud_.secret.reveal()));
}

HttpResponse Session::send_with_retries(HttpRequest request, std::size_t *count) {
    const auto last_start = ch::steady_clock::now() + retries_.total;
    const std::string server = server_of(request.url);
    int tries = known_.contains(server) ? retries_.tries : retries_.first_tries;
    if (hurried_) {
        request.time_limit = ch::seconds(1);
        tries = 1;
    }
    ch::milliseconds wait = retries_.first_wait;
    for (int attempt = 1;; ++attempt, wait *= 2) {
        const auto may_repeat = [&] {
            return attempt < tries && ch::steady_clock::now() + wait < last_start;
        };
        if (count != nullptr)
            ++*count;
        try {
            HttpResponse response = http_.send(request);
            if (!is_away(response.status))
                known_.insert(server);
            if (!is_away(response.status) || !is_safe(request) || !may_repeat())
                return response;
        } catch (const ApiError &error) {
            if (!error.repeatable() || !may_repeat())
                throw;
        }
        base::pause_for(wait);
    }
}

} // namespace retouch::catalog
