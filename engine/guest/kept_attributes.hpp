#pragma once
// Which extended attributes of a file stay when its contents are replaced: its label, its ACL and
// whatever somebody keeps there, but not what says something of the bytes. How they are read and
// set is each guest's.

#include <string_view>

namespace retouch::guest {

[[nodiscard]] constexpr bool is_kept_on_replacing(std::string_view name) {
    // Rights of a program, and signatures; and what XFS shows of its ACLs a second time.
    return name != "security.capability" && name != "security.ima" && name != "security.evm" &&
           !name.starts_with("trusted.SGI_ACL");
}

} // namespace retouch::guest
