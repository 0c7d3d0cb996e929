#pragma once
// PackageManager: how a family of systems tells which packages it has and changes them. One source
// for each family. Scripts are for the image's own tools; nothing of them comes from the image.

#include "retouch/guest.hpp"
#include "steps/support/image_changes.hpp"

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace retouch::steps {

/// The schema keeps both to letters, digits and a few signs; no name begins with "-".
struct WantedPackage {
    std::string name;    ///< may end in ":ARCHITECTURE" where the family knows that
    std::string version; ///< empty: any; a final "*" stands for any further characters
    bool purge = false;  ///< to be removed with its configuration files
};

/// What a guest says of a package.
struct PackageState {
    std::vector<std::string> versions; ///< that are installed
    bool provided = false;             ///< another package that is installed stands for it
    bool kept_configuration = false;   ///< gone but for its configuration files
    bool held = false;
    bool essential = false; ///< the package manager does not remove it

    [[nodiscard]] bool installed() const { return !versions.empty(); }
};

using PackageStates = std::map<std::string, PackageState>; ///< by the names that were asked for

struct PackageWork {
    std::vector<WantedPackage> packages;
    bool recommends = true;
    bool network = true;
    bool change_held = false; ///< the recipe names what is held, and may change it
};

enum class Updates { everything, security, named };

struct PackageManager {
    std::string_view family; ///< as `by_family` of a recipe has it

    /// Throws Error.
    PackageStates (*states)(const GuestView &guest, std::span<const std::string> names) = nullptr;

    /// Whether a version that is installed is the one that is wanted. `wanted`: not empty.
    bool (*is_version)(const std::string &installed, const std::string &wanted) = nullptr;

    /// Why the family cannot do it; escaped; empty when it can. nullptr: it can.
    std::string (*install_obstacle)(const PackageWork &work) = nullptr;
    std::string (*update_obstacle)(Updates updates) = nullptr;

    bool changes_held = true; ///< where PackageWork::change_held asks for it

    // For a shell: its status says whether all was done.
    std::string (*install)(const PackageWork &work) = nullptr;
    std::string (*remove)(const PackageWork &work) = nullptr;
    std::string (*update)(Updates updates, const PackageWork &work) = nullptr;

    /// Keeps the versions that are installed, or lets them go again. Throws Error.
    ImageChanges (*hold)(const GuestView &guest, std::span<const std::string> names,
                         bool hold) = nullptr;
};

/// Of the image, or nullptr where its package manager is not known here.
[[nodiscard]] const PackageManager *package_manager_of(const Facts &facts);

} // namespace retouch::steps
