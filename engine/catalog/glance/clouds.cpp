// Clouds: the choice among the clouds there are. The OS_* variables describe a cloud of their own
// and are never mixed into one of the file, but for the region.

#include "catalog/glance/clouds.hpp"

#include "base/text.hpp"
#include "catalog/glance/cloud_files.hpp"
#include "catalog/glance/cloud_settings.hpp"
#include "retouch/error.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <span>
#include <string_view>

namespace retouch::catalog {

namespace {

constexpr const char *k_own_name = "envvars";

/// Names without OS_ of the variables that make a cloud.
constexpr std::array<std::string_view, 21> k_login = {
    "AUTH_URL",
    "AUTH_TYPE",
    "AUTH_PLUGIN",
    "USERNAME",
    "USER_ID",
    "PASSWORD",
    "TOKEN",
    "AUTH_TOKEN",
    "PROJECT_ID",
    "PROJECT_NAME",
    "TENANT_ID",
    "TENANT_NAME",
    "USER_DOMAIN_ID",
    "USER_DOMAIN_NAME",
    "PROJECT_DOMAIN_ID",
    "PROJECT_DOMAIN_NAME",
    "APPLICATION_CREDENTIAL_ID",
    "APPLICATION_CREDENTIAL_NAME",
    "APPLICATION_CREDENTIAL_SECRET",
    "ENDPOINT",
    "URL",
};

/// Likewise of those that only complete it.
constexpr std::array<std::string_view, 21> k_more = {"TRUST_ID",
                                                     "PASSCODE",
                                                     "CLIENT_SECRET",
                                                     "ACCESS_TOKEN",
                                                     "DOMAIN_ID",
                                                     "DOMAIN_NAME",
                                                     "DEFAULT_DOMAIN",
                                                     "SYSTEM_SCOPE",
                                                     "REGION_NAME",
                                                     "INTERFACE",
                                                     "ENDPOINT_TYPE",
                                                     "IMAGE_INTERFACE",
                                                     "IMAGE_ENDPOINT_TYPE",
                                                     "IMAGE_ENDPOINT",
                                                     "CACERT",
                                                     "IMAGE_ENDPOINT_OVERRIDE",
                                                     "CERT",
                                                     "KEY",
                                                     "INSECURE",
                                                     "VERIFY",
                                                     "IMAGE_REGION_NAME"};

void put_variables(Json &keys, std::span<const std::string_view> names,
                   const EnvironmentReader &environment) {
    for (const std::string_view name : names)
        if (const auto value = environment("OS_" + std::string(name)))
            keys[base::small_letters(name)] = *value;
}

/// The cloud of the variables; empty when they describe none.
Json keys_of_variables(const EnvironmentReader &environment) {
    Json keys = Json::object();
    put_variables(keys, k_login, environment);
    if (!keys.empty())
        put_variables(keys, k_more, environment);
    return keys;
}

std::vector<std::string> names_of(const Json &clouds) {
    std::vector<std::string> names;
    for (const auto &[name, value] : clouds.items())
        names.push_back(name);
    return names;
}

std::string list_of(const std::vector<std::string> &names) {
    std::vector<std::string> shown;
    shown.reserve(names.size());
    for (const std::string &name : names)
        shown.push_back(base::escape(name));
    return fmt::format("{}", fmt::join(shown, ", "));
}

Error unknown_cloud(const std::string &name, const CloudFiles &files) {
    if (files.clouds_file.empty())
        return {ErrorKind::bad_config,
                fmt::format("there is no cloud '{}': no clouds.yaml was found", base::escape(name)),
                fmt::format("it is looked for in {}, and where OS_CLIENT_CONFIG_FILE says",
                            list_of(files.looked_in))};
    const std::vector<std::string> names = names_of(files.clouds);
    const auto near = base::did_you_mean(name, names);
    return {ErrorKind::bad_config,
            fmt::format("there is no cloud '{}' in {}", base::escape(name),
                        base::escape(files.clouds_file.string())),
            near ? fmt::format("did you mean '{}'? clouds there are: {}", base::escape(*near),
                               list_of(names))
                 : fmt::format("clouds there are: {}", names.empty() ? "none" : list_of(names))};
}

Error no_choice(const CloudFiles &files) {
    const std::vector<std::string> names = names_of(files.clouds);
    if (names.empty())
        return {ErrorKind::bad_config,
                "no cloud is described: there is no clouds.yaml with one, "
                "and the OS_* variables describe none",
                fmt::format("clouds.yaml is looked for in {}, and where OS_CLIENT_CONFIG_FILE says",
                            list_of(files.looked_in))};
    return {ErrorKind::bad_config,
            fmt::format("which cloud of {} is meant is not said",
                        base::escape(files.clouds_file.string())),
            fmt::format("name one with --os-cloud, OS_CLOUD or the key 'cloud' in retouch.yaml; "
                        "clouds there are: {}",
                        list_of(names))};
}

/// The name of a region, listed as text or with values of its own.
std::string region_name(const Json &region) {
    if (region.is_string())
        return region.get<std::string>();
    return region.is_object() && region.contains("name") && region["name"].is_string()
               ? region["name"].get<std::string>()
               : std::string();
}

/// Settles `region_name` and merges what `regions` says about it.
void choose_region(Json &keys, const std::string &cloud, const CloudFiles &files,
                   const EnvironmentReader &environment) {
    if (const auto region = environment("OS_REGION_NAME"))
        keys["region_name"] = *region;
    if (!keys.contains("regions") || !keys["regions"].is_array() || keys["regions"].empty())
        return;
    const Json regions = keys["regions"];
    const bool said = keys.contains("region_name") && keys["region_name"].is_string();
    const std::string wanted =
        said ? keys["region_name"].get<std::string>() : region_name(regions.front());
    std::vector<std::string> names;
    for (const Json &region : regions) {
        names.push_back(region_name(region));
        if (names.back() != wanted)
            continue;
        if (region.is_object() && region.contains("values"))
            merge_deep(keys, region["values"]);
        keys["region_name"] = wanted;
        return;
    }
    throw Error(ErrorKind::bad_config,
                fmt::format("cloud '{}' in {} has no region '{}'", base::escape(cloud),
                            base::escape(files.clouds_file.string()), base::escape(wanted)),
                fmt::format("its regions are: {}", list_of(names)));
}

/// The keys of a cloud of the file, over those of its profile.
Json keys_of(const std::string &name, const CloudFiles &files,
             const EnvironmentReader &environment) {
    const Json &cloud = files.clouds[name];
    Json keys = Json::object();
    for (const char *key : {"profile", "cloud"}) {
        if (!cloud.contains(key) || !cloud[key].is_string())
            continue;
        const std::string profile = cloud[key].get<std::string>();
        if (!files.profiles.contains(profile))
            throw Error(ErrorKind::bad_config,
                        fmt::format("cloud '{}' has the {} '{}', which no clouds-public.yaml has",
                                    base::escape(name), key, base::escape(profile)),
                        "write the keys of that profile into clouds.yaml: retouch has none of "
                        "openstacksdk's own");
        keys = files.profiles[profile];
    }
    merge_deep(keys, cloud);
    choose_region(keys, name, files, environment);
    return keys;
}

} // namespace

bool uses_keystone(AuthType type) {
    return type == AuthType::password || type == AuthType::token ||
           type == AuthType::application_credential || type == AuthType::command;
}

std::vector<std::string> cloud_names(const EnvironmentReader &environment,
                                     const std::filesystem::path &directory) {
    return names_of(read_cloud_files(environment, directory).clouds);
}

CloudSettings load_cloud(const std::optional<std::string> &name,
                         const EnvironmentReader &environment,
                         const std::filesystem::path &directory,
                         const std::vector<std::string> &auth_command) {
    const CloudFiles files = read_cloud_files(environment, directory);
    const Json variables = keys_of_variables(environment);
    const std::string own_name = environment("OS_CLOUD_NAME").value_or(k_own_name);
    std::optional<std::string> chosen = name ? name : environment("OS_CLOUD");
    if (!chosen && !variables.empty())
        chosen = own_name;
    if (!chosen && files.clouds.size() == 1)
        chosen = names_of(files.clouds).front();
    if (!chosen)
        throw no_choice(files);
    if (files.clouds.contains(*chosen))
        return cloud_settings(*chosen, files.clouds_file.string(),
                              keys_of(*chosen, files, environment), {auth_command, *chosen},
                              environment, directory);
    if (*chosen == own_name && !variables.empty())
        return cloud_settings(*chosen, "the OS_* variables", variables, {auth_command, ""},
                              environment, directory);
    throw unknown_cloud(*chosen, files);
}

} // namespace retouch::catalog
