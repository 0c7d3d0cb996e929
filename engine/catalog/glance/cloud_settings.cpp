// Cloud settings: first all keys in one flat table under their present names, then the fields, then
// the check that nothing needed is missing.

#include "catalog/glance/cloud_settings.hpp"

#include "base/text.hpp"
#include "catalog/glance/cloud_files.hpp"
#include "catalog/http/http_failure.hpp"
#include "retouch/error.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <string_view>
#include <utility>

namespace retouch::catalog {

namespace {

using Table = std::map<std::string, std::string>;

/// Of keys whose values are not shown when a command says them.
constexpr std::array<std::string_view, 4> k_secret_endings = {"password", "secret", "token",
                                                              "passcode"};

struct AuthName {
    std::string_view name;
    AuthType type;
};

constexpr std::array<AuthName, 11> k_auth_names = {{
    {"password", AuthType::password},
    {"v3password", AuthType::password},
    {"token", AuthType::token},
    {"v3token", AuthType::token},
    {"v3applicationcredential", AuthType::application_credential},
    {"v3_application_credential", AuthType::application_credential},
    {"application_credential", AuthType::application_credential},
    {"admin_token", AuthType::admin_token},
    {"token_endpoint", AuthType::admin_token},
    {"none", AuthType::none},
    {"http_basic", AuthType::http_basic},
}};

constexpr std::array<std::pair<const char *, const char *>, 6> k_old_names = {{
    {"tenant_id", "project_id"},
    {"tenant_name", "project_name"},
    {"auth_token", "token"},
    {"auth_plugin", "auth_type"},
    {"endpoint_type", "interface"},
    {"url", "endpoint"},
}};

constexpr const char *k_own_way =
    "name a program that signs in and prints a token: auth_command in retouch.yaml";

/// Who is meant, for messages.
struct Subject {
    std::string cloud;
    std::string origin;

    [[nodiscard]] Error error(const std::string &what, std::string hint = {}) const {
        return {ErrorKind::bad_config,
                fmt::format("cloud '{}' in {} {}", base::escape(cloud), base::escape(origin), what),
                std::move(hint)};
    }
};

std::string take(const Table &table, const std::string &key) {
    const auto found = table.find(key);
    return found == table.end() ? std::string() : found->second;
}

void put_scalars(Table &table, const Json &object) {
    for (const auto &[key, value] : object.items())
        if (value.is_string() && !value.get_ref<const std::string &>().empty())
            table[key] = value.get<std::string>();
}

/// Keys of `auth`, overridden by those beside it.
Table flat(const Json &keys) {
    Table table;
    if (keys.contains("auth") && keys["auth"].is_object())
        put_scalars(table, keys["auth"]);
    put_scalars(table, keys);
    for (const auto &[old, present] : k_old_names)
        if (table.contains(old))
            table.try_emplace(present, table[old]);
    return table;
}

/// As YAML 1.1 and openstacksdk write them; nullopt for anything else.
std::optional<bool> switch_of(const std::string &written) {
    const std::string text = base::small_letters(written);
    if (text == "true" || text == "yes" || text == "on" || text == "1")
        return true;
    if (text == "false" || text == "no" || text == "off" || text == "0")
        return false;
    return std::nullopt;
}

/// Keys that change who signs in, and that would be left out in silence.
void refuse_unknown_ways(const Table &table, const Subject &subject) {
    for (const char *key : {"trust_id", "passcode", "consumer_key", "access_key"})
        if (table.contains(key))
            throw subject.error(
                fmt::format("has a {}, which retouch cannot do", key),
                fmt::format("make an application credential for retouch, or {}", k_own_way));
}

AuthType auth_type(const Table &table, const Subject &subject) {
    const std::string name = take(table, "auth_type");
    for (const AuthName &known : k_auth_names)
        if (known.name == name)
            return known.type;
    if (!name.empty())
        throw subject.error(
            fmt::format("has auth_type '{}', which retouch cannot do", base::escape(name)),
            fmt::format("it can do password, token, v3applicationcredential, admin_token, none and "
                        "http_basic; for any other, {}",
                        k_own_way));
    if (table.contains("application_credential_secret"))
        return AuthType::application_credential;
    return table.contains("token") && !table.contains("password") ? AuthType::token
                                                                  : AuthType::password;
}

KeystoneName keystone_name(const Table &table, const std::string &what,
                           const std::string &name_key) {
    KeystoneName found;
    found.id = take(table, what + "_id");
    found.name = take(table, name_key);
    found.domain_id = take(table, what + "_domain_id");
    found.domain_name = take(table, what + "_domain_name");
    return found;
}

/// Without a domain of its own a name is in `auth`'s one domain, else in the default one.
void complete_domain(KeystoneName &found, const Table &table) {
    if (!found.domain_id.empty() || !found.domain_name.empty() || found.name.empty())
        return;
    found.domain_id = take(table, "domain_id");
    found.domain_name = take(table, "domain_name");
    if (found.domain_id.empty() && found.domain_name.empty())
        found.domain_id = table.contains("default_domain") ? take(table, "default_domain")
                                                           : std::string("default");
}

void read_scope(CloudSettings &cloud, const Table &table) {
    if (cloud.auth_type == AuthType::application_credential)
        return; // it brings its own project
    cloud.project = keystone_name(table, "project", "project_name");
    complete_domain(cloud.project, table);
    if (!cloud.project.empty())
        return;
    cloud.project = {};
    cloud.domain_id = take(table, "domain_id");
    cloud.domain_name = take(table, "domain_name");
    cloud.system_scope = !take(table, "system_scope").empty();
}

std::string secret_key(AuthType type) {
    switch (type) {
    case AuthType::password:
    case AuthType::http_basic:
        return "password";
    case AuthType::token:
    case AuthType::admin_token:
        return "token";
    case AuthType::application_credential:
        return "application_credential_secret";
    case AuthType::command:
    case AuthType::none:
        break;
    }
    return "";
}

/// What its name says is a secret.
std::vector<base::Secret> secrets_in(const Table &table) {
    std::vector<base::Secret> secrets;
    for (const auto &entry : table)
        if (std::ranges::any_of(k_secret_endings,
                                [&](std::string_view end) { return entry.first.ends_with(end); }))
            secrets.emplace_back(entry.second);
    return secrets;
}

void check_url(const std::string &url, const char *key, const Subject &subject) {
    if (url.empty())
        return;
    if (!url.starts_with("http://") && !url.starts_with("https://"))
        throw subject.error(fmt::format("has an {} that is not an http or https URL: '{}'", key,
                                        base::escape(server_of(url))));
    const std::string_view rest = std::string_view(url).substr(url.find("://") + 3);
    if (rest.substr(0, rest.find_first_of("/?#")).find('@') != std::string_view::npos)
        throw subject.error(fmt::format("has an {} with a user or password in it", key),
                            "use the keys username and password");
}

void check_complete(const CloudSettings &cloud, const Subject &subject) {
    const auto need = [&](bool there, const char *key) {
        if (!there)
            throw subject.error(
                fmt::format("has no {}", key),
                "see openstacksdk's documentation of clouds.yaml, or OS_* variables");
    };
    const AuthType type = cloud.auth_type;
    if (uses_keystone(type))
        need(!cloud.auth_url.empty(), "auth_url");
    else
        need(!cloud.image_endpoint.empty(), "endpoint");
    if (type == AuthType::password || type == AuthType::http_basic)
        need(!cloud.user.empty(), "username");
    if (type == AuthType::application_credential) {
        need(!cloud.credential.empty(), "application_credential_id");
        need(!cloud.credential.id.empty() || !cloud.user.empty(), "username");
    }
    if (!secret_key(type).empty())
        need(!cloud.secret.empty(), secret_key(type).c_str());
}

/// A token travels in a header.
void check_secret(const CloudSettings &cloud, const Subject &subject) {
    const auto is_control = [](char c) {
        return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
    };
    if (std::ranges::any_of(cloud.secret.reveal(), is_control) ||
        base::invalid_utf8(cloud.secret.reveal()))
        throw subject.error(
            fmt::format("has a {} with bytes that cannot be sent", secret_key(cloud.auth_type)));
}

std::vector<std::string> interfaces(const Json &keys, const Table &table) {
    std::vector<std::string> names;
    const auto add = [&](std::string name) {
        if (name.ends_with("URL"))
            name.resize(name.size() - 3);
        if (!name.empty())
            names.push_back(std::move(name));
    };
    for (const char *key : {"image_interface", "image_endpoint_type", "interface"}) {
        if (keys.contains(key) && keys[key].is_array())
            for (const Json &item : keys[key])
                add(item.is_string() ? item.get<std::string>() : "");
        else
            add(take(table, key));
        if (!names.empty())
            return names;
    }
    return {"public"};
}

/// Only a clear no switches checking off; a path, as openstacksdk takes it, is a file of
/// certificates.
TlsSettings tls(const Table &table, const Subject &subject, const EnvironmentReader &environment,
                const std::filesystem::path &directory) {
    const auto path = [&](const std::string &text) {
        return text.empty() ? std::filesystem::path() : user_path(text, environment, directory);
    };
    const auto read = [&](const char *key, bool otherwise) {
        const std::string text = take(table, key);
        const std::optional<bool> value = text.empty() ? otherwise : switch_of(text);
        if (!value)
            throw subject.error(fmt::format("has {} '{}', which is neither true nor false", key,
                                            base::escape(text)),
                                "write verify: true, or the path of a file of certificates");
        return *value;
    };
    TlsSettings settings;
    settings.cacert = path(take(table, "cacert"));
    settings.cert = path(take(table, "cert"));
    settings.key = path(take(table, "key"));
    const std::string verify = take(table, "verify");
    const bool is_path = verify.find('/') != std::string::npos;
    if (is_path)
        settings.cacert = path(verify);
    settings.verify = !read("insecure", false) && (is_path || read("verify", true));
    return settings;
}

std::string first_of(const Table &table, std::initializer_list<const char *> keys) {
    for (const char *key : keys)
        if (table.contains(key))
            return take(table, key);
    return "";
}

std::string with_region(std::string url, const std::string &region) {
    constexpr std::string_view mark = "{region_name}";
    for (auto at = url.find(mark); at != std::string::npos; at = url.find(mark, at + region.size()))
        url.replace(at, mark.size(), region);
    return url;
}

} // namespace

CloudSettings cloud_settings(const std::string &name, const std::string &origin, const Json &keys,
                             TokenCommand command, const EnvironmentReader &environment,
                             const std::filesystem::path &directory) {
    const Subject subject{name, origin};
    const Table table = flat(keys);
    CloudSettings cloud;
    cloud.name = name;
    cloud.origin = origin;
    if (command.words.empty()) {
        refuse_unknown_ways(table, subject);
        cloud.auth_type = auth_type(table, subject);
    } else {
        cloud.auth_type = AuthType::command;
        cloud.command = std::move(command);
        cloud.hidden = secrets_in(table);
    }
    cloud.region = first_of(table, {"image_region_name", "region_name"});
    cloud.auth_url = with_region(take(table, "auth_url"), cloud.region);
    cloud.user = keystone_name(table, "user", "username");
    complete_domain(cloud.user, table);
    cloud.credential =
        keystone_name(table, "application_credential", "application_credential_name");
    cloud.secret = base::Secret(take(table, secret_key(cloud.auth_type)));
    read_scope(cloud, table);
    cloud.interfaces = interfaces(keys, table);
    cloud.image_endpoint =
        with_region(first_of(table, {"image_endpoint_override", "image_endpoint"}), cloud.region);
    if (cloud.image_endpoint.empty() && !uses_keystone(cloud.auth_type))
        cloud.image_endpoint = take(table, "endpoint");
    cloud.tls = tls(table, subject, environment, directory);
    check_url(cloud.auth_url, "auth_url", subject);
    check_url(cloud.image_endpoint, "endpoint", subject);
    check_complete(cloud, subject);
    check_secret(cloud, subject);
    return cloud;
}

} // namespace retouch::catalog
