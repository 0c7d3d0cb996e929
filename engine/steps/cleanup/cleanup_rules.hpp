#pragma once
// Cleanup rules: what each name of `cleanup` stands for, as data. docs/steps/cleanup.md shows the
// same table to users.

#include <span>
#include <string>
#include <string_view>

namespace retouch::steps {

struct CleanupRule {
    enum class Act {
        remove,         ///< whatever it is, directories with all they hold
        remove_file,    ///< only when it is a regular file
        remove_created, ///< only when it is one that says that cloud-init made it
        empty,          ///< regular files, made 0 bytes long; what is a rotated log is removed
        make_empty, ///< the same for one path, which is made when it is missing, for root to read
    };

    std::string_view name;
    std::string_view manager; ///< only in images with this package manager; empty: in all
    Act act = Act::remove;
    std::string_view pattern; ///< see guest_glob.hpp; a leading "~" is every user's home directory
};

[[nodiscard]] std::span<const CleanupRule> cleanup_rules();

/// True for names that log rotation gives: x.1, x.gz, x.old, x-20260131.
[[nodiscard]] bool is_rotated_log(std::string_view file_name);

} // namespace retouch::steps
