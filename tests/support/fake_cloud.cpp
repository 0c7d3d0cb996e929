// FakeCloud: what Keystone 2023.1 answers, shortened to what clients read.

#include "support/fake_cloud.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>

namespace retouch::test {

namespace {

constexpr const char *k_tokens = "/v3/auth/tokens";

std::string timestamp(std::chrono::system_clock::time_point moment) {
    return fmt::format("{:%Y-%m-%dT%H:%M:%S}.000000Z",
                       fmt::gmtime(std::chrono::system_clock::to_time_t(moment)));
}

Json endpoint(const char *interface, const std::string &url) {
    return Json{{"interface", interface}, {"region_id", "RegionOne"}, {"url", url}};
}

Reply not_authorised() {
    return json_reply(Json{{"error",
                            {{"code", 401},
                             {"message", "The request you have made requires authentication."},
                             {"title", "Unauthorized"}}}},
                      401);
}

} // namespace

FakeCloud::FakeCloud() : server_([this](const SeenRequest &request) { return handle(request); }) {}

catalog::CloudSettings FakeCloud::settings() const {
    catalog::CloudSettings cloud;
    cloud.name = "fake";
    cloud.origin = "clouds.yaml";
    cloud.auth_url = server_.url() + "/v3";
    cloud.user = {.id = "", .name = "demo", .domain_id = "default", .domain_name = ""};
    cloud.project = {.id = "", .name = "lab", .domain_id = "default", .domain_name = ""};
    cloud.secret = base::Secret(k_fake_password);
    return cloud;
}

void FakeCloud::on(const std::string &route, Reply reply) {
    on(route, [reply = std::move(reply)](const SeenRequest &) { return reply; });
}

void FakeCloud::on(const std::string &route, Handler handler) {
    const std::lock_guard lock(mutex_);
    then_[route] = std::move(handler);
}

void FakeCloud::once(const std::string &route, Reply reply) {
    const std::lock_guard lock(mutex_);
    first_[route].push_back(std::move(reply));
}

void FakeCloud::set_token_life(std::chrono::seconds life) {
    const std::lock_guard lock(mutex_);
    life_ = life;
}

void FakeCloud::set_roles(std::vector<std::string> roles) {
    const std::lock_guard lock(mutex_);
    roles_ = std::move(roles);
}

void FakeCloud::accept_token(const std::string &token) {
    const std::lock_guard lock(mutex_);
    tokens_.push_back(token);
}

void FakeCloud::revoke_tokens() {
    const std::lock_guard lock(mutex_);
    revoked_ = tokens_.size();
}

std::vector<std::string> FakeCloud::routes() const {
    std::vector<std::string> routes;
    for (const SeenRequest &request : requests())
        routes.push_back(request.route());
    return routes;
}

std::vector<SeenRequest> FakeCloud::requests() const {
    std::vector<SeenRequest> requests = server_.requests();
    std::erase_if(requests, [](const SeenRequest &seen) { return seen.path() == k_tokens; });
    return requests;
}

std::vector<SeenRequest> FakeCloud::logins() const {
    std::vector<SeenRequest> requests = server_.requests();
    std::erase_if(requests, [](const SeenRequest &seen) { return seen.path() != k_tokens; });
    return requests;
}

std::vector<std::string> FakeCloud::tokens() const {
    const std::lock_guard lock(mutex_);
    return tokens_;
}

Reply FakeCloud::handle(const SeenRequest &request) {
    Handler handler;
    {
        const std::lock_guard lock(mutex_);
        if (auto &queue = first_[request.route()]; !queue.empty()) {
            Reply reply = std::move(queue.front());
            queue.pop_front();
            return reply;
        }
        if (request.path() == k_tokens && request.method == "POST")
            return log_in(request);
        const auto header = request.headers.find("x-auth-token");
        const bool signed_in = header != request.headers.end() && is_good(header->second);
        if (request.path() == k_tokens)
            return signed_in ? about_token(header->second, 200) : not_authorised();
        if (!signed_in)
            return {.status = 401, .body = "<html><body>no token</body></html>"};
        if (const auto found = then_.find(request.route()); found != then_.end())
            handler = found->second;
    }
    return handler ? handler(request)
                   : json_reply(Json{{"message", "No such thing here.<br /><br />\n\n\n"},
                                     {"code", "404 Not Found"},
                                     {"title", "Not Found"}},
                                404);
}

/// Requires: locked.
bool FakeCloud::is_good(const std::string &token) const {
    const auto good = tokens_.begin() + static_cast<std::ptrdiff_t>(revoked_);
    return std::find(good, tokens_.end(), token) != tokens_.end();
}

/// Requires: locked.
bool FakeCloud::is_login_right(const Json &body) const {
    const Json::json_pointer user("/auth/identity/password/user");
    const Json::json_pointer token("/auth/identity/token/id");
    if (body.is_object() && body.contains(token))
        return is_good(body.at(token).get<std::string>());
    return body.is_object() && body.contains(user) &&
           body.at(user).value("password", "") == k_fake_password;
}

/// Requires: locked.
Reply FakeCloud::log_in(const SeenRequest &request) {
    if (!is_login_right(Json::parse(request.body, nullptr, false)))
        return not_authorised();
    tokens_.push_back(fmt::format("token-{}", tokens_.size() + 1));
    return about_token(tokens_.back(), 201);
}

/// Requires: locked. One asked about, with 200, was given a while ago.
Reply FakeCloud::about_token(const std::string &text, int status) const {
    Json roles = Json::array();
    for (const std::string &role : roles_)
        roles.push_back(Json::object({{"id", "id-of-" + role}, {"name", role}}));
    const auto now = std::chrono::system_clock::now();
    const auto issued = now - std::chrono::hours(status == 200 ? 1 : 0);
    Json endpoints = Json::array();
    endpoints.push_back(endpoint("public", server_.url()));
    endpoints.push_back(endpoint("internal", server_.url() + "/inner/v2/"));
    Json catalog = Json::array();
    catalog.push_back(Json::object({{"type", "image"}, {"endpoints", std::move(endpoints)}}));
    Json token = Json::object(
        {{"issued_at", timestamp(issued)},
         {"expires_at", timestamp(now + life_)},
         {"roles", std::move(roles)},
         {"user", {{"id", "u1"}, {"name", "demo"}}},
         {"project",
          {{"id", "p1"}, {"name", "lab"}, {"domain", {{"id", "default"}, {"name", "Default"}}}}},
         {"catalog", std::move(catalog)}});
    Reply reply = json_reply(Json{{"token", std::move(token)}}, status);
    reply.headers.emplace_back("X-Subject-Token", text);
    return reply;
}

Reply json_reply(const Json &body, int status) {
    return {
        .status = status, .body = body.dump(), .headers = {{"Content-Type", "application/json"}}};
}

catalog::RetryPolicy quick_retries() {
    return {
        .tries = 3, .first_wait = std::chrono::milliseconds(1), .total = std::chrono::seconds(20)};
}

} // namespace retouch::test
