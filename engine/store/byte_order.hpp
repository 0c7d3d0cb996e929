#pragma once
// Byte order: unsigned numbers in the bytes of disk structures. Bytes that were read are untrusted,
// the offsets are ours. It is no parser.

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace retouch::store {

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

/// Adds the low `size` bytes of `value`, most significant first.
inline void append_big_endian(std::string &bytes, std::uint64_t value, std::size_t size) {
    assert(size <= sizeof value);
    while (size-- > 0)
        bytes += static_cast<char>(value >> 8 * size & 0xff);
}

} // namespace retouch::store
