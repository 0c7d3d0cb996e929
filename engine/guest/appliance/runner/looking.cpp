#include "guest/appliance/runner/looking.hpp"

#include "guest/appliance/runner/disk_writes.hpp"
#include "guest/appliance/runner/guest_mounts.hpp"
#include "guest/appliance/runner/sha256.hpp"
#include "guest/appliance/runner/whole_file.hpp"
#include "guest/tree/packing.hpp"
#include "guest/tree/tree_memory.hpp"

#include <array>
#include <cerrno>
#include <cstdlib>
#include <fcntl.h>
#include <unistd.h>

namespace retouch {

namespace {

constexpr const char *k_memory_path = "/dev/shm/retouch-tree";
constexpr const char *k_writes_path = "/dev/shm/retouch-writes";
constexpr const char *k_changes_path = "/dev/shm/retouch-changes";

/// As hexadecimal digits it fits a message of libguestfs, which ends at 4 MiB.
constexpr std::size_t k_piece = std::size_t{3} << 19;

std::string digest(std::string_view bytes) {
    Sha256 sha256;
    sha256.update(bytes);
    return sha256.finish();
}

std::optional<std::string> digest_of(int fd) {
    Sha256 sha256;
    std::array<char, 65536> buffer; // filled before it is read
    for (;;) {
        const ssize_t got = read(fd, buffer.data(), buffer.size());
        if (got < 0)
            return std::nullopt;
        if (got == 0)
            return sha256.finish();
        sha256.update({buffer.data(), static_cast<std::size_t>(got)});
    }
}

TreeTools tools() {
    return {digest, digest_of, [] {}};
}

std::string hex(std::string_view bytes) {
    constexpr const char *digits = "0123456789abcdef";
    std::string text;
    text.reserve(2 * bytes.size());
    for (const char letter : bytes) {
        const auto byte = static_cast<unsigned char>(letter);
        text += digits[byte >> 4];
        text += digits[byte & 15];
    }
    return text;
}

std::string report(const LookFailure &failure) {
    return "failed " + std::to_string(failure.code) + "\npath " + hex(failure.path) + "\n";
}

std::string piece(std::string_view bytes, std::size_t offset) {
    return "size " + std::to_string(bytes.size()) + "\npiece " +
           hex(bytes.substr(std::min(offset, bytes.size()), k_piece)) + "\n";
}

int open_root() {
    return open(k_guest_root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

/// `writes`: as they were before the look.
bool remember(const TreeMemory &memory, const std::string &writes) {
    return write_whole(k_memory_path, pack(memory), 0600) &&
           write_whole(k_writes_path, writes, 0600);
}

} // namespace

std::string mark_tree(const char *named_file) {
    const std::string writes = disk_writes();
    const int root = open_root();
    if (root < 0)
        return report({"/", errno});
    TreeMemory memory;
    if (const LookFailure failure = memory.mark(
            root, unpack_words(read_whole(named_file)).value_or(std::vector<std::string>{}),
            tools()))
        return report(failure);
    if (!remember(memory, writes))
        return report({"/", errno});
    return "done\n";
}

std::string tree_changes() {
    const std::string writes = disk_writes();
    if (writes == read_whole(k_writes_path))
        return piece(pack(std::vector<SeenChange>{}), 0);
    std::optional<TreeMemory> memory = unpack_memory(read_whole(k_memory_path));
    const int root = open_root();
    if (!memory || root < 0)
        return report({"/", memory ? errno : ENODATA});
    std::vector<SeenChange> found;
    if (const LookFailure failure = memory->changes(root, tools(), found))
        return report(failure);
    const std::string packed = pack(found);
    if (!remember(*memory, writes) || !write_whole(k_changes_path, packed, 0600))
        return report({"/", errno});
    return piece(packed, 0);
}

std::string piece_of_changes(const char *offset) {
    return piece(read_whole(k_changes_path), std::strtoull(offset, nullptr, 10));
}

} // namespace retouch
