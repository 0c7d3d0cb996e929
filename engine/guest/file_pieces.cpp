#include "guest/file_pieces.hpp"

#include "base/file.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <memory>
#include <span>
#include <sys/stat.h>
#include <unistd.h>

namespace retouch::guest {

namespace {

using Take = std::function<void(std::uint64_t, std::string_view)>;

/// How much data there is at `at` or behind, where the file then goes on; 0 for none. A filesystem
/// that knows of no holes has data everywhere.
std::size_t next_data(int file, off_t &at) {
    const off_t data = lseek(file, at, SEEK_DATA);
    if (data < 0)
        return errno == ENXIO ? 0 : k_largest_piece;
    const off_t hole = lseek(file, data, SEEK_HOLE);
    if (hole < 0 || lseek(file, data, SEEK_SET) < 0)
        return k_largest_piece;
    at = data;
    return static_cast<std::size_t>(hole - data);
}

std::uint64_t pieces_of_file(const std::filesystem::path &path, const Take &take) {
    const base::UniqueFd file = base::open_regular_file(path);
    const auto buffer = std::make_unique<std::array<char, k_largest_piece>>();
    off_t at = 0;
    while (const std::size_t ahead = next_data(file.get(), at)) {
        const std::size_t got = base::read_some(
            file.get(), std::span(*buffer).first(std::min(ahead, k_largest_piece)), path);
        if (got == 0)
            break;
        take(static_cast<std::uint64_t>(at), {buffer->data(), got});
        at += static_cast<off_t>(got);
    }
    const off_t end = lseek(file.get(), 0, SEEK_END);
    if (end < 0)
        throw base::system_error("read", path, errno);
    return static_cast<std::uint64_t>(std::max(end, at));
}

} // namespace

std::uint64_t for_each_piece(const FileSource &source, const Take &take) {
    const auto *text = std::get_if<std::string>(&source);
    if (text == nullptr)
        return pieces_of_file(std::get<std::filesystem::path>(source), take);
    for (std::size_t at = 0; at < text->size(); at += k_largest_piece)
        take(at, std::string_view(*text).substr(at, k_largest_piece));
    return text->size();
}

std::optional<std::string> as_one_piece(const FileSource &source) {
    const auto *path = std::get_if<std::filesystem::path>(&source);
    if (path == nullptr) {
        const auto &text = std::get<std::string>(source);
        return text.size() <= k_largest_piece ? std::optional(text) : std::nullopt;
    }
    constexpr std::size_t counted_in = 512;

    struct stat status {};

    const base::UniqueFd file = base::open_regular_file(*path);
    if (fstat(file.get(), &status) != 0)
        throw base::system_error("look at", *path, errno);
    const auto size = static_cast<std::size_t>(status.st_size);
    if (size > k_largest_piece || static_cast<std::size_t>(status.st_blocks) * counted_in < size)
        return std::nullopt;
    std::string text(size + 1, '\0');
    std::size_t have = 0;
    while (have < text.size()) {
        const std::size_t got = base::read_some(file.get(), std::span(text).subspan(have), *path);
        if (got == 0)
            break;
        have += got;
    }
    text.resize(have);
    return have == size ? std::optional(std::move(text)) : std::nullopt; // it is being written to
}

} // namespace retouch::guest
