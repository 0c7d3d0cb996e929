#pragma once
// Sparse copy: all bytes of one file into a new one at the cost of its used data, by sharing blocks
// where the filesystem can, else by copying what is not zero. It does not look at what is copied.

#include "store/new_file.hpp"

#include <cstdint>
#include <filesystem>
#include <string_view>

namespace retouch::store {

/// Makes `target`, an empty file, equal to the file open at `source`. Holes stay holes and blocks
/// of zeros become holes. Interruptible. Throws Error, with `target` left unfinished.
void copy_sparse(int source, const std::filesystem::path &source_path, NewFile &target);

/// Writes `bytes` at `offset` into a new file; blocks of zeros are left out. Throws Error.
void write_used(const NewFile &file, std::uint64_t offset, std::string_view bytes);

/// Shares all blocks of `source` with the empty file `target`; false when the filesystem cannot.
[[nodiscard]] bool clone_blocks(int source, const NewFile &target);

/// Throws Error when the filesystem of `directory` has less than `bytes` free.
void require_space(const std::filesystem::path &directory, std::uint64_t bytes);

/// What the file takes up on its filesystem. Throws Error.
[[nodiscard]] std::uint64_t allocated_bytes(int fd, const std::filesystem::path &path);

} // namespace retouch::store
