#pragma once
// What of an image everybody may read: whoever may read a plan need not be able to read the image,
// so a plan shows no more of it.

#include "retouch/guest.hpp"

#include <optional>
#include <string>

namespace retouch::steps {

/// As far as the file's own mode says.
[[nodiscard]] constexpr bool everybody_reads(std::uint32_t mode) {
    constexpr std::uint32_t k_others_read = 0004;
    return (mode & k_others_read) != 0;
}

/// By the directories that are there; those that come with a file are open to all. Throws Error.
[[nodiscard]] bool everybody_reaches(const GuestView &guest, const std::string &path);

/// Instead of a diff. `before`: nothing where no file was.
[[nodiscard]] std::string not_shown(const std::string &path, std::optional<std::uint64_t> before,
                                    std::uint64_t after);

} // namespace retouch::steps
