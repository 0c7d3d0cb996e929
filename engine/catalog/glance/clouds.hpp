#pragma once
// Clouds: which cloud is meant and how to log in there, from clouds.yaml, secure.yaml and OS_*
// variables, chosen as openstacksdk chooses. It reads files and variables and talks to nobody.

#include "base/secret.hpp"
#include "catalog/http/http.hpp"

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace retouch::catalog {

enum class AuthType {
    password,
    token,
    application_credential,
    command, ///< a program of the user's signs in and prints a token
    admin_token,
    none,
    http_basic
};

/// True when tokens of Keystone are used.
[[nodiscard]] bool uses_keystone(AuthType type);

/// Something Keystone knows by id, or by a name within a domain.
struct KeystoneName {
    std::string id;
    std::string name;
    std::string domain_id;
    std::string domain_name;

    /// True when nothing but perhaps a domain is known.
    [[nodiscard]] bool empty() const { return id.empty() && name.empty(); }

    bool operator==(const KeystoneName &) const = default;
};

/// A program that signs in where we cannot.
struct TokenCommand {
    std::vector<std::string> words; ///< the program and its arguments; empty: there is none
    std::string cloud;              ///< what it finds in OS_CLOUD; empty: what we found there

    bool operator==(const TokenCommand &) const = default;
};

struct CloudSettings {
    std::string name;   ///< of the cloud; "envvars" when OS_* variables describe it
    std::string origin; ///< for messages: the file it stands in, or "the OS_* variables"
    AuthType auth_type = AuthType::password;
    std::string auth_url;             ///< of Keystone; empty where none is needed
    KeystoneName user;                ///< its domain counts for a name only
    KeystoneName project;             ///< the scope; empty with an application credential
    KeystoneName credential;          ///< id or name of an application credential
    base::Secret secret;              ///< password, token or application credential secret
    TokenCommand command;             ///< instead of a secret
    std::vector<base::Secret> hidden; ///< secrets that only the command uses, never to be shown
    std::string domain_id;            ///< a domain as scope, instead of a project
    std::string domain_name;
    bool system_scope = false;
    std::string region; ///< empty: the first one in the catalog of services
    std::vector<std::string> interfaces = {"public"}; ///< in order of preference
    std::string image_endpoint;                       ///< empty: from the catalog of services
    TlsSettings tls;

    bool operator==(const CloudSettings &) const = default;
};

/// A variable that is set and not empty.
using EnvironmentReader = std::function<std::optional<std::string>(const std::string &)>;

/// The names of the clouds in clouds.yaml. Throws Error: bad_config when it cannot be read.
[[nodiscard]] std::vector<std::string> cloud_names(const EnvironmentReader &environment,
                                                   const std::filesystem::path &directory);

/// The cloud called `name`; without one OS_CLOUD decides, then whether OS_* variables describe a
/// cloud, then there must be exactly one in the file. Relative paths are below `directory`. With an
/// `auth_command` that is how to log in, whatever else is said about it.
/// Throws Error: bad_config, naming the file, the key and the clouds there are.
[[nodiscard]] CloudSettings load_cloud(const std::optional<std::string> &name,
                                       const EnvironmentReader &environment,
                                       const std::filesystem::path &directory,
                                       const std::vector<std::string> &auth_command = {});

} // namespace retouch::catalog
