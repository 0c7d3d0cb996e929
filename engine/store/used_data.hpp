#pragma once
// Used data: which parts of a sparse file hold anything, and reading them. Holes are found by
// asking the filesystem, so a huge empty file costs nothing. It writes nothing.

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string_view>

namespace retouch::store {

/// A run of bytes the filesystem keeps; it may still be all zeros.
struct Extent {
    std::uint64_t offset = 0;
    std::uint64_t length = 0; ///< at least 1

    bool operator==(const Extent &) const = default;
};

/// The first extent at or after `from`, cut to start there; nullopt when only a hole follows. A
/// filesystem that cannot tell has one extent, the whole file. Throws Error.
[[nodiscard]] std::optional<Extent> next_extent(int fd, std::uint64_t from,
                                                const std::filesystem::path &path);

/// Fills `buffer` from `offset`; fewer bytes than asked only at the end of the file. Does not move
/// the descriptor's position, so threads may share it. Throws Error.
[[nodiscard]] std::size_t read_at(int fd, std::uint64_t offset, std::span<char> buffer,
                                  const std::filesystem::path &path);

[[nodiscard]] bool is_all_zero(std::string_view bytes);

/// Bytes of the file as a reader would see them. Throws Error.
[[nodiscard]] std::uint64_t file_size(int fd, const std::filesystem::path &path);

} // namespace retouch::store
