// Token: Keystone's Identity API v3. The lifetime of a token is counted from its arrival by a clock
// that nobody sets, so that a host with a wrong time can work.

#include "catalog/glance/token.hpp"

#include "base/text.hpp"
#include "catalog/glance/answer.hpp"
#include "catalog/glance/http_failure.hpp"
#include "catalog/glance/secret_forms.hpp"
#include "catalog/timestamp.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <set>

namespace retouch {

namespace {

namespace ch = std::chrono;

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

Json identity_of(const CloudSettings &cloud) {
    const std::string &secret = cloud.secret.reveal();
    if (cloud.auth_type == AuthType::token)
        return Json{{"methods", {"token"}}, {"token", {{"id", secret}}}};
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

ch::steady_clock::time_point renewal(const Json &token) {
    const auto ends = parse_timestamp(text_at(token, "expires_at"));
    if (!ends)
        return ch::steady_clock::time_point::max();
    const auto issued = parse_timestamp(text_at(token, "issued_at"));
    const auto begins =
        issued ? *issued : ch::time_point_cast<ch::microseconds>(ch::system_clock::now());
    const auto life =
        std::clamp(*ends - begins, ch::microseconds(0), ch::microseconds(k_longest_life));
    return ch::steady_clock::now() + life - k_margin;
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
    const std::string small = small_letters(url.substr(0, k_longest_address + 1));
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
            fmt::format("cloud '{}' offers its image service at {}{}", escape(cloud.name),
                        server_of(url), why),
            "ask its administrator to mend the catalog of services, or give the address yourself: "
            "image_endpoint_override in clouds.yaml or OS_IMAGE_ENDPOINT_OVERRIDE");
    };
    if (!is_address(url))
        throw refuse(", which is no address of a web service");
    if (cloud.auth_url.starts_with("https://") && small_letters(url).starts_with("http://"))
        throw refuse(", without encryption, and the login is encrypted: everybody on the way could "
                     "read the token");
}

Error no_endpoint(const Token &token, const CloudSettings &cloud) {
    const std::string offered = offers(token);
    if (offered.empty())
        return {ErrorKind::bad_config,
                fmt::format("cloud '{}' offers no image service", escape(cloud.name)),
                token.project_id.empty()
                    ? "the login is for no project; name one: project_name or OS_PROJECT_NAME"
                    : "give its address: image_endpoint_override or OS_IMAGE_ENDPOINT_OVERRIDE"};
    return {ErrorKind::bad_config,
            fmt::format("cloud '{}' offers no image service with interface {}{}",
                        escape(cloud.name),
                        escape(fmt::format("{}", fmt::join(cloud.interfaces, " or "))),
                        cloud.region.empty() ? "" : " in region " + escape(cloud.region)),
            fmt::format("it offers: {}", offered)};
}

} // namespace

Json token_request(const CloudSettings &cloud) {
    Json auth = Json{{"identity", identity_of(cloud)}};
    if (Json scope = scope_of(cloud); !scope.is_null())
        auth["scope"] = std::move(scope);
    return Json{{"auth", std::move(auth)}};
}

std::string token_url(const CloudSettings &cloud) {
    return without_version(cloud.auth_url) + "/v3/auth/tokens";
}

Token read_token(const HttpResponse &response, SecretFilter &secrets) {
    const std::string doing = "log in";
    Token token;
    token.text = Secret(response.header("x-subject-token"));
    secrets.add(token.text);
    const Json answer = answer_json(response, doing, secrets);
    const Json &body = part_at(answer, "token");
    if (token.text.empty() || !body.is_object())
        throw ApiError(ErrorKind::unavailable, "cannot log in: the answer holds no token",
                       "is auth_url the address of Keystone?", {.status = response.status});
    token.renew_at = renewal(body);
    const Json &roles = part_at(body, "roles");
    for (const Json &role : roles)
        if (std::string name = text_at(role, "name"); !name.empty())
            token.roles.push_back(std::move(name));
    std::ranges::sort(token.roles);
    token.project_id = text_at(part_at(body, "project"), "id");
    token.user_name = text_at(part_at(body, "user"), "name");
    token.catalog = endpoints_of(part_at(body, "catalog"));
    return token;
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

} // namespace retouch
