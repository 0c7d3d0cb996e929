#pragma once
// Checksum lists: files such as SHA512SUMS that say which bytes a file of a name has, as the tools
// of coreutils and BSD write them. Whether the list itself can be trusted is not known here.

#include <string>
#include <string_view>

namespace retouch::catalog {

struct Checksum {
    std::string algorithm; ///< sha256 | sha512
    std::string hex;       ///< lower case

    bool operator==(const Checksum &) const = default;
};

/// By the number of digits. Throws Error: invalid when `hex` is neither of both, naming `what`.
[[nodiscard]] Checksum checksum_of_hex(const std::string &hex, std::string_view what);

/// What `list` says of the file called `name`, the longer one where it says two. Paths in the list
/// do not count. Throws Error: failed when it says nothing, or two things, of it.
[[nodiscard]] Checksum checksum_in(std::string_view list, const std::string &name);

} // namespace retouch::catalog
