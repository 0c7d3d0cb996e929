#pragma once
// Byte order: unsigned numbers at an offset of bytes read from disk structures. The bytes are
// untrusted, the offsets are ours. It is no parser.

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace retouch {

/// `size` bytes at `offset`, most significant first. Requires: they lie within `bytes`.
[[nodiscard]] inline std::uint64_t big_endian(std::string_view bytes, std::size_t offset,
                                              std::size_t size) {
    assert(size <= sizeof(std::uint64_t) && offset + size <= bytes.size());
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < size; ++i)
        value = value << 8U | static_cast<unsigned char>(bytes[offset + i]);
    return value;
}

/// `size` bytes at `offset`, least significant first. Requires: they lie within `bytes`.
[[nodiscard]] inline std::uint64_t little_endian(std::string_view bytes, std::size_t offset,
                                                 std::size_t size) {
    assert(size <= sizeof(std::uint64_t) && offset + size <= bytes.size());
    std::uint64_t value = 0;
    for (std::size_t i = size; i-- > 0;)
        value = value << 8U | static_cast<unsigned char>(bytes[offset + i]);
    return value;
}

} // namespace retouch
