#pragma once
// Content digest: the checksum that identifies an image's bytes at the cost of its used data. A
// plain SHA-512 would have to hash every zero of a 200 GB image that holds 240 MB.
//
// Definition of both, for a file of S bytes cut into chunks of 1 MiB (the last may be shorter),
// counted from 0: it is the SHA-512 of
//     S as 8 bytes, least significant first,
//     then for every chunk that is not all zeros, in ascending order,
//         the chunk's number as 8 bytes, least significant first,
//         the digest of the chunk as 128 lower-case hexadecimal digits.
// "sha512-extents": a chunk is cut into blocks of 4 KiB (the last may be shorter). Its digest is
// the SHA-512 of, for every longest run of blocks of which none is all zeros, in ascending order,
//     the run's offset in the chunk and its length in bytes, as 8 bytes each, as above,
//     the run's bytes.
// "sha512-used", which was recorded before: the digest of a chunk is the SHA-512 of its bytes, so
// that a chunk with one used block costs all of it.
//
// So both depend on the bytes alone, never on which zeros are holes: a copy, a reflink and a file
// written in full have one digest. raw and qcow2 files alike are digested this way: one algorithm
// whatever the format means one way to compare, and for qcow2 it costs what a plain one would.

#include "store/new_file.hpp"

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace retouch::store {

/// Names in Image::checksums: of the one that is recorded, and of the one that was.
inline constexpr const char *k_content_digest = "sha512-extents";
inline constexpr const char *k_former_content_digest = "sha512-used";

/// True for one of those two names.
[[nodiscard]] bool is_content_digest(std::string_view algorithm);

/// The digest of the file open at `fd`, lower-case hex. Reads with one thread per processor and
/// never reads a hole. Interruptible. Throws Error. Requires: is_content_digest(algorithm), and
/// nobody writes to the file.
[[nodiscard]] std::string content_digest(int fd, const std::filesystem::path &path,
                                         std::string_view algorithm = k_content_digest);

/// Makes `copy`, an empty file, equal to the file open at `fd`, as copy_sparse() does, and returns
/// the copy's content digest; both in one reading. Throws Error, with `copy` left unfinished.
[[nodiscard]] std::string copy_and_digest(int fd, const std::filesystem::path &path, NewFile &copy);

/// The name and value of the content digest among an image's checksums, the present kind first.
[[nodiscard]] std::optional<std::pair<std::string, std::string>>
recorded_content_digest(const std::map<std::string, std::string> &checksums);

} // namespace retouch::store
