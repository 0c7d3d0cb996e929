#pragma once
// A script that a machine runs when it boots: the files by which systemd, OpenRC or cloudbase-init
// are told of it. It only looks, and knows nothing of what the script does.

#include "steps/support/image_changes.hpp"

#include <string>

namespace retouch::steps {

struct BootScript {
    std::string name;           ///< part of file names: letters, digits and a few signs
    std::string run;            ///< without the line that names the shell, unless it has one
    std::string shell;          ///< absolute path in the image
    bool after_network = false; ///< waits until the machine has an address
    bool once = true;           ///< not again after a boot at which it succeeded
    std::string before;         ///< the name of the script that runs before it; may be empty
};

/// What has to change so that the next boot runs it. Throws Error.
[[nodiscard]] ImageChanges boot_script_changes(const BootScript &script, const GuestView &guest);

/// Where the script is in an image of Linux.
[[nodiscard]] std::string boot_script_path(const std::string &name);

} // namespace retouch::steps
