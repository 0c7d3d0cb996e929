// Token: Keystone's Identity API v3. The lifetime of a token is counted from its arrival by a clock
// that nobody sets, so that a host with a wrong time can work.

#include "catalog/glance/token.hpp"

#include "base/secret_forms.hpp"
#include "base/text.hpp"
#include "catalog/glance/answer.hpp"
#include "catalog/http/http_failure.hpp"
#include "catalog/http/libcurl.hpp"
#include "catalog/timestamp.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <functional>
#include <set>

namespace retouch::catalog {

namespace {

namespace ch = std::chrono;

using ServerTime = ch::sys_time<ch::microseconds>;

/// A token that ends sooner is not used any more: a request may take that long.
constexpr ch::seconds k_margin{120};
constexpr ch::hours k_longest_life{24 * 365};
constexpr std::size_t k_longest_address = 2000;

Json domain_of(const std::string &id, const std::string &name) {
    return id.empty() ? Json{{"name", name}} : Json{{"id", id}};
}

Json name_or_id(const KeystoneName &thing) {
    if (!thing.id.empty())
        return Json{{"id", thing.id}};
    return Json{{"name", thing.name}, {"domain", domain_of(thing.domain_id, thing.domain_name)}};
}

Json identity_by(const base::Secret &token) {
    return Json{{"methods", {"token"}}, {"token", {{"id", token.reveal()}}}};
}

Json identity_of(const CloudSettings &cloud) {
    const std::string &secret = cloud.secret.reveal();
    if (cloud.auth_type == AuthType::token)
        return identity_by(cloud.secret);
    if (cloud.auth_type == AuthType::password) {
        Json user = name_or_id(cloud.user);
        user["password"] = secret;
        return Json{{"methods", {"password"}}, {"password", {{"user", std::move(user)}}}};
    }
    Json credential = Json{{"secret", secret}};
    if (!cloud.credential.id.empty()) {
        credential["id"] = cloud.credential.id;
    } else {
        credential["name"] = cloud.credential.name;
        credential["user"] = name_or_id(cloud.user);
    }
    return Json{{"methods", {"application_credential"}},
                {"application_credential", std::move(credential)}};
}

/// Null: none, so that Keystone decides.
Json scope_of(const CloudSettings &cloud) {
    if (!cloud.project.empty())
        return Json{{"project", name_or_id(cloud.project)}};
    if (!cloud.domain_id.empty() || !cloud.domain_name.empty())
        return Json{{"domain", domain_of(cloud.domain_id, cloud.domain_name)}};
    return cloud.system_scope ? Json{{"system", {{"all", true}}}} : Json(nullptr);
}

/// When the service says it is now, else what our clock says.
ServerTime now_at(const HttpResponse &response) {
    const std::time_t told = curl_getdate(response.header("date").c_str(), nullptr);
    return ch::floor<ch::microseconds>(told > 0 ? ch::system_clock::from_time_t(told)
                                                : ch::system_clock::now());
}

Json request_with(Json identity, const CloudSettings &cloud) {
    Json auth = Json{{"identity", std::move(identity)}};
    if (Json scope = scope_of(cloud); !scope.is_null())
        auth["scope"] = std::move(scope);
    return Json{{"auth", std::move(auth)}};
}

/// Each in the form in which it is wanted, if at all.
bool is_same(const std::string &has, const std::string &wanted) {
    return wanted.empty() || has == wanted;
}

std::vector<ServiceEndpoint> endpoints_of(const Json &catalog) {
    std::vector<ServiceEndpoint> endpoints;
    if (!catalog.is_array())
        return endpoints;
    for (const Json &service : catalog) {
        const Json &offered = part_at(service, "endpoints");
        if (!offered.is_array())
            continue;
        for (const Json &endpoint : offered) {
            std::string region = text_at(endpoint, "region_id");
            if (region.empty())
                region = text_at(endpoint, "region");
            endpoints.push_back({text_at(service, "type"), text_at(endpoint, "interface"),
                                 std::move(region), text_at(endpoint, "url")});
        }
    }
    return endpoints;
}

std::string offers(const Token &token) {
    std::set<std::string> found;
    for (const ServiceEndpoint &endpoint : token.catalog)
        if (endpoint.service == "image")
            found.insert(fmt::format("{} in {}", endpoint.interface, endpoint.region));
    return shown_names({found.begin(), found.end()});
}

/// http or https, whatever the letters, with a host and nothing a service's address does not have.
bool is_address(std::string_view url) {
    const std::string small = base::small_letters(url.substr(0, k_longest_address + 1));
    if (small.size() > k_longest_address)
        return false;
    if (!small.starts_with("http://") && !small.starts_with("https://"))
        return false;
    const std::string_view rest = url.substr(url.find("://") + 3);
    const auto is_odd = [](char c) {
        return static_cast<unsigned char>(c) <= 0x20 || c == 0x7f ||
               std::string_view("@?#\\").find(c) != std::string_view::npos;
    };
    return !rest.empty() && rest.front() != '/' && std::ranges::none_of(rest, is_odd);
}

/// Requires: `url` is from the catalog of services; what somebody configured is meant.
void require_safe(const std::string &url, const CloudSettings &cloud) {
    const auto refuse = [&](const std::string &why) {
        return Error(
            ErrorKind::bad_config,
            fmt::format("cloud '{}' offers its image service at {}{}", base::escape(cloud.name),
                        server_of(url), why),
            "ask its administrator to fix the catalog of services, or give the address yourself: "
            "image_endpoint_override in clouds.yaml or OS_IMAGE_ENDPOINT_OVERRIDE");
    };
    if (!is_address(url))
        throw refuse(", which is not the URL of a web service");
    if (cloud.auth_url.starts_with("https://") && base::small_letters(url).starts_with("http://"))
        throw refuse(", without encryption, and the login is encrypted: everybody on the way could "
                     "read the token");
}

Error no_endpoint(const Token &token, const CloudSettings &cloud) {
    const std::string offered = offers(token);
    if (offered.empty())
        return {ErrorKind::bad_config,
                fmt::format("cloud '{}' offers no image service", base::escape(cloud.name)),
                token.project.id.empty()
                    ? "the login is for no project; name one: project_name or OS_PROJECT_NAME"
                    : "give its address: image_endpoint_override or OS_IMAGE_ENDPOINT_OVERRIDE"};
    return {ErrorKind::bad_config,
            fmt::format("cloud '{}' offers no image service with interface {}{}",
                        base::escape(cloud.name),
                        base::escape(fmt::format("{}", fmt::join(cloud.interfaces, " or "))),
                        cloud.region.empty() ? "" : " in region " + base::escape(cloud.region)),
            fmt::format("it offers: {}", offered)};
}

/// All but its text and its end.
Token token_of(const Json &body) {
    Token token;
    const Json &roles = part_at(body, "roles");
    for (const Json &role : roles)
        if (std::string name = text_at(role, "name"); !name.empty())
            token.roles.push_back(std::move(name));
    std::ranges::sort(token.roles);
    const Json &project = part_at(body, "project");
    const Json &domain = part_at(project, "domain");
    token.project = {text_at(project, "id"), text_at(project, "name"), text_at(domain, "id"),
                     text_at(domain, "name")};
    token.user_name = text_at(part_at(body, "user"), "name");
    token.catalog = endpoints_of(part_at(body, "catalog"));
    return token;
}

/// Requires: `text` is among `secrets`. `begins` tells from when on it lives.
Token token_in(const HttpResponse &response, const base::Secret &text,
               const base::SecretFilter &secrets,
               const std::function<ServerTime(const Json &)> &begins) {
    const Json answer = answer_json(response, "log in", secrets);
    const Json &body = part_at(answer, "token");
    if (text.empty() || !body.is_object())
        throw ApiError(ErrorKind::unavailable, "cannot log in: the answer holds no token",
                       "is auth_url the address of Keystone?", {.status = response.status});
    Token token = token_of(body);
    token.text = text;
    if (const auto end = parse_timestamp(text_at(body, "expires_at")))
        set_end(token, *end, begins(body));
    return token;
}

} // namespace

Json token_request(const CloudSettings &cloud) {
    return request_with(identity_of(cloud), cloud);
}

Json token_request(const CloudSettings &cloud, const base::Secret &token) {
    return request_with(identity_by(token), cloud);
}

bool is_meant(const Token &token, const CloudSettings &cloud) {
    if (token.project.empty() || cloud.system_scope || !cloud.domain_id.empty() ||
        !cloud.domain_name.empty())
        return false;
    const KeystoneName &wanted = cloud.project;
    if (!wanted.id.empty())
        return token.project.id == wanted.id;
    return is_same(token.project.name, wanted.name) &&
           is_same(token.project.domain_id, wanted.domain_id) &&
           is_same(token.project.domain_name, wanted.domain_name);
}

std::string token_url(const CloudSettings &cloud) {
    return without_version(cloud.auth_url) + "/v3/auth/tokens";
}

std::string project_url(const CloudSettings &cloud, const std::string &id) {
    return without_version(cloud.auth_url) + "/v3/projects/" + url_encode(id);
}

Token read_token(const HttpResponse &response, base::SecretFilter &secrets) {
    const base::Secret text(response.header("x-subject-token"));
    secrets.add(text);
    return token_in(response, text, secrets, [&](const Json &body) {
        return parse_timestamp(text_at(body, "issued_at")).value_or(now_at(response));
    });
}

Token read_known_token(const HttpResponse &response, const base::Secret &text,
                       const base::SecretFilter &secrets) {
    return token_in(response, text, secrets, [&](const Json &) { return now_at(response); });
}

void set_end(Token &token, ServerTime end, ServerTime now) {
    const auto life = std::clamp(end - now, ch::microseconds(0), ch::microseconds(k_longest_life));
    token.ends_at = ch::steady_clock::now() + life;
    token.renew_at = token.ends_at - k_margin;
}

std::string image_endpoint(const Token &token, const CloudSettings &cloud) {
    for (const std::string &interface : cloud.interfaces)
        for (const ServiceEndpoint &endpoint : token.catalog)
            if (endpoint.service == "image" && endpoint.interface == interface &&
                (cloud.region.empty() || endpoint.region == cloud.region)) {
                require_safe(endpoint.url, cloud);
                return without_version(endpoint.url);
            }
    throw no_endpoint(token, cloud);
}

std::string without_version(std::string url) {
    const auto drop_slashes = [&] {
        while (url.ends_with('/'))
            url.pop_back();
    };
    drop_slashes();
    const auto last = url.rfind("/v");
    if (last != std::string::npos && last + 2 < url.size() &&
        url.find_first_not_of("0123456789.", last + 2) == std::string::npos)
        url.resize(last);
    drop_slashes();
    return url;
}

} // namespace retouch::catalog
