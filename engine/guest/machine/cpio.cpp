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

void Cpio::add(std::string_view name, std::uint32_t mode, std::string_view bytes) {
    constexpr unsigned owner = 0;
    constexpr unsigned time = 0;
    constexpr unsigned names = 1;
    constexpr unsigned device = 0;
    fmt::format_to(std::back_inserter(bytes_),
                   "070701{:08x}{:08x}{:08x}{:08x}{:08x}{:08x}{:08x}{:08x}{:08x}{:08x}{:08x}{:08x}"
                   "{:08x}",
                   ++inode_, mode, owner, owner, names, time, bytes.size(), device, device, device,
                   device, name.size() + 1, 0);
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
