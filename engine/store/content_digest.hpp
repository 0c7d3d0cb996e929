#pragma once
// Content digest: the checksum "sha512-used" that identifies an image's bytes at the cost of its
// used data. A plain SHA-512 would have to hash every zero of a 200 GB image that holds 240 MB.
//
// Definition, for a file of S bytes cut into chunks of 1 MiB (the last may be shorter), counted
// from 0: it is the SHA-512 of
//     S as 8 bytes, least significant first,
//     then for every chunk that is not all zeros, in ascending order,
//         the chunk's number as 8 bytes, least significant first,
//         the SHA-512 of the chunk's bytes as 128 lower-case hexadecimal digits.
// So it depends on the bytes alone, never on which zeros are holes: a copy, a reflink and a file
// written in full have one digest. raw and qcow2 files alike are digested this way: one algorithm
// whatever the format means one way to compare, and for qcow2 it costs what a plain one would.

#include <filesystem>
#include <string>

namespace retouch {

/// Its name in Image::checksums.
inline constexpr const char *k_content_digest = "sha512-used";

/// The digest of the file open at `fd`, lower-case hex. Reads with one thread per processor and
/// never reads a chunk that is a hole. Interruptible. Throws Error. Requires: nobody writes to it.
[[nodiscard]] std::string content_digest(int fd, const std::filesystem::path &path);

} // namespace retouch
