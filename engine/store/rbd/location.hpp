#pragma once
// RbdLocation: where Glance says an image's bytes are, rbd://FSID/POOL/IMAGE/SNAPSHOT. A pure
// value; whether anything is there is the store's to find out.

#include <string>
#include <string_view>

namespace retouch::store {

struct RbdLocation {
    std::string fsid;
    std::string pool;
    std::string image;
    std::string snapshot;

    bool operator==(const RbdLocation &) const = default;
};

/// Reads the four percent-quoted pieces of a location. Throws Error: refused, with the reason, for
/// any other URL; the short form rbd://IMAGE included, which names neither cluster nor snapshot.
[[nodiscard]] RbdLocation parse_rbd_location(std::string_view url);

/// True when `url` begins as a location in Ceph does, whatever follows.
[[nodiscard]] bool is_rbd_location(std::string_view url);

/// The URL as Glance writes it: every byte but letters, digits and "-._~" is quoted.
[[nodiscard]] std::string format_rbd_location(const RbdLocation &location);

/// "rbd:POOL": where a stage is, for journals, records and plans.
[[nodiscard]] std::string format_rbd_place(const std::string &pool);

/// The pool of "rbd:POOL" or "rbd:POOL/IMAGE"; empty for anything else: anybody may have written
/// it.
[[nodiscard]] std::string pool_of_rbd_place(std::string_view place);

/// "POOL/IMAGE@SNAPSHOT" for people and the rbd tool; not escaped.
[[nodiscard]] std::string short_name(const RbdLocation &location);

} // namespace retouch::store
