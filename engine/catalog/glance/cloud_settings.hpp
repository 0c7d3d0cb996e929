#pragma once
// Cloud settings: the keys of one cloud, from a file or from variables, made into CloudSettings:
// old names, defaults and what each kind of login needs. Where the keys came from is only quoted.

#include "catalog/glance/clouds.hpp"
#include "retouch/json.hpp"

#include <string>

namespace retouch::catalog {

/// `keys`: the entry of clouds.yaml, or the OS_* variables in lower case without OS_. A `command`
/// with words is the way to log in, and what `keys` say about another is for it to know.
/// Throws Error: bad_config, naming the cloud, its origin and the key.
[[nodiscard]] CloudSettings cloud_settings(const std::string &name, const std::string &origin,
                                           const Json &keys, TokenCommand command,
                                           const EnvironmentReader &environment,
                                           const std::filesystem::path &directory);

} // namespace retouch::catalog
