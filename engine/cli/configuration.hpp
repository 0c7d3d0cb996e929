#pragma once
// Configuration: retouch.yaml as a value: which catalogs there are, which one is meant when none is
// named, and which guest to use. It opens nothing.

#include "cli/environment.hpp"
#include "retouch/diagnostics.hpp"
#include "retouch/guest.hpp"
#include "retouch/store.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace retouch::cli {

struct CatalogSettings {
    enum class Type { local, glance };

    std::string name;
    Type type = Type::local;
    std::filesystem::path path;            ///< of the local catalog's directory, absolute
    std::string cloud;                     ///< in clouds.yaml; empty: the environment decides
    std::vector<std::string> auth_command; ///< a program with a slash absolute; empty: none
    RbdAccess rbd;                         ///< paths absolute
    std::string pool = "images";
    std::string scratch_pool;                 ///< for rehearsals; empty: that of the images
    std::vector<std::string> source_owners;   ///< projects whose public images recipes may name
    std::vector<std::string> drop_properties; ///< globs of properties that no recipe takes over

    bool operator==(const CatalogSettings &) const = default;
};

struct Configuration {
    std::filesystem::path file; ///< empty: no file, built-in defaults
    std::string default_catalog;
    std::vector<CatalogSettings> catalogs; ///< at least one
    std::optional<GuestKind> guest;
    CommandLimits limits;
    std::vector<std::filesystem::path> allowed_directories; ///< for files of recipes; absolute
    std::vector<std::string> secret_programs; ///< that recipes may run; one with a slash absolute
    std::filesystem::path secret_key;         ///< absolute; empty: one of retouch's own

    bool operator==(const Configuration &) const = default;
};

/// What RETOUCH_CONFIG names, there or not; else retouch.yaml in the directory of `environment` or
/// above, then retouch/config.yaml under XDG_CONFIG_HOME (~/.config), then
/// /etc/retouch/config.yaml; nullopt when there is none.
/// Throws Error: bad_config when one was found upward that others than the caller can write.
[[nodiscard]] std::optional<std::filesystem::path>
find_configuration(const Environment &environment);

/// What holds without a file: the catalog "local" in ./images.
[[nodiscard]] Configuration default_configuration(const Environment &environment);

/// Absent when there are mistakes; they are in `diagnostics`. Throws Error: bad_config when the
/// file cannot be read.
[[nodiscard]] std::optional<Configuration> read_configuration(const std::filesystem::path &file,
                                                              Diagnostics &diagnostics);

/// The settings of the catalog called `name`, or of the default when it is empty.
/// Throws Error: bad_config when there is none.
[[nodiscard]] const CatalogSettings &catalog_called(const Configuration &configuration,
                                                    const std::string &name);

} // namespace retouch::cli
