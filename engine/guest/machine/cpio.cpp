#include "guest/machine/cpio.hpp"

#include <fmt/format.h>

#include <iterator>
#include <sys/stat.h>

namespace retouch::guest {

namespace {

constexpr std::size_t k_boundary = 4;

void pad(std::string &bytes) {
    bytes.resize((bytes.size() + k_boundary - 1) / k_boundary * k_boundary, '\0');
}

} // namespace

void Cpio::add_directory(std::string_view name, std::uint32_t mode) {
    add(name, S_IFDIR | mode, {});
}

void Cpio::add_file(std::string_view name, std::uint32_t mode, std::string_view bytes) {
    add(name, S_IFREG | mode, bytes);
}

void Cpio::add_link(std::string_view name, std::string_view target) {
    add(name, S_IFLNK | 0777, target);
}

void Cpio::add_character_device(std::string_view name, std::uint32_t major, std::uint32_t minor) {
    add(name, S_IFCHR | 0600, {}, major, minor);
}

void Cpio::add(std::string_view name, std::uint32_t mode, std::string_view bytes,
               std::uint32_t major, std::uint32_t minor) {
    constexpr unsigned owner = 0;
    constexpr unsigned time = 0;
    constexpr unsigned names = 1;
    fmt::format_to(std::back_inserter(bytes_),
                   "070701{:08x}{:08x}{:08x}{:08x}{:08x}{:08x}{:08x}{:08x}{:08x}{:08x}{:08x}{:08x}"
                   "{:08x}",
                   ++inode_, mode, owner, owner, names, time, bytes.size(), 0, 0, major, minor,
                   name.size() + 1, 0);
    bytes_.append(name).push_back('\0');
    pad(bytes_);
    bytes_.append(bytes);
    pad(bytes_);
}

std::string Cpio::finish() {
    add("TRAILER!!!", 0, {});
    return std::move(bytes_);
}

} // namespace retouch::guest
